package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Drivers;
import aligrad.backends.opencl.driver.Facts;
import aligrad.backends.opencl.driver.Found;
import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.BackendProvider;
import aligrad.tensor.spi.DeviceDescription;

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
    public List<DeviceDescription> describe() {
        List<DeviceDescription> all = new ArrayList<>();
        List<Found> usable = usable();
        for (int i = 0; i < usable.size(); i++) {
            all.add(description(PREFIX + ":" + i, usable.get(i)));
        }
        for (Found found : Drivers.here().devices()) {
            if (found.obstacle() != null) {
                all.add(description(null, found));
            }
        }
        for (String obstacle : Drivers.here().obstacles()) {
            all.add(new DeviceDescription(null, "OpenCL", List.of(), obstacle));
        }
        return all;
    }

    private static DeviceDescription description(@Nullable String name, Found found) {
        Facts facts = found.facts();
        Family family = Family.of(facts);
        return new DeviceDescription(
                name,
                "%s (%s)".formatted(facts.name(), facts.platform()),
                List.of(
                        facts.cpu() ? "processor" : "accelerator",
                        facts.computeUnits() + " compute units",
                        "%.1f GB of memory".formatted(facts.memory() / 1e9),
                        "%.1f GB in one tensor".formatted(facts.largestBuffer() / 1e9),
                        "%d kB of local memory".formatted(facts.localMemory() / 1024),
                        facts.doubles() ? "double precision" : "no double precision",
                        facts.version().strip(),
                        "driver " + facts.driver(),
                        Choices.of(facts, family, tuning(facts)).describe(family),
                        facts.extensions().replaceAll(" +", " ")),
                found.obstacle());
    }

    @Override
    public Backend open(String device) {
        List<Found> usable = usable();
        int number = Integer.parseInt(device.substring(PREFIX.length() + 1));
        if (number >= usable.size()) {
            throw new IllegalStateException(
                    "no device '%s': %s".formatted(device, describe(usable)));
        }
        Found found = usable.get(number);
        return new OpenClBackend(
                new OpenClDevice(device, found.open(), ProgramCache.chosen()),
                tuning(found.facts()),
                GemmTensorCores.chosen());
    }

    private static Tuning tuning(Facts facts) {
        return Tuning.of(facts, ProgramCache.chosenDirectory());
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
                text.append("; ")
                        .append(found.facts().name())
                        .append(": ")
                        .append(found.obstacle());
            }
        }
        Drivers.here().obstacles().forEach(obstacle -> text.append("; ").append(obstacle));
        return text.toString();
    }
}
