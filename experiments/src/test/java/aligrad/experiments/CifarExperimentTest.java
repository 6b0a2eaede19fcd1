package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Random;
import aligrad.tensor.io.SafeTensors;

import com.fasterxml.jackson.jr.ob.JSON;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `train cifar10` on 40 images for training, of which 4 are held back, and 6 for the test.
class CifarExperimentTest {

    /// 36 images in batches of 16: 16, 16 and 4.
    private static final int PER_EPOCH = 3;

    @TempDir private Path folder = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void files() throws IOException {
        data = folder.resolve("data");
        CifarFiles.write(data, 40, 6);
    }

    private Console cifar(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of("train", "cifar10", "--out", out.toString()));
        line.addAll(List.of(options));
        return Console.run(line.toArray(new String[0]));
    }

    /// A small network, unless the options say otherwise.
    private Console fresh(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of(options));
        addUnlessGiven(line, "--data", data.toString());
        addUnlessGiven(line, "--model", "wrn-10-1");
        addUnlessGiven(line, "--batch-size", "16");
        return cifar(out, line.toArray(new String[0]));
    }

    private static void addUnlessGiven(List<String> line, String option, String value) {
        if (!line.contains(option)) {
            line.addAll(List.of(option, value));
        }
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

    /// The metrics without the time.
    private static List<Map<String, Object>> rows(Path run) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            Map<String, Object> row = JSON.std.mapFrom(line);
            row.remove("seconds");
            rows.add(row);
        }
        return rows;
    }

    private static double number(Map<String, Object> row, String name) {
        return row.get(name) instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    private static void assertSameRun(Path a, Path b, int iterations) throws IOException {
        assertThat(rows(a)).hasSize(iterations).isEqualTo(rows(b));
        for (String file :
                new String[] {
                    "checkpoint/model-" + iterations + ".safetensors",
                    "checkpoint/optimizer-" + iterations + ".safetensors",
                    "best.safetensors",
                    "results.json"
                }) {
            assertThat(a.resolve(file)).hasSameBinaryContentAs(b.resolve(file));
        }
    }

    @Test
    void learnsAndJudgesTheBestModel() throws IOException {
        Path run = folder.resolve("run");
        Console console = fresh(run, "--epochs", "4");
        success(console);
        assertThat(console.out())
                .contains("best validation accuracy: ", "test accuracy of that model: ");
        List<Map<String, Object>> rows = rows(run);
        assertThat(rows).hasSize(4 * PER_EPOCH);
        double best = -1;
        double bestIteration = -1;
        for (int i = 0; i < rows.size(); i++) {
            Map<String, Object> row = rows.get(i);
            assertThat(number(row, "epoch")).isEqualTo(i / PER_EPOCH + 1);
            boolean last = i % PER_EPOCH == PER_EPOCH - 1;
            assertThat(row.containsKey("validation_accuracy")).isEqualTo(last);
            if (last && number(row, "validation_accuracy") > best) {
                best = number(row, "validation_accuracy");
                bestIteration = number(row, "iteration");
            }
        }
        assertThat(number(rows.getLast(), "loss")).isLessThan(number(rows.getFirst(), "loss"));
        Map<String, Object> results =
                JSON.std.mapFrom(Files.readString(run.resolve("results.json")));
        assertThat(results.keySet())
                .containsExactlyInAnyOrder(
                        "iteration", "epoch", "validation_accuracy", "test_accuracy");
        assertThat(number(results, "validation_accuracy")).isEqualTo(best);
        assertThat(number(results, "iteration")).isEqualTo(bestIteration);
        assertThat(number(results, "test_accuracy")).isBetween(0.0, 100.0);
        SafeTensors kept = SafeTensors.open(run.resolve("best.safetensors"));
        assertThat(kept.metadata())
                .containsEntry("iteration", String.valueOf((long) bestIteration));
        assertThat(Files.readString(run.resolve("report.html")))
                .contains("test accuracy of that model", "<td>36 for training, 4 for validation");
        assertThat(run.resolve("accuracy.svg")).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alig",
                "alig-plus",
                "nesterov",
                "l4adam",
                "borat",
                "prodigy",
                "schedule-free-adamw"
            })
    void aResumedRunEqualsAnUninterruptedOne(String optimizer) throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        success(fresh(whole, "--optimizer", optimizer, "--epochs", "3"));
        success(fresh(parts, "--optimizer", optimizer, "--epochs", "1"));
        success(cifar(parts, "--resume", "--epochs", "3", "--loaders", "3"));
        assertSameRun(parts, whole, 3 * PER_EPOCH);
        assertThat(rows(whole).stream().map(row -> row.get("loss")).distinct())
                .hasSize(3 * PER_EPOCH);
    }

    /// After epochs 1 and 2 the rate is a fifth: 0.1, 0.02, 0.004.
    @Test
    void theLearningRateFallsAfterTheEpochsOfTheSchedule() throws IOException {
        Path run = folder.resolve("run");
        String[] schedule = {"--decay-epochs", "1,2", "--decay-factor", "0.2"};
        List<String> line = new ArrayList<>(List.of("--optimizer", "nesterov", "--epochs", "2"));
        line.addAll(List.of(schedule));
        success(fresh(run, line.toArray(new String[0])));
        success(cifar(run, "--resume", "--epochs", "3"));
        List<Map<String, Object>> rows = rows(run);
        double[] rates = {0.1, 0.02, 0.004};
        for (int i = 0; i < 3 * PER_EPOCH; i++) {
            assertThat(number(rows.get(i), "step_size"))
                    .isCloseTo(rates[i / PER_EPOCH], within(1e-15));
        }
        assertThat(Files.readString(run.resolve("config.yaml")))
                .contains("decay-epochs: 1,2\n", "decay-factor: 0.2\n")
                .doesNotContain("momentum");
        refused(
                cifar(run, "--resume", "--epochs", "4", "--decay-epochs", "1,3"),
                "--decay-epochs 1,3: the run to resume was started with 1,2");
    }

    /// 16 of 36 images for training; of 4 for validation and 6 for the test 16/36: 2 and 3.
    @Test
    void trainsOnAPartAndJudgesByAsGreatAPart() throws IOException {
        Path run = folder.resolve("run");
        success(fresh(run, "--subset", "16", "--epochs", "2", "--momentum", "0"));
        List<Map<String, Object>> rows = rows(run);
        assertThat(rows).hasSize(2); // an epoch is one batch of 16
        assertThat(rows.get(0)).containsEntry("samples", 16);
        for (Map<String, Object> row : rows) {
            assertThat(number(row, "validation_accuracy")).isIn(0.0, 50.0, 100.0);
        }
        double test =
                number(
                        JSON.std.mapFrom(Files.readString(run.resolve("results.json"))),
                        "test_accuracy");
        assertThat(test * 3 / 100).isCloseTo(Math.rint(test * 3 / 100), within(1e-12));
        assertThat(Files.readString(run.resolve("config.yaml")))
                .contains("subset: 16\n", "momentum: 0.0\n");
        refused(
                fresh(folder.resolve("other"), "--subset", "37"),
                "--subset 37: there are only 36 images for training; choose at most as many.");
    }

    @Test
    void scheduleAndMomentumThatCannotBeAreNamed() {
        Path run = folder.resolve("run");
        String[] nesterov = {"--optimizer", "nesterov", "--decay-factor", "0.1", "--decay-epochs"};
        for (String none : new String[] {"0", "2,1", "1,", "x"}) {
            List<String> line = new ArrayList<>(List.of(nesterov));
            line.add(none);
            refused(
                    fresh(run, line.toArray(new String[0])),
                    "--decay-epochs " + none + ": it must be rising whole numbers such as 60,120.");
        }
        refused(
                fresh(run, "--optimizer", "nesterov", "--decay-epochs", "1"),
                "--decay-epochs 1: say by what, with --decay-factor.");
        refused(
                fresh(run, "--optimizer", "nesterov", "--decay-factor", "0.1"),
                "--decay-factor 0.1: say after which epochs, with --decay-epochs.");
        refused(
                fresh(run, "--decay-epochs", "1", "--decay-factor", "0.1"),
                "--decay-epochs 1: alig has no schedule; only sgd, heavy-ball and nesterov have.");
        refused(fresh(run, "--momentum", "1"), "--momentum 1.0: it must be at least 0 and less");
        refused(
                fresh(run, "--optimizer", "adam", "--momentum", "0.5"),
                "--momentum: adam has its own; leave the option out.");
        refused(fresh(run, "--subset", "0"), "--subset 0: it must be from 1 to 2147483647.");
        assertThat(run).doesNotExist();
    }

    /// From 0, a target goes half the way to the loss of its sample after the first epoch, so that
    /// the next step is shorter than without.
    @Test
    void targetsOfSamplesChangeAfterTheirInterval() throws IOException {
        Path run = folder.resolve("run");
        String[] options = {
            "--optimizer", "alig-plus", "--target-interval", "1", "--max-lr", "1e-3"
        };
        List<String> line = new ArrayList<>(List.of(options));
        line.addAll(List.of("--epochs", "1", "--weight-decay", "0", "--momentum", "0"));
        success(fresh(run, line.toArray(new String[0])));
        SafeTensors state = SafeTensors.open(run.resolve("checkpoint/optimizer-3.safetensors"));
        double[] targets = state.tensors().get("sampleTargets").toDoubleArray();
        double[] losses = state.tensors().get("sampleLosses").toDoubleArray();
        assertThat(targets).hasSize(36);
        double sum = 0;
        for (int i = 0; i < 36; i++) {
            assertThat(losses[i]).isPositive();
            assertThat(targets[i]).isEqualTo(losses[i] / 2);
            sum += losses[i];
        }
        List<Map<String, Object>> rows = rows(run);
        double mean = 0;
        for (Map<String, Object> row : rows) {
            mean += number(row, "loss") * number(row, "samples") / 36;
        }
        assertThat(sum / 36).isCloseTo(mean, within(1e-6));
        assertThat(Files.readString(run.resolve("config.yaml")))
                .contains("max-lr: 0.001\n", "weight-decay: 0.0\n", "target-interval: 1\n")
                .doesNotContain("max-norm");
        refused(
                cifar(run, "--resume", "--epochs", "3", "--target-interval", "2"),
                "--target-interval 2: the run to resume was started with 1");
        success(cifar(run, "--resume", "--epochs", "2"));
        Path free = folder.resolve("free");
        line.set(0, "--optimizer");
        line.set(3, "2");
        line.set(7, "2");
        success(fresh(free, line.toArray(new String[0])));
        // the same weights and batch, and half of the loss is not counted any more
        double unclipped = number(rows(free).get(3), "step_size_unclipped");
        assertThat(number(rows(free).get(3), "loss")).isEqualTo(number(rows(run).get(3), "loss"));
        assertThat(number(rows(run).get(3), "step_size_unclipped")).isLessThan(0.9 * unclipped);
        refused(
                fresh(folder.resolve("none"), "--target-interval", "1"),
                "--target-interval: only alig-plus has targets; leave the option out.");
        refused(
                fresh(folder.resolve("none"), "--optimizer", "alig-plus", "--target-interval", "0"),
                "--target-interval 0: it must be from 1 to 429496729 epochs.");
        refused(
                fresh(folder.resolve("none"), "--optimizer", "alig-plus", "--max-norm", "9"),
                "--max-norm: only alig keeps the weights in a ball; alig-plus takes");
    }

    /// Its hinge losses reach 0 on so few images, so that not all rows differ.
    @Test
    void aResumedRunOfDfwEqualsAnUninterruptedOne() throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        success(fresh(whole, "--optimizer", "dfw", "--epochs", "2"));
        success(fresh(parts, "--optimizer", "dfw", "--epochs", "1"));
        Console resumed = cifar(parts, "--resume", "--epochs", "2");
        success(resumed);
        assertSameRun(parts, whole, 2 * PER_EPOCH);
        assertThat(Files.readString(whole.resolve("report.html")))
                .contains("Mean loss of the last")
                .doesNotContain(" nats; best validation accuracy");
    }

    /// A run that is interrupted is cut anywhere; here one batch into an epoch. The targets of
    /// ALI-G+ change after each, so that the losses of the whole epoch have to be there.
    @ParameterizedTest
    @EnumSource(names = {"ALIG", "ALIG_PLUS"})
    void iterationsDoNotDependOnWhereTheRunWasCut(OptimizerChoice optimizer) {
        ImageTask task = CifarData.task(data, CifarFormat.CIFAR10);
        Path checkpoint = folder.resolve("checkpoint");
        List<Double> whole = new ArrayList<>();
        try (ImageExperiment experiment = new ImageExperiment(task, choices(optimizer, 1))) {
            for (int i = 0; i < 8; i++) {
                whole.add(loss(experiment, i));
            }
        }
        List<Double> parts = new ArrayList<>();
        try (ImageExperiment experiment = new ImageExperiment(task, choices(optimizer, 2))) {
            for (int i = 0; i < 4; i++) {
                parts.add(loss(experiment, i));
            }
            new Checkpoint(checkpoint)
                    .save(
                            experiment.model(),
                            experiment.optimizer(),
                            new Checkpoint.Position(4, 0));
        }
        try (ImageExperiment experiment = new ImageExperiment(task, choices(optimizer, 3))) {
            new Checkpoint(checkpoint).load(experiment.model(), experiment.optimizer());
            for (int i = 4; i < 8; i++) {
                parts.add(loss(experiment, i));
            }
        }
        assertThat(parts).isEqualTo(whole);
    }

    private static double loss(Experiment experiment, long i) {
        Iteration iteration = experiment.begin(i);
        double loss = iteration.step().report().loss();
        assertThat(iteration.metrics().get()).containsKey("accuracy"); // may end an epoch
        return loss;
    }

    private ImageExperiment.Choices choices(OptimizerChoice optimizer, int loaders) {
        return new ImageExperiment.Choices(
                "densenet-10-4",
                data.toString(),
                optimizer,
                0.1,
                75,
                0,
                0,
                9,
                16,
                1,
                loaders,
                new ImageProtocol(
                        0.9, StepSchedule.NONE, Subset.ALL, optimizer.takesTargets() ? 1 : 0),
                Map.of());
    }

    /// The expected norm of WRN-40-4 at the start is 126.8; the ball's radius is 100.
    @Test
    void aligStartsInItsBall() {
        ImageTask task = CifarData.task(data, CifarFormat.CIFAR10);
        for (double radius : new double[] {100, Double.POSITIVE_INFINITY}) {
            ImageExperiment.Choices choices =
                    new ImageExperiment.Choices(
                            "wrn-40-4",
                            data.toString(),
                            OptimizerChoice.ALIG,
                            1,
                            radius,
                            0,
                            0,
                            1,
                            16,
                            1,
                            1,
                            ImageProtocol.usual(0.9),
                            Map.of());
            try (ImageExperiment experiment = new ImageExperiment(task, choices)) {
                double squared =
                        experiment.model().parameters().stream()
                                .mapToDouble(p -> p.value().squaredNorm().item())
                                .sum();
                assertThat(Math.sqrt(squared))
                        .isCloseTo(Math.min(radius, 126.8), within(radius == 100 ? 1e-3 : 0.2));
            }
        }
    }

    @Test
    void refusesToResumeOnOtherImages() throws IOException {
        Path run = folder.resolve("run");
        success(fresh(run, "--epochs", "1"));
        CifarFiles.write(data, 41, 6);
        refused(
                cifar(run, "--resume", "--epochs", "2"),
                "--data " + data + ": the images there are not those of the run to resume");
    }

    @Test
    void refusesToResumeWithoutItsBestModel() throws IOException {
        Path run = folder.resolve("run");
        success(fresh(run, "--epochs", "1"));
        Files.delete(run.resolve("best.safetensors"));
        refused(cifar(run, "--resume", "--epochs", "2"), "best.safetensors is missing");
    }

    @Test
    void wrongOptionsAreNamedBeforeAnythingIsWritten() throws IOException {
        Path out = folder.resolve("run");
        refused(cifar(out), "--data is missing: name the directory with the files of CIFAR-10");
        refused(fresh(out, "--model", "vgg"), "--model vgg: there is none of that name");
        refused(fresh(out, "--epochs", "0"), "--epochs 0: it must be from 1");
        refused(fresh(out, "--batch-size", "0"), "--batch-size 0: it must be from 1");
        refused(fresh(out, "--loaders", "0"), "--loaders 0: it must be from 1 to 64");
        refused(fresh(out, "--max-norm", "-1"), "--max-norm -1: it must be a number above 0");
        refused(fresh(out, "--weight-decay", "0.1"), "--weight-decay: alig takes none");
        refused(
                fresh(out, "--optimizer", "adam", "--max-norm", "10"),
                "--max-norm: only alig keeps the weights in a ball; adam takes --weight-decay.");
        refused(
                fresh(out, "--optimizer", "adam", "--weight-decay", "-1"),
                "--weight-decay -1.0: it must be a number of at least 0.");
        refused(
                fresh(out, "--optimizer", "sps", "--weight-decay", "0.1"),
                "--weight-decay: sps takes none; leave the option out.");
        refused(
                fresh(out, "--optimizer", "borat", "--max-norm", "10"),
                "--max-norm: only alig keeps the weights in a ball; leave the option out.");
        Files.write(data.resolve("test_batch.bin"), new byte[3074]);
        refused(fresh(out), "test_batch.bin, byte 3074: it ends after 1 of the 3073 bytes");
        CifarFiles.write(data, 1, 1);
        refused(fresh(out), "there is only one image for training");
        assertThat(out).doesNotExist();
    }

    @Test
    void aRunOfCifar100HasAHundredClasses() throws IOException {
        byte[] bytes = new byte[10 * 3074];
        for (int i = 0; i < 10; i++) {
            bytes[i * 3074] = 19;
            bytes[i * 3074 + 1] = (byte) (90 + i);
        }
        Files.write(data.resolve("train.bin"), bytes);
        Files.write(data.resolve("test.bin"), bytes);
        Path run = folder.resolve("run");
        success(
                Console.run(
                        "train",
                        "cifar100",
                        "--model",
                        "plain-densenet-7-2",
                        "--data",
                        data.toString(),
                        "--out",
                        run.toString(),
                        "--epochs",
                        "1"));
        SafeTensors kept = SafeTensors.open(run.resolve("best.safetensors"));
        assertThat(kept.shape("scores.weight").extent(0)).isEqualTo(100);
        assertThat(Files.readString(run.resolve("config.yaml")))
                .contains("experiment: cifar100", "max-lr: 0.1", "batch-size: 256");
        refused(cifar(run, "--resume"), "holds a run of 'cifar100', not of 'cifar10'");
    }

    @Test
    void namesOfNetworksSayTheirSizes() {
        Random random = Random.stream(1);
        assertThat(ImageNetwork.of("wrn-16-4").initialize(10, 0, random).parameterCount())
                .isEqualTo(2_748_890);
        assertThat(ImageNetwork.of("densenet-40-40").initialize(100, 0, random).parameterCount())
                .isEqualTo(1_941_520);
        assertThat(
                        ImageNetwork.of("plain-densenet-40-40")
                                .initialize(10, 0, random)
                                .parameterCount())
                .isEqualTo(11_583_760);
        Path out = folder.resolve("run");
        refused(
                fresh(out, "--model", "wrn-17-4"),
                "--model wrn-17-4: wide residual network of depth 17: it must be 6·n + 4");
        refused(fresh(out, "--model", "wrn-16-0"), "width 0");
        refused(fresh(out, "--model", "densenet-13-4"), "depth 13 with a bottleneck");
        refused(fresh(out, "--model", "wrn-16-4-4"), "there is none of that name");
    }

    /// Rows 6, 12, 18 and 24, 3, 1, 26, 2, 14, 10 and 23 of the paper's table.
    @Test
    void settingsAreThePapers() {
        ImageNetwork.Family wrn = ImageNetwork.Family.WRN;
        ImageNetwork.Family dense = ImageNetwork.Family.DENSENET;
        CifarFormat ten = CifarFormat.CIFAR10;
        CifarFormat hundred = CifarFormat.CIFAR100;
        OptimizerChoice alig = OptimizerChoice.ALIG;
        assertThat(ImageDefaults.cifar(ten, wrn, alig))
                .isEqualTo(new ImageDefaults(200, 256, 1, 0.9, 100, Double.NaN, 0, 0));
        assertThat(ImageDefaults.cifar(ten, dense, alig))
                .isEqualTo(new ImageDefaults(300, 64, 0.1, 0.9, 75, Double.NaN, 0, 0));
        assertThat(ImageDefaults.cifar(hundred, wrn, alig))
                .isEqualTo(new ImageDefaults(200, 128, 0.1, 0.9, 100, Double.NaN, 0, 0));
        assertThat(ImageDefaults.cifar(hundred, dense, alig))
                .isEqualTo(new ImageDefaults(300, 256, 0.1, 0.9, 75, Double.NaN, 0, 0));
        ImageDefaults nesterov = ImageDefaults.cifar(ten, wrn, OptimizerChoice.NESTEROV);
        assertThat(nesterov.batchSize()).isEqualTo(128);
        assertThat(nesterov.weightDecay()).isEqualTo(5e-4);
        assertThat(ImageDefaults.cifar(ten, wrn, OptimizerChoice.AMSGRAD).batchSize())
                .isEqualTo(512);
        assertThat(ImageDefaults.cifar(ten, wrn, OptimizerChoice.ADAMW).weightDecay())
                .isEqualTo(1e-3);
        assertThat(ImageDefaults.cifar(ten, wrn, OptimizerChoice.DFW).batchSize()).isEqualTo(512);
        assertThat(ImageDefaults.cifar(hundred, wrn, OptimizerChoice.DFW).weightDecay())
                .isEqualTo(5e-4);
        assertThat(ImageDefaults.cifar(ten, dense, OptimizerChoice.L4ADAM).batchSize())
                .isEqualTo(256);
        assertThat(ImageDefaults.cifar(hundred, dense, OptimizerChoice.L4MOM))
                .isEqualTo(new ImageDefaults(300, 256, 0.1, 0.9, 75, Double.NaN, 1e-4, 0));
    }
}
