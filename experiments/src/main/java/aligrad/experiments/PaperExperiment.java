package aligrad.experiments;

import static aligrad.experiments.PaperJob.NOTHING;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The experiments of the ALI-G paper with the jobs of its release: their one table.
///
/// For the DNC the release has the whole grid that was searched; for the others only the values
/// that were selected.
///
/// Source: Berrada, Zisserman, Kumar, *Training Neural Networks for and by Interpolation*, ICML
/// 2020, and the programs released with it.
enum PaperExperiment {
    DNC("The differentiable neural computer learns repeat-copy"),
    SVHN("WRN-16-4 on SVHN"),
    SNLI("InferSent on SNLI"),
    CIFAR("WRN-40-4 and DenseNet-40-40 on CIFAR-10 and CIFAR-100"),
    CIFAR_TRAIN("Training performance on CIFAR-100"),
    IMAGENET("ResNet-18 on ImageNet");

    private static final String[] RATES = {
        "1e-4", "3e-4", "1e-3", "3e-3", "1e-2", "3e-2", "1e-1", "3e-1", "1", "3", "10", "30"
    };

    private final String title;

    PaperExperiment(String title) {
        this.title = title;
    }

    /// As on the command line, such as `cifar-train`.
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String title() {
        return title;
    }

    /// What the length of a run is counted in: the option of `aligrad train`.
    String lengthOption() {
        return this == DNC ? "iterations" : "epochs";
    }

    /// The seed of the first run: the release has one for SNLI alone.
    long firstSeed() {
        return this == SNLI ? 1234 : 1;
    }

    /// How many samples an epoch has; those of the DNC are generated.
    long samples() {
        return switch (this) {
            case DNC -> 0;
            case SVHN -> 598_388;
            case SNLI -> 549_367;
            case CIFAR, CIFAR_TRAIN -> 45_000;
            case IMAGENET -> 1_231_166;
        };
    }

    /// All jobs, in the order of the release.
    List<PaperJob> jobs() {
        return switch (this) {
            case DNC -> dnc();
            // optimizer, eta, weight decay, max norm
            case SVHN ->
                    rows(
                            """
                            adagrad  0.01    0.0005  -
                            adam     1e-05   0.0005  -
                            amsgrad  0.0001  0.0005  -
                            bpgrad   0.01    0.0005  -
                            dfw      0.01    0.0001  -
                            l4adam   0.15    0.0001  -
                            l4mom    0.0015  0.0005  -
                            alig     0.01    -       50
                            """);
            // loss, optimizer, eta
            case SNLI ->
                    rows(
                            """
                            ce   adagrad  0.01
                            ce   adam     0.0001
                            ce   amsgrad  0.0001
                            ce   bpgrad   1
                            ce   sgd      1
                            ce   l4adam   0.15
                            ce   l4mom    0.015
                            ce   alig     1
                            svm  adagrad  0.01
                            svm  adam     0.0001
                            svm  amsgrad  0.0001
                            svm  bpgrad   1
                            svm  dfw      1
                            svm  sgd      0.1
                            svm  l4adam   0.015
                            svm  l4mom    0.015
                            svm  alig     1
                            """);
            // data, model, optimizer, eta, batch, weight decay, max norm, decay after, decay by
            case CIFAR ->
                    rows(
                            """
                            cifar10   wrn  amsgrad  0.001  512  0.0001  -    -           -
                            cifar10   wrn  dfw      1      512  0.0001  -    -           -
                            cifar10   wrn  sgd      0.1    128  0.0005  -    60,120,160  0.2
                            cifar10   wrn  l4adam   0.015  128  0.0001  -    -           -
                            cifar10   wrn  l4mom    0.15   128  0.0001  -    -           -
                            cifar10   wrn  alig     1      256  -       100  -           -
                            cifar10   dn   amsgrad  0.001  128  0.0001  -    -           -
                            cifar10   dn   dfw      0.1    64   0.0001  -    -           -
                            cifar10   dn   sgd      0.1    64   0.0001  -    150,225     0.1
                            cifar10   dn   l4adam   0.15   256  0.0001  -    -           -
                            cifar10   dn   l4mom    0.15   64   0.0001  -    -           -
                            cifar10   dn   alig     0.1    64   -       75   -           -
                            cifar100  wrn  amsgrad  0.001  128  0.0001  -    -           -
                            cifar100  wrn  dfw      0.1    256  0.0005  -    -           -
                            cifar100  wrn  sgd      0.1    128  0.0005  -    60,120,160  0.2
                            cifar100  wrn  l4adam   0.015  512  0.0001  -    -           -
                            cifar100  wrn  l4mom    0.015  512  0.0005  -    -           -
                            cifar100  wrn  alig     0.1    128  -       100  -           -
                            cifar100  dn   amsgrad  0.001  64   0.0001  -    -           -
                            cifar100  dn   dfw      0.1    64   0.0001  -    -           -
                            cifar100  dn   sgd      0.1    64   0.0001  -    150,225     0.1
                            cifar100  dn   l4adam   0.015  256  0.0001  -    -           -
                            cifar100  dn   l4mom    0.015  256  0.0001  -    -           -
                            cifar100  dn   alig     0.1    256  -       75   -           -
                            cifar10   dn   adamw    0.001  64   0.0001  -    -           -
                            cifar10   wrn  adamw    0.001  128  0.001   -    -           -
                            cifar100  dn   adamw    0.001  64   0.01    -    -           -
                            cifar100  wrn  adamw    0.001  128  0.0005  -    -           -
                            cifar10   dn   yogi     0.001  64   0.0001  -    -           -
                            cifar10   wrn  yogi     0.001  128  0.0001  -    -           -
                            cifar100  dn   yogi     0.001  64   0.0001  -    -           -
                            cifar100  wrn  yogi     0.001  128  0.0001  -    -           -
                            """);
            // the same columns
            case CIFAR_TRAIN ->
                    rows(
                            """
                            cifar100  wrn  alig     1.0    128  -  -  -  -
                            cifar100  wrn  sgd      0.1    128  -  -  -  -
                            cifar100  wrn  adagrad  0.1    128  -  -  -  -
                            cifar100  wrn  adam     0.001  128  -  -  -  -
                            cifar100  dn   sgd      0.01   64   -  -  -  -
                            cifar100  dn   adagrad  0.1    64   -  -  -  -
                            cifar100  dn   adam     0.001  64   -  -  -  -
                            cifar100  dn   alig     0.1    64   -  -  -  -
                            """);
            // optimizer, eta, max norm
            case IMAGENET -> rows("alig  10  400\n");
        };
    }

    private List<PaperJob> rows(String table) {
        List<PaperJob> jobs = new ArrayList<>();
        for (String line : table.lines().toList()) {
            jobs.add(job(jobs.size() + 1, line.strip().split(" +")));
        }
        return jobs;
    }

    private PaperJob job(int number, String[] c) {
        return switch (this) {
            case DNC -> {
                boolean isClipped = !c[0].equals("alig") && !c[0].startsWith("l4");
                String momentum = c[0].equals("nag") ? "0.9" : "0";
                yield new PaperJob(
                        this,
                        number,
                        "dnc",
                        "dnc",
                        "bits",
                        c[0],
                        c[1],
                        momentum,
                        "0",
                        NOTHING,
                        isClipped ? "50" : NOTHING,
                        16,
                        10_000,
                        NOTHING,
                        NOTHING,
                        "0");
            }
            case SVHN ->
                    new PaperJob(
                            this,
                            number,
                            "svhn",
                            "wrn-16-4",
                            c[0].equals("dfw") ? "svm" : "ce",
                            c[0],
                            c[1],
                            "0",
                            c[2],
                            c[3],
                            NOTHING,
                            128,
                            160,
                            NOTHING,
                            NOTHING,
                            "0.4");
            case SNLI -> {
                boolean isClipped =
                        !c[1].equals("alig") && !c[1].equals("dfw") && !c[1].startsWith("l4");
                boolean isSgd = c[1].equals("sgd");
                yield new PaperJob(
                        this,
                        number,
                        "snli",
                        "infersent",
                        c[0],
                        c[1],
                        c[2],
                        "0",
                        "0",
                        c[1].equals("alig") ? "5" : NOTHING,
                        isClipped ? "5" : NOTHING,
                        64,
                        20,
                        isSgd ? "each, and no better" : NOTHING,
                        isSgd ? "0.99, 0.2" : NOTHING,
                        "0");
            }
            case CIFAR, CIFAR_TRAIN -> {
                boolean isWide = c[1].equals("wrn");
                yield new PaperJob(
                        this,
                        number,
                        c[0],
                        isWide ? "wrn-40-4" : "densenet-40-40",
                        c[2].equals("dfw") ? "smooth svm" : "ce",
                        c[2],
                        c[3],
                        "0.9",
                        c[5],
                        c[6],
                        NOTHING,
                        Integer.parseInt(c[4]),
                        isWide ? 200 : 300,
                        c[7],
                        c[8],
                        "0");
            }
            case IMAGENET ->
                    new PaperJob(
                            this,
                            number,
                            "imagenet",
                            "resnet-18",
                            "top-5",
                            c[0],
                            c[1],
                            "0",
                            NOTHING,
                            c[2],
                            NOTHING,
                            1024,
                            90,
                            NOTHING,
                            NOTHING,
                            "0");
        };
    }

    private static List<PaperJob> dnc() {
        List<String> lines = new ArrayList<>();
        for (String eta : new String[] {"1e2", "1e3", "1e4", "1e5", "1e6", "1e7", "none"}) {
            lines.add("alig " + eta);
        }
        for (String optimizer : new String[] {"adam", "adagrad", "nag", "sgd", "rmsprop"}) {
            for (String rate : RATES) {
                lines.add(optimizer + " " + rate);
            }
        }
        for (String optimizer : new String[] {"l4adam", "l4mom"}) {
            for (int twentieths = 1; twentieths <= 19; twentieths++) {
                lines.add(optimizer + " %.2f".formatted(twentieths / 20.0));
            }
        }
        return DNC.rows(String.join("\n", lines));
    }

    /// What the paper's protocol fixes for all jobs, by aspect, in words.
    Map<String, String> protocol() {
        Map<String, String> all = new LinkedHashMap<>();
        switch (this) {
            case DNC -> {
                all.put("data", "repeat-copy, generated: 4 bits, length and repeats 1 or 2");
                all.put("jobs", "105");
                all.put("iterations", "10000");
                all.put("batch", "16");
                all.put(
                        "accuracy",
                        "right as soon as one step is (any-step); meant are all (all-steps)");
            }
            case SVHN -> {
                all.put(
                        "data",
                        "598,388 images for training, 6,000 for validation, 26,032 for the test");
                all.put("jobs", "8, none of SGD");
                all.put("epochs", "160");
                all.put("batch", "128");
                all.put("augmentation", "none, and no normalization of pixels");
            }
            case SNLI -> {
                all.put(
                        "data",
                        "549,367 pairs for training, 9,842 for validation, 9,824 for the test");
                all.put(Grid.WORD_VECTORS, "GloVe of 840 billion words, not learned");
                all.put("jobs", "17");
                all.put("epochs", "20");
                all.put("batch", "64");
            }
            case CIFAR, CIFAR_TRAIN -> {
                all.put(
                        "data",
                        "45,000 images for training, 5,000 for validation, 10,000 for the test");
                all.put("jobs", this == CIFAR ? "32" : "8");
                all.put("epochs", "200 for WRN-40-4, 300 for DenseNet-40-40");
                all.put("batch", "as in each job");
                all.put("augmentation", "crops of padded images, mirroring");
            }
            case IMAGENET -> {
                all.put(
                        "data",
                        "1,231,166 images for training, 50,000 for validation, 50,000 for the"
                                + " test");
                all.put("jobs", "1");
                all.put("epochs", "90");
                all.put("batch", "1024");
                all.put("augmentation", "none: resized to 224, the centre cut out");
            }
        }
        all.put("runs of a job", "one in the scripts; how many are behind the tables is not known");
        all.put("first seed", this == SNLI ? "1234" : "drawn, not published");
        all.put(
                "computer",
                switch (this) {
                    case DNC -> "a CPU of 12 cores";
                    case IMAGENET -> "up to 4 GPUs";
                    case SVHN, SNLI, CIFAR, CIFAR_TRAIN -> "not known";
                });
        return all;
    }

    /// Where the release does not do what was evidently meant, and what each mode does.
    List<String> slips() {
        String fraction =
                "l4adam, l4mom: released they ignore eta and use the fraction 0.15; intended eta is"
                        + " the fraction.";
        String bpgrad =
                "bpgrad: released it never moves the weights, since its momentum is 0; intended it"
                        + " does.";
        return switch (this) {
            case DNC ->
                    List.of(
                            "nag: released it is heavy ball; intended Nesterov's momentum.",
                            "accuracy: released a sequence counts when one of its steps is right;"
                                    + " intended when all are.");
            case SVHN -> List.of(fraction, bpgrad);
            case SNLI ->
                    List.of(
                            fraction,
                            bpgrad,
                            "alig: released its weights stay in a ball of radius 5, which was meant"
                                    + " for clipping gradients; intended they are not confined.");
            case CIFAR -> List.of(fraction);
            case CIFAR_TRAIN, IMAGENET -> List.of();
        };
    }
}
