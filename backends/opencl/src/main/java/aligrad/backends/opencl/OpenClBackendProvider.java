package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Drivers;
import aligrad.backends.opencl.driver.Found;
import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.BackendProvider;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Offers the devices `opencl:0`, `opencl:1`, … that drivers offer and that can be used: GPUs
/// before processors. `opencl` is the first.
public final class OpenClBackendProvider implements BackendProvider {

    private static final String PREFIX = "opencl";

    @Override
    public @Nullable String resolve(String device) {
        return device.equals(PREFIX)
                ? PREFIX + ":0"
                : device.matches(PREFIX + ":[0-9]{1,4}") ? device : null;
    }

    @Override
    public List<String> devices() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < usable().size(); i++) {
            names.add(PREFIX + ":" + i);
        }
        return names;
    }

    @Override
    public Backend open(String device) {
        List<Found> usable = usable();
        int number = Integer.parseInt(device.substring(PREFIX.length() + 1));
        if (number >= usable.size()) {
            throw new IllegalStateException(
                    "no device '%s': %s".formatted(device, describe(usable)));
        }
        return new OpenClBackend(
                new OpenClDevice(device, usable.get(number).open(), ProgramCache.chosen()));
    }

    private static List<Found> usable() {
        List<Found> usable = new ArrayList<>();
        for (boolean cpu : new boolean[] {false, true}) {
            for (Found found : Drivers.here().devices()) {
                if (found.facts().cpu() == cpu && found.obstacle() == null) {
                    usable.add(found);
                }
            }
        }
        return usable;
    }

    private static String describe(List<Found> usable) {
        StringBuilder text = new StringBuilder();
        if (usable.isEmpty()) {
            text.append("no OpenCL device can be used");
        } else {
            text.append("there are ").append(PREFIX).append(":0 to ").append(usable.size() - 1);
        }
        for (Found found : Drivers.here().devices()) {
            if (found.obstacle() != null) {
                text.append("; ").append(found.facts().name()).append(": ").append(found.obstacle());
            }
        }
        Drivers.here().obstacles().forEach(obstacle -> text.append("; ").append(obstacle));
        return text.toString();
    }
}
