package aligrad.backends.conformance;

import aligrad.tensor.Device;
import aligrad.tensor.Tensor;
import aligrad.tensor.io.SafeTensors;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One case of the golden files: an operation, its operands and the results and gradients that
/// PyTorch computed in double. `GOLDEN.md` beside the files describes them.
///
/// Public, because the tests of the derivatives use the same files.
public final class GoldenCase {

    private final String name;
    private final GoldenOptions options;
    private final SafeTensors file;

    private GoldenCase(String name, GoldenOptions options, SafeTensors file) {
        this.name = name;
        this.options = options;
        this.file = file;
    }

    /// All cases of a family, such as `pointwise`.
    public static List<GoldenCase> family(String family) {
        SafeTensors file = open(family);
        List<GoldenCase> cases = new ArrayList<>();
        for (Map.Entry<String, String> entry : file.metadata().entrySet()) {
            cases.add(new GoldenCase(entry.getKey(), GoldenOptions.parse(entry.getValue()), file));
        }
        return cases;
    }

    /// A file of its own, because what is read is mapped into memory.
    private static SafeTensors open(String family) {
        String resource = "golden/" + family + ".safetensors";
        try (InputStream in = GoldenCase.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new FileNotFoundException("no golden file " + resource);
            }
            Path copy = Files.createTempFile("golden", ".safetensors");
            copy.toFile().deleteOnExit();
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return SafeTensors.open(copy);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + resource + ": " + e, e);
        }
    }

    /// The name within the family, such as `add_column_row`.
    public String name() {
        return name;
    }

    /// The operation and its options.
    public GoldenOptions options() {
        return options;
    }

    /// Whether the inputs are infinite, not-a-number, or so large that formulas overflow.
    public boolean isSpecial() {
        return options.flag("special");
    }

    /// Whether the gradient is PyTorch's choice among several.
    public boolean isConvention() {
        return options.flag("convention");
    }

    /// Whether there is a tensor of this name, such as `grad0`.
    public boolean has(String tensor) {
        return file.names().contains(name + "/" + tensor);
    }

    /// The tensor of this name on the present device.
    public Tensor tensor(String tensor) {
        return file.tensor(name + "/" + tensor);
    }

    /// `input0`, `input1`, … on the present device.
    public List<Tensor> inputs() {
        return numbered("input");
    }

    /// `output`, or `output0`, `output1`, … on the reference backend.
    public List<Tensor> outputs() {
        return Device.use(
                Device.of("reference"),
                () -> has("output") ? List.of(tensor("output")) : numbered("output"));
    }

    private List<Tensor> numbered(String prefix) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; has(prefix + i); i++) {
            tensors.add(tensor(prefix + i));
        }
        return tensors;
    }

    /// What the operation gives for these operands, in the order of the outputs.
    public List<Tensor> compute(List<Tensor> operands) {
        return GoldenOps.compute(options, operands);
    }

    @Override
    public String toString() {
        return name + " " + options;
    }
}
