package aligrad.tensor.spi;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a backend says of a device, to be read by people.
///
/// @param name what [aligrad.tensor.Device#of] takes; `null` for one that cannot be used
/// @param hardware what it is, such as `NVIDIA H200 (NVIDIA CUDA)`
/// @param facts what it can do, each a few words, such as `132 compute units`
/// @param obstacle why it cannot be used, and the remedy; `null` if it can
public record DeviceDescription(
        @Nullable String name, String hardware, List<String> facts, @Nullable String obstacle) {

    public DeviceDescription {
        facts = List.copyOf(facts);
    }

    /// A device that can be used.
    public static DeviceDescription of(String name, String hardware, String... facts) {
        return new DeviceDescription(name, hardware, List.of(facts), null);
    }
}
