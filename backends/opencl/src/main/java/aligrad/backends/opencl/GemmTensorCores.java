package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Form;
import aligrad.backends.opencl.Product.Split;
import aligrad.backends.opencl.driver.DriverException;
import aligrad.backends.opencl.driver.Facts;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.DType;
import aligrad.tensor.spi.Precision;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// Products of factors that are rounded to tf32 or bf16, by the tensor cores of NVIDIA's devices.
///
/// What is no `F32` product, and what is too thin for a tile, goes to the device's other kernels,
/// which round no factor.
final class GemmTensorCores implements Gemm.Engine {

    /// How `mma.cl` multiplies.
    enum Instructions {
        /// With instructions of NVIDIA's sm_80 and newer.
        PTX,
        /// With the same numbers in OpenCL C, on any device and slowly, for tests.
        EMULATED
    }

    private static final String PRECISION = "aligrad.opencl.precision";
    private static final String INSTRUCTIONS = "aligrad.opencl.mma";

    /// Fewer rows or columns leave most of a tile empty.
    private static final int LEAST_SIDE = 8;

    /// Terms that are worth a piece of their own, because a piece is written and read again.
    private static final int LEAST_TERMS = 512;

    /// The most terms that a group reads at a time.
    private static final int TERMS = 32;

    /// The relative error of an addition in a tensor core, which cuts off bits below those of the
    /// largest term where single precision rounds: not documented, so a generous guess.
    private static final double TENSOR_CORE_UNIT = 0x1p-21;

    /// A group's tile: warps, and each one's fragments of 16 rows and of 8 columns.
    ///
    /// A warp of the large tile reads 8 fragments for 16 products, one of the small tile 6 for 8;
    /// but the large ones need a large product to fill the device.
    enum Tile {
        LARGE(2, 4, 4, 4),
        SMALL(2, 2, 2, 4);

        final int warpsDown;
        final int warpsAcross;
        final int fragmentsDown;
        final int fragmentsAcross;

        Tile(int warpsDown, int warpsAcross, int fragmentsDown, int fragmentsAcross) {
            this.warpsDown = warpsDown;
            this.warpsAcross = warpsAcross;
            this.fragmentsDown = fragmentsDown;
            this.fragmentsAcross = fragmentsAcross;
        }

        int rows() {
            return 16 * fragmentsDown * warpsDown;
        }

        int columns() {
            return 8 * fragmentsAcross * warpsAcross;
        }

        int items() {
            return 32 * warpsDown * warpsAcross;
        }

        long groups(Product p) {
            return Math.ceilDiv((long) p.m(), rows()) * Math.ceilDiv(p.n(), columns()) * p.items();
        }

        String options() {
            return " -DWARPS_DOWN=%d -DWARPS_ACROSS=%d -DFRAGMENTS_DOWN=%d -DFRAGMENTS_ACROSS=%d"
                    .formatted(warpsDown, warpsAcross, fragmentsDown, fragmentsAcross);
        }
    }

    private final OpenClDevice device;
    private final Gemm.Engine others;
    private final Precision precision;
    private final Instructions instructions;
    private final @Nullable Tile only;

    /// @param others for products that are not for tensor cores
    /// @param only the tile to use; `null` for the one that suits the product
    GemmTensorCores(
            OpenClDevice device,
            Gemm.Engine others,
            Precision precision,
            Instructions instructions,
            @Nullable Tile only) {
        this.device = device;
        this.others = others;
        this.precision = precision;
        this.instructions = instructions;
        this.only = only;
    }

    /// What `-Daligrad.opencl.precision=tf32` or `bf16` asks for; `fp32` if nothing.
    ///
    /// @throws IllegalArgumentException if it asks for something else
    static Precision chosen() {
        return Precision.of(System.getProperty(PRECISION, Precision.FP32.label()));
    }

    /// The kernels for a precision, after a trial that compares them with the host.
    ///
    /// @throws IllegalStateException with the reason and the remedy if the device cannot
    static Gemm.Engine of(OpenClDevice device, Gemm.Engine others, Precision precision) {
        if (precision == Precision.FP32) {
            return others;
        }
        Instructions instructions =
                System.getProperty(INSTRUCTIONS, "").equals("emulated")
                        ? Instructions.EMULATED
                        : Instructions.PTX;
        String obstacle = obstacle(device, others, precision, instructions);
        if (obstacle != null) {
            throw new IllegalStateException(
                    "precision %s on %s (%s): %s; ask for fp32, or for another device"
                            .formatted(
                                    precision.label(),
                                    device.name(),
                                    device.facts().name(),
                                    obstacle));
        }
        return new GemmTensorCores(device, others, precision, instructions, null);
    }

    /// Why the device cannot; `null` if it can.
    private static @Nullable String obstacle(
            OpenClDevice device,
            Gemm.Engine others,
            Precision precision,
            Instructions instructions) {
        if (instructions == Instructions.EMULATED) {
            return null; // what runs everywhere needs no trial; tests compare it with the host
        }
        if (!isNvidia(device.facts())) {
            return "only the tensor cores of NVIDIA's devices (compute capability 8.0 and newer)"
                    + " are known here";
        }
        for (Tile tile : Tile.values()) {
            String[] wrong = new String[1];
            try {
                GemmTensorCores engine =
                        new GemmTensorCores(device, others, precision, instructions, tile);
                device.run(() -> wrong[0] = engine.trial());
            } catch (DriverException e) {
                return "the driver refuses the instructions that this takes (compute capability 8.0"
                        + " and newer have them): "
                        + e.getMessage();
            }
            if (wrong[0] != null) {
                return "its numbers are wrong: " + wrong[0];
            }
        }
        return null;
    }

    private static boolean isNvidia(Facts facts) {
        return (facts.vendor() + facts.platform()).toLowerCase(Locale.ROOT).contains("nvidia");
    }

    /// Compares products of each form with the host; `null` if they are right. The caller is within
    /// [OpenClDevice#run].
    @Nullable String trial() {
        ProductCheck check =
                new ProductCheck(
                        device,
                        x -> precision.rounded((float) x),
                        instructions == Instructions.PTX ? TENSOR_CORE_UNIT : 0x1p-24);
        Gemm gemm = new Gemm(device, this);
        String wrong = check.matrices(gemm, new int[] {131, 133, 45});
        // terms that are cut into pieces
        wrong = wrong == null ? check.matrices(gemm, new int[] {20, 9, 1100}) : wrong;
        wrong = wrong == null ? check.windows(gemm, Form.PATCHES, 19) : wrong;
        return wrong == null ? check.windows(gemm, Form.TAPS, 19) : wrong;
    }

    private static boolean isForOthers(Product p) {
        return p.dtype() != DType.F32 || Math.min(p.m(), p.n()) < LEAST_SIDE;
    }

    @Override
    public Split split(Product p) {
        if (isForOthers(p)) {
            return others.split(p);
        }
        long groups = tile(p).groups(p);
        int units = device.facts().computeUnits();
        if (p.form() == Form.PATCHES || groups >= 2L * units) {
            return Split.none(p.k());
        }
        long pieces = Math.clamp(4L * units / groups, 1, Math.max(1, p.k() / LEAST_TERMS));
        return Split.of(p.k(), Math.ceilDiv(Math.ceilDiv(p.k(), pieces), (long) TERMS) * TERMS);
    }

    @Override
    public void launch(Product p, Split split) {
        if (isForOthers(p)) {
            others.launch(p, split);
            return;
        }
        Tile tile = tile(p);
        Kernel kernel = device.kernel("mma.cl", "mma", options(p, tile));
        p.arguments(kernel, p.a().buffer(), split);
        kernel.launch(
                Math.ceilDiv((long) p.m(), tile.rows()) * tile.items(),
                Math.ceilDiv(p.n(), tile.columns()),
                p.items() * split.pieces(),
                tile.items(),
                1,
                1);
    }

    private String options(Product p, Tile tile) {
        return p.variant()
                + tile.options()
                + (instructions == Instructions.PTX ? " -DPTX" : "")
                + (precision == Precision.BF16 ? " -DBF16" : "");
    }

    private Tile tile(Product p) {
        if (only != null) {
            return only;
        }
        boolean fills = Tile.LARGE.groups(p) >= 2L * device.facts().computeUnits();
        return fills && p.m() > Tile.SMALL.rows() && p.n() > Tile.SMALL.columns()
                ? Tile.LARGE
                : Tile.SMALL;
    }
}
