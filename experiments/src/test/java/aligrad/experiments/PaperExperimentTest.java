package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

class PaperExperimentTest {

    private static PaperJob job(PaperExperiment experiment, int number) {
        return experiment.jobs().get(number - 1);
    }

    @ParameterizedTest
    @CsvSource({"DNC,105", "SVHN,8", "SNLI,17", "CIFAR,32", "CIFAR_TRAIN,8", "IMAGENET,1"})
    void hasAsManyJobsAsTheRelease(PaperExperiment experiment, int count) {
        List<PaperJob> jobs = experiment.jobs();
        assertThat(jobs).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(jobs.get(i).number()).isEqualTo(i + 1);
        }
        assertThat(jobs.stream().map(PaperJob::name).distinct()).hasSize(count);
    }

    /// 7 of ALI-G, 12 rates for each of five, 19 fractions for each of two.
    @Test
    void theGridOfTheDncIsWhole() {
        Map<String, Long> counts =
                PaperExperiment.DNC.jobs().stream()
                        .collect(Collectors.groupingBy(PaperJob::optimizer, Collectors.counting()));
        assertThat(counts)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "alig", 7L, "adam", 12L, "adagrad", 12L, "nag", 12L, "sgd", 12L,
                                "rmsprop", 12L, "l4adam", 19L, "l4mom", 19L));
        assertThat(job(PaperExperiment.DNC, 7).eta()).isEqualTo("none");
        assertThat(job(PaperExperiment.DNC, 105).eta()).isEqualTo("0.95");
        assertThat(job(PaperExperiment.DNC, 8).clip()).isEqualTo("50");
        assertThat(job(PaperExperiment.DNC, 1).clip()).isEqualTo("-");
    }

    @Test
    void nagAndTheAccuracyOfTheDncDependOnTheMode() {
        PaperJob nag = job(PaperExperiment.DNC, 32);
        assertThat(nag.optimizer()).isEqualTo("nag");
        assertThat(nag.options(Mode.RELEASED))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "optimizer",
                                "heavy-ball",
                                "learning-rate",
                                "1e-4",
                                "iterations",
                                "10000",
                                "accuracy",
                                "any-step"));
        assertThat(nag.options(Mode.INTENDED))
                .containsEntry("optimizer", "nesterov")
                .containsEntry("accuracy", "all-steps");
    }

    @Test
    void aJobHasEveryOptionOfItsRow() {
        assertThat(job(PaperExperiment.CIFAR, 21).options(Mode.INTENDED)) // cifar100 dn sgd
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "model",
                                "densenet-40-40",
                                "optimizer",
                                "nesterov",
                                "learning-rate",
                                "0.1",
                                "epochs",
                                "300",
                                "batch-size",
                                "64",
                                "weight-decay",
                                "0.0001",
                                "decay-epochs",
                                "150,225",
                                "decay-factor",
                                "0.1"));
        assertThat(job(PaperExperiment.CIFAR, 6).options(Mode.INTENDED)) // cifar10 wrn alig
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "model",
                                "wrn-40-4",
                                "optimizer",
                                "alig",
                                "max-lr",
                                "1",
                                "epochs",
                                "200",
                                "batch-size",
                                "256",
                                "max-norm",
                                "100",
                                "momentum",
                                "0.9"));
        assertThat(job(PaperExperiment.SVHN, 8).options(Mode.INTENDED))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "model",
                                "wrn-16-4",
                                "optimizer",
                                "alig",
                                "max-lr",
                                "0.01",
                                "epochs",
                                "160",
                                "batch-size",
                                "128",
                                "max-norm",
                                "50",
                                "momentum",
                                "0",
                                "dropout",
                                "0.4"));
        assertThat(job(PaperExperiment.CIFAR_TRAIN, 1).options(Mode.INTENDED))
                .containsEntry("max-norm", "none")
                .containsEntry("max-lr", "1.0");
        assertThat(job(PaperExperiment.CIFAR_TRAIN, 7).options(Mode.INTENDED))
                .containsEntry("weight-decay", "0")
                .containsEntry("optimizer", "adam");
        assertThat(job(PaperExperiment.IMAGENET, 1).options(Mode.INTENDED))
                .containsEntry("max-norm", "400")
                .containsEntry("batch-size", "1024");
    }

    /// As released, L4 uses its fraction 0.15 whatever it is told, and ALI-G on SNLI stays in the
    /// ball that was meant for gradients.
    @Test
    void theReleasedModeIsTheReleasedProgram() {
        PaperJob l4 = job(PaperExperiment.CIFAR, 4);
        assertThat(l4.options(Mode.RELEASED)).containsEntry("learning-rate", "0.15");
        assertThat(l4.options(Mode.INTENDED)).containsEntry("learning-rate", "0.015");
        PaperJob ofDnc = job(PaperExperiment.DNC, 105);
        assertThat(ofDnc.options(Mode.RELEASED)).containsEntry("learning-rate", "0.95");
        PaperJob snli = job(PaperExperiment.SNLI, 8);
        assertThat(snli.options(Mode.RELEASED)).containsEntry("max-norm", "5");
        assertThat(snli.options(Mode.INTENDED)).containsEntry("max-norm", "none");
    }

    /// Every job is a command line that is understood, with an optimizer that there is.
    @ParameterizedTest
    @EnumSource
    void everyJobIsReady(PaperExperiment experiment) {
        for (PaperJob job : experiment.jobs()) {
            for (Mode mode : Mode.values()) {
                Map<String, String> options = job.options(mode);
                List<String> line = new ArrayList<>(List.of("train", job.data()));
                options.forEach((name, value) -> line.add("--" + name + "=" + value));
                assertThatCode(() -> Main.program().parseArgs(line.toArray(new String[0])))
                        .doesNotThrowAnyException();
                String optimizer = options.getOrDefault("optimizer", "");
                assertThat(OptimizerChoice.of(optimizer).label()).isEqualTo(optimizer);
            }
        }
    }

    @Test
    void withoutMomentumTheReleasedBpGradIsTheOneThatStays() {
        PaperJob svhn = job(PaperExperiment.SVHN, 4);
        assertThat(svhn.options(Mode.RELEASED))
                .containsEntry("optimizer", "bpgrad-released")
                .containsEntry("momentum", "0");
        assertThat(svhn.options(Mode.INTENDED)).containsEntry("optimizer", "bpgrad");
        assertThat(job(PaperExperiment.SNLI, 12).options(Mode.RELEASED))
                .containsEntry("optimizer", "bpgrad-released");
    }

    @Test
    void aJobOnSnliHasEveryOptionOfItsRow() {
        assertThat(job(PaperExperiment.SNLI, 14).options(Mode.INTENDED)) // svm sgd 0.1
                .containsExactlyInAnyOrderEntriesOf(
                        Map.ofEntries(
                                Map.entry("model", "infersent"),
                                Map.entry("optimizer", "sgd"),
                                Map.entry("learning-rate", "0.1"),
                                Map.entry("epochs", "20"),
                                Map.entry("loss", "hinge"),
                                Map.entry("batch-size", "64"),
                                Map.entry("weight-decay", "0"),
                                Map.entry("clip", "5"),
                                Map.entry("decay-factor", "0.99"),
                                Map.entry("plateau-factor", "0.2")));
        assertThat(job(PaperExperiment.SNLI, 13).options(Mode.INTENDED)) // svm dfw 1
                .containsExactlyInAnyOrderEntriesOf(
                        Map.ofEntries(
                                Map.entry("model", "infersent"),
                                Map.entry("optimizer", "dfw"),
                                Map.entry("learning-rate", "1"),
                                Map.entry("epochs", "20"),
                                Map.entry("loss", "hinge"),
                                Map.entry("batch-size", "64"),
                                Map.entry("weight-decay", "0"),
                                Map.entry("momentum", "0")));
    }

    @Test
    void saysWhatIsReduced() {
        String text =
                Grid.protocol(
                                PaperExperiment.DNC,
                                Map.of(
                                        "mode",
                                        "intended",
                                        "subset",
                                        "all",
                                        "iterations",
                                        500,
                                        "seeds",
                                        3,
                                        "jobs",
                                        105))
                        .text();
        assertThat(text.lines())
                .anyMatch(line -> line.matches("iterations +10000 +500 +yes"))
                .anyMatch(line -> line.matches("jobs +105 +the same +no"))
                .anyMatch(line -> line.matches("runs of a job .* 3 +no"));
    }
}
