package aligrad.experiments;

import aligrad.tensor.Device;
import aligrad.tensor.spi.DeviceDescription;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.List;

/// `aligrad devices`.
@Command(
        name = "devices",
        description = {
            "Lists what can compute here, and why a device cannot.",
            "The names are those that --device takes."
        },
        mixinStandardHelpOptions = true)
final class Devices implements Runnable {

    private static final int NAME_WIDTH = 12;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        for (DeviceDescription device : Device.describe()) {
            String name = device.name() == null ? "-" : device.name();
            line(out, name, device.hardware());
            if (device.obstacle() != null) {
                line(out, "", "cannot be used: " + device.obstacle());
            }
            List<String> facts = device.facts();
            if (!facts.isEmpty()) {
                line(out, "", String.join(", ", facts));
            }
        }
        out.flush();
    }

    private void line(PrintWriter out, String name, String text) {
        int width = Math.max(40, spec.usageMessage().width() - NAME_WIDTH);
        String head = name;
        String rest = text;
        while (!rest.isEmpty()) {
            int end = rest.length() <= width ? rest.length() : rest.lastIndexOf(' ', width);
            end = end <= 0 ? rest.length() : end;
            out.printf("%-" + NAME_WIDTH + "s%s%n", head, rest.substring(0, end));
            rest = rest.substring(end).strip();
            head = "";
        }
    }
}
