package aligrad.backends.opencl;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.DeviceDescription;

/// A program for child processes: prints the devices, and with an argument computes on that one.
final class ListDevices {

    private ListDevices() {}

    public static void main(String[] args) {
        for (DeviceDescription device : Device.describe()) {
            System.out.println(
                    device.name() + " | " + device.hardware() + " | " + device.obstacle());
        }
        for (String name : args) {
            try {
                Device.use(
                        Device.of(name),
                        () -> {
                            Tensor x = Tensor.range(1000).to(DType.F32);
                            System.out.println("sum " + x.mul(2).add(1).sum().item());
                            return name;
                        });
            } catch (IllegalStateException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }
}
