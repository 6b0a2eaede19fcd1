package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Device;
import aligrad.tensor.Parameter;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import java.util.LinkedHashMap;
import java.util.Map;

/// One parameter under an optimizer, with what the optimizer remembers about it.
public final class Slot {

    private final String name;
    private final Parameter parameter;
    private final Map<String, Buffer> states = new LinkedHashMap<>();

    Slot(String name, Parameter parameter) {
        this.name = name;
        this.parameter = parameter;
    }

    /// The name under which state is saved: the parameter's path in its model.
    public String name() {
        return name;
    }

    public Parameter parameter() {
        return parameter;
    }

    /// The present value `w`.
    public Tensor value() {
        return parameter.value();
    }

    /// A remembered tensor of the parameter's shape; at first `initial` everywhere.
    public Buffer state(String kind, double initial) {
        Buffer state = states.get(kind);
        if (state == null) {
            state = make(kind, initial);
            states.put(kind, state);
        }
        return state;
    }

    private Buffer make(String kind, double initial) {
        return Scope.outside(
                () ->
                        Device.use(
                                parameter.device(),
                                () ->
                                        new Buffer(
                                                kind,
                                                Tensor.full(
                                                        initial,
                                                        parameter.dtype(),
                                                        parameter.shape().toArray()))));
    }

    /// What [#state] would hold, without making it.
    Tensor present(String kind, double initial) {
        Buffer state = states.get(kind);
        return (state == null ? make(kind, initial) : state).value();
    }

    /// Whether a tensor can be remembered about the parameter.
    boolean fits(Tensor tensor) {
        return tensor.shape().equals(parameter.shape())
                && tensor.dtype() == parameter.dtype()
                && tensor.device() == parameter.device();
    }

    /// Says why a tensor does not fit.
    String misfit(String name, Tensor tensor) {
        return "%s is %s %s on %s, but the parameter is %s %s on %s"
                .formatted(
                        name,
                        tensor.dtype(),
                        tensor.shape(),
                        tensor.device(),
                        parameter.dtype(),
                        parameter.shape(),
                        parameter.device());
    }

    /// Replaces a remembered tensor.
    void keep(Buffer state, Tensor s) {
        Variable.assign(new Variable[] {state}, new Tensor[] {s});
    }

    /// Moves the parameter.
    void assign(Tensor w) {
        Variable.assign(new Variable[] {parameter}, new Tensor[] {w});
    }

    /// Moves the parameter and one state in one pass.
    void assign(Tensor w, Buffer state, Tensor s) {
        Variable.assign(new Variable[] {parameter, state}, new Tensor[] {w, s});
    }

    /// Moves the parameter and two states in one pass.
    void assign(Tensor w, Buffer first, Tensor s, Buffer second, Tensor t) {
        Variable.assign(new Variable[] {parameter, first, second}, new Tensor[] {w, s, t});
    }

    /// Moves the parameter and three states in one pass.
    void assign(Tensor w, Buffer first, Tensor s, Buffer second, Tensor t, Buffer third, Tensor u) {
        Variable.assign(
                new Variable[] {parameter, first, second, third}, new Tensor[] {w, s, t, u});
    }
}
