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
        int leaves = expression.leaves();
        Walk walk = new Walk(expression.shape(), leaves + 1);
        for (int i = 0; i < leaves; i++) {
            expression.leaf(i).storage();
            walk.operand(i, expression.leaf(i));
        }
        walk.dense(leaves);
        walk.join(0);
        Structure structure = expression.program(structures);
        boolean narrow = PointwiseSource.isNarrow(walk, expression);
        int rank = PointwiseSource.isFlat(walk, leaves) ? PointwiseSource.FLAT : walk.keptRank();
        Variant variant =
                structure.variants.computeIfAbsent(
                        2 * rank + (narrow ? 1 : 0), _ -> variant(structure.program, rank, narrow));
        launch(expression, walk, variant);
    }

    private void launch(Expression expression, Walk walk, Variant variant) {
        Kernel kernel = variant.kernel.begin();
        for (int i = 0; i < expression.leaves(); i++) {
            kernel.buffer(device.buffer(expression.leaf(i)));
        }
        for (int o = 0; o < expression.outputs(); o++) {
            kernel.buffer(device.buffer(expression.destination(o)));
        }
        boolean canFail = variant.source.canFail();
        if (canFail) {
            kernel.buffer(device.failure().cleared());
        }
        kernel.number(expression.shape().size());
        variant.source.numbers(kernel, expression, walk);
        kernel.launch(expression.shape().size());
        if (canFail) {
            checkDivisions(device.failure());
        }
    }

    /// Fails if a whole number was divided by 0.
    static void checkDivisions(Failure failure) {
        long[] notes = failure.notes();
        if (notes[0] != 0) {
            throw new ArithmeticException(
                    "%d divided by 0: whole numbers have no infinity; replace zeros with where, or"
                                    .formatted(notes[1])
                            + " cast to F32");
        }
    }

    private Variant variant(Program program, int rank, boolean narrow) {
        PointwiseSource source = new PointwiseSource(program, rank, true);
        List<String> fields = new ArrayList<>(List.of("n"));
        fields.addAll(source.fields());
        StringBuilder text = new StringBuilder(Kernels.FUNCTIONS);
        text.append(narrow ? "typedef int I;\n" : "typedef long I;\n")
                .append(PointwiseSource.structure(fields))
                .append("kernel void pointwise(")
                .append(String.join(", ", source.arguments()))
                .append(", const P p) {\n")
                .append("    const I i = get_global_id(0);\n")
                .append("    if (i >= p.n) return;\n");
        if (rank != PointwiseSource.FLAT) {
            text.append("    I rest = i;\n");
            PointwiseSource.coordinates(text, "    ", 0, rank);
        }
        source.body(text, "    ");
        text.append("}\n");
        return new Variant(source, device.kernels().generated(text.toString(), "pointwise"));
    }
}
