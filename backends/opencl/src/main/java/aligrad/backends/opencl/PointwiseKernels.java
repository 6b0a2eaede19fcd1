package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.Program;
import aligrad.tensor.spi.Programs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Pending pointwise expressions: each structure becomes a kernel, one for each way in which its
/// leaves lie.
final class PointwiseKernels {

    private final OpenClDevice device;
    private final Programs<Structure> structures = new Programs<>(Structure::new);

    PointwiseKernels(OpenClDevice device) {
        this.device = device;
    }

    private record Variant(PointwiseSource source, Kernel kernel) {}

    /// A program and the kernels that were made for it.
    private static final class Structure {
        final Program program;
        final Map<Integer, Variant> variants = new HashMap<>();

        Structure(Program program) {
            this.program = program;
        }
    }

    /// Computes and stores the outputs.
    void evaluate(Expression expression) {
        if (expression.shape().size() == 0) {
            return;
        }
        Leaves leaves = new Leaves(device, expression, 0);
        Structure structure = expression.program(structures);
        boolean narrow = leaves.areNarrow();
        int rank = leaves.areFlat() ? PointwiseSource.FLAT : leaves.walk().keptRank();
        Variant variant =
                structure.variants.computeIfAbsent(
                        2 * rank + (narrow ? 1 : 0), _ -> variant(structure.program, rank, narrow));
        boolean canFail = variant.source.canFail();
        Kernel kernel = variant.kernel.beginMany();
        leaves.buffers(kernel, canFail);
        kernel.number(expression.shape().size());
        variant.source.numbers(kernel, expression, leaves.walk());
        kernel.launch(expression.shape().size());
        if (canFail) {
            leaves.checkDivisions();
        }
    }

    private Variant variant(Program program, int rank, boolean narrow) {
        PointwiseSource source = new PointwiseSource(program, rank, true);
        List<String> fields = new ArrayList<>(List.of("n"));
        fields.addAll(source.fields());
        StringBuilder text = new StringBuilder();
        text.append(narrow ? "typedef int I;\n" : "typedef long I;\n")
                .append(PointwiseSource.head("pointwise", source.arguments(), fields))
                .append("    if (get_global_id(0) >= p.n) return;\n")
                .append("    const I i = get_global_id(0);\n");
        if (rank != PointwiseSource.FLAT) {
            text.append("    I rest = i;\n");
            PointwiseSource.coordinates(text, "    ", 0, rank);
        }
        source.body(text, "    ");
        text.append("}\n");
        return new Variant(source, device.kernels().generated(text.toString(), "pointwise"));
    }
}
