package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.spi.DeviceDescription;

import org.junit.jupiter.api.Test;

/// Names of devices, with [CrookedProvider] as the one module that offers some.
class DeviceTest {

    @Test
    void aShortNameIsTheSameDevice() {
        assertThat(Device.of("bent")).isSameAs(Device.of("crooked")).hasToString("crooked");
        assertThat(Device.of("bent")).isSameAs(Device.of("bent"));
    }

    @Test
    void onlyUsableDevicesAreAvailable() {
        assertThat(Device.available()).containsExactly("crooked", "reference");
        assertThat(Device.describe())
                .extracting(DeviceDescription::obstacle)
                .containsExactly(null, "it is broken; mend it", null);
    }

    @Test
    void aDeviceThatCannotBeUsedSaysWhy() {
        assertThatThrownBy(() -> Device.of("crooked:broken"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("it is broken; mend it");
    }

    @Test
    void anUnknownNameListsTheOthers() {
        assertThatThrownBy(() -> Device.of("tpu"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no device 'tpu'; there are: crooked, reference");
    }
}
