package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/// `aligrad data fetch` and `aligrad data check`.
class DataCommandTest {

    @TempDir private Path folder = Path.of("");

    private Console data(String... line) {
        String[] all = new String[line.length + 3];
        all[0] = "data";
        System.arraycopy(line, 0, all, 1, line.length);
        all[line.length + 1] = "--data";
        all[line.length + 2] = folder.toString();
        return Console.run(all);
    }

    private static void refused(Console console, int exit, String... parts) {
        assertThat(console.err()).contains(parts);
        assertThat(console.err().strip().lines()).hasSize(1);
        assertThat(console.exit()).isEqualTo(exit);
    }

    @Test
    void anUnknownNameListsTheChoices() {
        String choices =
                "mnits: there is no data set of that name; choose svhn, cifar10, cifar100, snli,"
                        + " glove, imagenet.";
        refused(data("fetch", "mnits"), 2, choices);
        refused(data("check", "mnits"), 2, choices);
        refused(Console.run("data"), 2, "Say what to do with data: choose fetch, check.");
        refused(Console.run("data", "fetch"), 2, "NAME: its value is missing; give it NAME.");
        refused(data("fetch", "svhn", "--from", "ftp://x/"), 2, "--from ftp://x/: it must begin");
        refused(data("fetch", "svhn", "--from", "::"), 2, "--from ::: ");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aServerThatCannotBeReachedIsAFailureThatSaysWhatToDo() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        String from = "http://localhost:%d/some/where".formatted(server.getAddress().getPort());
        try {
            refused(
                    data("fetch", "svhn", "--from", from),
                    1,
                    from + "/train_32x32.mat cannot be fetched: the server answers 404 Not Found;",
                    "put train_32x32.mat of 182,040,794 bytes in " + folder + ".");
        } finally {
            server.stop(0);
        }
        refused(
                data("fetch", "cifar10", "--from", from),
                1,
                from + "/cifar-10-binary.tar.gz cannot be fetched: no connection",
                "put cifar-10-binary.tar.gz of 170,052,171 bytes in " + folder + ".");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsUnpackedIsNotFetchedAgain() throws IOException {
        Path unpacked = Files.createDirectories(folder.resolve("cifar-100-binary"));
        Files.createFile(unpacked.resolve("train.bin"));
        Files.createFile(unpacked.resolve("test.bin"));
        Console console = data("fetch", "cifar100");
        assertThat(console.err()).isEmpty();
        assertThat(console.out())
                .isEqualTo("CIFAR-100 in binary form is in %s already.%n".formatted(folder));
        refused(
                data("check", "cifar100"),
                2,
                "CIFAR-100 in binary form in " + folder + " is not as published: train.bin: it has",
                "0 bytes, not 153,700,000");
    }

    @Test
    void imagenetExplainsWhatHasToBeDoneByHand() {
        Console console = data("fetch", "imagenet");
        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.err())
                .contains(
                        "1d675b47d978889d74fa0da5fadfb00e", "DIR/val/CLASS", "data check imagenet");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aCheckNamesEveryFileThatIsMissingOrWrong() throws IOException {
        Files.write(folder.resolve("test_32x32.mat"), new byte[17]);
        Console console = data("check", "svhn");
        refused(
                console,
                2,
                "SVHN, format 2 in "
                        + folder
                        + " is not as published: train_32x32.mat: missing, test_32x32.mat: it has"
                        + " 17 bytes, not 64,275,384, extra_32x32.mat: missing; move what is wrong"
                        + " away, and run ./aligrad data fetch svhn --data "
                        + folder
                        + ".");
        assertThat(console.out()).contains("train_32x32.mat: missing");
        refused(
                data("check", "glove"),
                2,
                "GloVe of 840 billion words",
                "glove.840B.300d.txt: missing");
        refused(Console.run("data", "check", "svhn", "--data", folder + "/none"), 2, "no such dir");
    }

    /// The sizes of SNLI's files were not published, so they are judged by what is in them.
    @Test
    void aCheckCounts() throws IOException {
        SnliFiles.write(folder);
        Console snli = data("check", "snli");
        refused(
                snli,
                2,
                "pairs of snli_1.0_train.jsonl: 4: the published number is 550,152",
                "those with a label: 3: the published number is 549,367");
        assertThat(snli.out()).contains("pairs of snli_1.0_test.jsonl: 1");
        Files.move(folder.resolve("vectors.txt"), folder.resolve("glove.840B.300d.txt"));
        Console glove = data("check", "glove");
        assertThat(glove.err()).isEmpty();
        assertThat(glove.exit()).isZero();
        assertThat(glove.out()).contains("words of glove.840B.300d.txt: 18", "is complete");
        for (String part : new String[] {"train", "val"}) {
            Pictures.write(
                    folder.resolve(part + "/n01/a.JPEG"),
                    "jpeg",
                    Pictures.plain(4, 4, BufferedImage.TYPE_INT_RGB, Color.RED));
        }
        refused(
                data("check", "imagenet"),
                2,
                "classes of train: 1: the published number is 1,000",
                "images of train: 1: the published number is 1,281,167",
                "./aligrad data fetch imagenet says what belongs there.");
    }
}
