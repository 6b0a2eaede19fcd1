package aligrad.backends.conformance;

import aligrad.tensor.Device;

import org.junit.jupiter.api.Nested;

/// The suite that every backend must pass: each operation on ragged shapes, views, broadcasts and
/// types, compared with the reference backend.
///
/// A backend's tests extend it:
///
/// ```java
/// class CpuConformanceTest extends BackendConformance {
///     protected String device() { return "cpu"; }
///     protected Accuracy accuracy() { return new Accuracy(4, 1e-5, true); }
///     protected void setThreads(int threads) { Workers.setThreads(threads); }
/// }
/// ```
public abstract class BackendConformance {

    /// The name of the device under test, such as `cpu`.
    protected abstract String device();

    /// How closely it promises to follow the reference backend.
    protected abstract Accuracy accuracy();

    /// Sets how many threads compute from now on; a backend that does not choose does nothing.
    protected abstract void setThreads(int threads);

    /// How often each calculation is repeated and compared: more than once for a backend that goes
    /// over to another kernel after some calls.
    protected int repetitions() {
        return 1;
    }

    private Oracle oracle() {
        return new Oracle(Device.of(device()), accuracy(), repetitions());
    }

    @Nested
    class Transfers extends TransferConformance {
        Transfers() {
            super(oracle());
        }
    }

    @Nested
    class UnaryFunctions extends UnaryConformance {
        UnaryFunctions() {
            super(oracle());
        }
    }

    @Nested
    class BinaryFunctions extends BinaryConformance {
        BinaryFunctions() {
            super(oracle());
        }
    }

    @Nested
    class Broadcasting extends BroadcastConformance {
        Broadcasting() {
            super(oracle());
        }
    }

    @Nested
    class Casts extends CastConformance {
        Casts() {
            super(oracle());
        }
    }

    @Nested
    class Expressions extends ExpressionConformance {
        Expressions() {
            super(oracle());
        }
    }

    @Nested
    class Variables extends VariableConformance {
        Variables() {
            super(oracle());
        }
    }

    @Nested
    class RandomNumbers extends RandomConformance {
        RandomNumbers() {
            super(oracle());
        }
    }

    @Nested
    class Reductions extends ReductionConformance {
        Reductions() {
            super(oracle());
        }
    }

    @Nested
    class Normalizations extends NormalizationConformance {
        Normalizations() {
            super(oracle());
        }
    }

    @Nested
    class Contractions extends ContractionConformance {
        Contractions() {
            super(oracle());
        }
    }

    @Nested
    class Convolutions extends ConvolutionConformance {
        Convolutions() {
            super(oracle());
        }
    }

    @Nested
    class Poolings extends PoolingConformance {
        Poolings() {
            super(oracle());
        }
    }

    @Nested
    class Movements extends MovementConformance {
        Movements() {
            super(oracle());
        }
    }

    @Nested
    class Indexings extends IndexingConformance {
        Indexings() {
            super(oracle());
        }
    }

    @Nested
    class Orderings extends OrderingConformance {
        Orderings() {
            super(oracle());
        }
    }

    @Nested
    class Scans extends ScanConformance {
        Scans() {
            super(oracle());
        }
    }

    @Nested
    class GoldenValues extends GoldenConformance {
        GoldenValues() {
            super(oracle());
        }
    }

    @Nested
    class Threads extends ThreadConformance {
        Threads() {
            super(oracle(), BackendConformance.this::setThreads);
        }
    }
}
