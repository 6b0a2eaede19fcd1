package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Tensor;

import com.fasterxml.jackson.jr.ob.JSON;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `train imagenet` on pictures of one colour for each class: of four for training one is held
/// back, and one is for the test.
class ImageNetExperimentTest {

    private static final Color[] COLOURS = {
        Color.RED, Color.BLUE, Color.GREEN, Color.WHITE, Color.BLACK, Color.YELLOW, Color.CYAN
    };

    @TempDir private Path folder = Path.of("");

    private Path write(int classes) throws IOException {
        Path data = folder.resolve("classes" + classes);
        for (int c = 0; c < classes; c++) {
            for (int i = 0; i < 5; i++) {
                BufferedImage image =
                        Pictures.plain(226 + 3 * i, 240, BufferedImage.TYPE_INT_RGB, COLOURS[c]);
                String part = i == 4 ? "val" : "train";
                Pictures.write(
                        data.resolve("%s/n%02d/%d.JPEG".formatted(part, c, i)), "jpeg", image);
            }
        }
        return data;
    }

    private static Console imagenet(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of("train", "imagenet", "--out", out.toString()));
        line.addAll(List.of(options));
        return Console.run(line.toArray(new String[0]));
    }

    private static Console fresh(Path data, Path out, String... options) {
        List<String> line = new ArrayList<>(List.of("--data", data.toString()));
        line.addAll(List.of("--model", "resnet-10-2", "--batch-size", "16"));
        line.addAll(List.of(options));
        return imagenet(out, line.toArray(new String[0]));
    }

    private static void success(Console console) {
        assertThat(console.err()).isEmpty();
        assertThat(console.exit()).isZero();
    }

    private static void refused(Console console, String reason) {
        assertThat(console.err()).contains(reason);
        assertThat(console.err().strip().lines()).hasSize(1);
        assertThat(console.exit()).isEqualTo(2);
    }

    private static double number(Map<String, Object> row, String name) {
        return row.get(name) instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    /// 21 pictures in batches of 16 and 5. With augmentation a batch depends on its epoch's stream.
    @Test
    void aResumedRunEqualsAnUninterruptedOne() throws IOException {
        Path data = write(7);
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        success(fresh(data, whole, "--epochs", "2", "--augmentation", "yes"));
        success(fresh(data, parts, "--epochs", "1", "--augmentation", "yes"));
        success(imagenet(parts, "--resume", "--epochs", "2", "--loaders", "2"));
        List<String> rows = Files.readAllLines(whole.resolve("metrics.jsonl"));
        assertThat(rows).hasSize(4);
        for (String file :
                List.of(
                        "checkpoint/model-4.safetensors",
                        "checkpoint/optimizer-4.safetensors",
                        "best.safetensors",
                        "results.json")) {
            assertThat(parts.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(Files.readString(whole.resolve("config.yaml")))
                .contains(
                        "experiment: imagenet",
                        "loss: top-5",
                        "augmentation: yes",
                        "max-lr: 10.0",
                        "max-norm: 400.0",
                        "momentum: 0.0",
                        "21 for training, 7 for validation, 7 for the test");
    }

    /// Of 7 classes five are among the best five, so that both accuracies are counts of sevenths.
    @Test
    void measuresHowOftenTheLabelIsAmongTheFive() throws IOException {
        Path data = write(7);
        Path run = folder.resolve("run");
        Console console = fresh(data, run, "--epochs", "3", "--max-lr", "0.1");
        success(console);
        assertThat(console.out()).contains(" nats; best", ", among the five highest scores: ");
        Map<String, Object> results =
                JSON.std.mapFrom(Files.readString(run.resolve("results.json")));
        for (String part : List.of("validation", "test")) {
            double best = number(results, part + "_accuracy") * 7 / 100;
            double five = number(results, part + "_top5_accuracy") * 7 / 100;
            assertThat(best).isCloseTo(Math.rint(best), within(1e-9)).isBetween(0.0, 7.0);
            assertThat(five).isCloseTo(Math.rint(five), within(1e-9)).isBetween(best, 7.0);
        }
        Map<String, Object> row =
                JSON.std.mapFrom(Files.readAllLines(run.resolve("metrics.jsonl")).getFirst());
        assertThat(number(row, "top5_accuracy")).isGreaterThanOrEqualTo(number(row, "accuracy"));
    }

    /// Scores fall from class 0 to class 6; the labels are the fifth, the sixth, and the first.
    @Test
    void theFifthHighestScoreCountsAndTheSixthDoesNot() {
        float[] row = {9, 8, 7, 6, 5, 4, 3};
        float[] rows = new float[3 * 7];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(row, 0, rows, 7 * i, 7);
        }
        Tensor labels = Tensor.of(new long[] {4, 5, 0}, 3);
        assertThat(ClassifierExperiment.amongFive(Tensor.of(rows, 3, 7), labels).item())
                .isEqualTo(2);
    }

    @Test
    void fewClassesNeedTheCrossEntropy() throws IOException {
        Path data = write(3);
        Path run = folder.resolve("run");
        refused(
                fresh(data, run),
                "--loss top-5: there are only 3 classes in " + data + ", so that nothing is left");
        assertThat(run).doesNotExist();
        success(fresh(data, run, "--loss", "ce", "--epochs", "1"));
        assertThat(Files.readString(run.resolve("results.json"))).doesNotContain("top5");
        Path dfw = folder.resolve("dfw");
        success(fresh(data, dfw, "--optimizer", "dfw", "--epochs", "1"));
        assertThat(Files.readString(dfw.resolve("config.yaml"))).doesNotContain("loss:");
    }

    @Test
    void theJobOfThePaperRuns() throws IOException {
        Path data = write(6);
        Path grid = folder.resolve("grid");
        Console console =
                Console.run(
                        "reproduce",
                        "imagenet",
                        "--data",
                        data.toString(),
                        "--subset",
                        "4",
                        "--epochs",
                        "1",
                        "--out",
                        grid.toString());
        success(console);
        assertThat(console.out()).contains("test top-5 accuracy", "seed 1: finished.");
        Path run = grid.resolve("001-imagenet-resnet-18-alig-10/seed-1");
        assertThat(Files.readString(run.resolve("config.yaml")))
                .contains("model: resnet-18\n", "batch-size: 1024\n", "subset: 4\n");
    }

    @Test
    void wrongOptionsAreNamedBeforeAnythingIsWritten() throws IOException {
        Path run = folder.resolve("run");
        refused(
                imagenet(run),
                "--data is missing: name the directory with the folders train and val, each with a"
                        + " folder of pictures for each class; ./aligrad data fetch imagenet says");
        Path data = write(1);
        refused(fresh(data, run, "--loss", "hinge"), "--loss hinge: it must be top-5 or ce.");
        refused(
                fresh(data, run, "--optimizer", "dfw", "--loss", "ce"),
                "--loss: dfw is made for the hinge loss and has it; leave the option out.");
        refused(fresh(data, run, "--augmentation", "1"), "--augmentation 1: it must be yes or no.");
        refused(fresh(data, run, "--dropout", "0.1"), "--dropout: a resnet drops no numbers");
        refused(
                imagenet(run, "--data", data.toString(), "--model", "resnet-50"),
                "--model resnet-50: residual network of depth 50: it must be 10, 18 or 34");
        assertThat(run).doesNotExist();
    }

    /// The row of the paper's table.
    @Test
    void settingsAreThePapers() {
        assertThat(ImageDefaults.imageNet(OptimizerChoice.ALIG))
                .isEqualTo(new ImageDefaults(90, 1024, 10, 0, 400, Double.NaN, 0, 0));
    }
}
