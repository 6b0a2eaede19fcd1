package aligrad.experiments;

import java.util.LinkedHashMap;
import java.util.Map;

/// One job of the ALI-G paper's release: what is trained, with every hyper-parameter.
///
/// Texts are as in the tables of the release, `-` where it gives nothing. A job becomes a command
/// line of `aligrad train`, which is all that running it means.
///
/// @param number in its experiment, from 1
/// @param data the data set, such as `cifar10`: the command that trains on it
/// @param model such as `wrn-40-4`
/// @param loss `ce`, `svm`, `smooth svm`, `top-5` or `bits`
/// @param optimizer such as `alig`, `l4mom` or `nag`
/// @param eta the longest step of ALI-G, the fraction of L4, else the learning rate; `none` for
///   ALI-G without a longest step
/// @param momentum of those that take one
/// @param weightDecay λ; the release regularizes ALI-G by `maxNorm` instead
/// @param maxNorm the radius of the ball that ALI-G's weights stay in
/// @param clip the norm that gradients are clipped to
/// @param batch samples in a step
/// @param length epochs, or iterations of the DNC
/// @param decayEpochs after which epochs SGD's rate is multiplied by `decayFactor`, as in `60,120`
/// @param dropout with which probability a number is dropped
record PaperJob(
        PaperExperiment experiment,
        int number,
        String data,
        String model,
        String loss,
        String optimizer,
        String eta,
        String momentum,
        String weightDecay,
        String maxNorm,
        String clip,
        int batch,
        long length,
        String decayEpochs,
        String decayFactor,
        String dropout) {

    /// What the table has where the release gives nothing.
    static final String NOTHING = "-";

    /// The fraction that the release's L4 has whatever it is told, except for the DNC.
    private static final String RELEASED_FRACTION = "0.15";

    /// Such as `006-cifar10-wrn-40-4-alig-1`: the name of its directory.
    String name() {
        return "%03d-%s%s-%s"
                .formatted(
                        number,
                        experiment == PaperExperiment.DNC ? "" : data + "-" + model + "-",
                        optimizer,
                        eta);
    }

    /// Every hyper-parameter by name, as the release has it.
    Map<String, String> hyperParameters() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("data", data);
        all.put("model", model);
        all.put("loss", loss);
        all.put("optimizer", optimizer);
        all.put("eta", eta);
        all.put("momentum", momentum);
        all.put("weight decay", weightDecay);
        all.put("max norm", maxNorm);
        all.put("clip", clip);
        all.put("batch", Integer.toString(batch));
        all.put(experiment.lengthOption(), Long.toString(length));
        all.put("decay after", decayEpochs);
        all.put("decay by", decayFactor);
        all.put("dropout", dropout);
        return all;
    }

    /// The options of `aligrad train` that make this job, without where it reads and writes.
    Map<String, String> options(Mode mode) {
        Map<String, String> options = new LinkedHashMap<>();
        if (experiment != PaperExperiment.DNC) {
            options.put("model", model);
        }
        options.put("optimizer", trainedBy(mode));
        boolean isAliG = optimizer.equals("alig");
        options.put(isAliG ? "max-lr" : "learning-rate", rate(mode));
        options.put(experiment.lengthOption(), Long.toString(length));
        switch (experiment) {
            case DNC -> options.put("accuracy", mode == Mode.RELEASED ? "any-step" : "all-steps");
            case SNLI -> {
                options.put("loss", loss.equals("svm") ? "hinge" : "ce");
                sentences(options, mode, isAliG);
            }
            case SVHN, CIFAR, CIFAR_TRAIN -> image(options, isAliG);
            case IMAGENET -> {
                options.put("loss", loss);
                image(options, isAliG);
            }
        }
        return options;
    }

    private void sentences(Map<String, String> options, Mode mode, boolean isAliG) {
        options.put("batch-size", Integer.toString(batch));
        if (isAliG) {
            options.put("max-norm", mode == Mode.RELEASED ? maxNorm : "none");
        } else {
            options.put("weight-decay", weightDecay);
        }
        if (takesMomentum()) {
            options.put("momentum", momentum);
        }
        if (!clip.equals(NOTHING)) {
            options.put("clip", clip);
        }
        if (!decayFactor.equals(NOTHING)) { // each epoch's, and that of one that is no better
            String[] factors = decayFactor.split(", ");
            options.put("decay-factor", factors[0]);
            options.put("plateau-factor", factors[1]);
        }
    }

    private boolean takesMomentum() {
        return optimizer.equals("alig") || optimizer.equals("dfw") || optimizer.equals("bpgrad");
    }

    private void image(Map<String, String> options, boolean isAliG) {
        options.put("batch-size", Integer.toString(batch));
        if (isAliG) {
            options.put("max-norm", maxNorm.equals(NOTHING) ? "none" : maxNorm);
        } else {
            options.put("weight-decay", weightDecay.equals(NOTHING) ? "0" : weightDecay);
        }
        if (takesMomentum()) {
            options.put("momentum", momentum);
        }
        if (!decayEpochs.equals(NOTHING)) {
            options.put("decay-epochs", decayEpochs);
            options.put("decay-factor", decayFactor);
        }
        if (!dropout.equals("0")) {
            options.put("dropout", dropout);
        }
    }

    /// The optimizer's name here: the release's "nag" is heavy ball, its "sgd" Nesterov's where
    /// there is a momentum, and its "bpgrad" does nothing where there is none.
    private String trainedBy(Mode mode) {
        return switch (optimizer) {
            case "nag" -> mode == Mode.RELEASED ? "heavy-ball" : "nesterov";
            case "bpgrad" -> mode == Mode.RELEASED ? "bpgrad-released" : "bpgrad";
            case "sgd" -> momentum.equals("0.9") ? "nesterov" : "sgd";
            default -> optimizer;
        };
    }

    private String rate(Mode mode) {
        boolean ignoresEta =
                mode == Mode.RELEASED
                        && optimizer.startsWith("l4")
                        && experiment != PaperExperiment.DNC;
        return ignoresEta ? RELEASED_FRACTION : eta;
    }
}
