package aligrad.experiments;

import aligrad.experiments.ImageNetwork.Family;

import java.util.Map;

/// What a run on images does where the command line says nothing: the settings that the ALI-G
/// paper's release selected.
///
/// @param epochs passes over the images
/// @param batchSize images in a step
/// @param maxLearningRate η of ALI-G and ALI-G+
/// @param momentum of ALI-G and its like
/// @param maxNorm the radius of the ball that ALI-G's weights stay in
/// @param learningRate of all others; not a number where the release has none
/// @param weightDecay of those that take one
/// @param dropout with which probability the network drops a number in training
record ImageDefaults(
        long epochs,
        long batchSize,
        double maxLearningRate,
        double momentum,
        double maxNorm,
        double learningRate,
        double weightDecay,
        double dropout) {

    /// The rows of SVHN's table: the learning rate, which L4 has none of, and the weight decay.
    private static final Map<String, double[]> SVHN =
            Map.of(
                    "adagrad", new double[] {1e-2, 5e-4},
                    "adam", new double[] {1e-5, 5e-4},
                    "amsgrad", new double[] {1e-4, 5e-4},
                    "bpgrad", new double[] {1e-2, 5e-4},
                    "bpgrad-released", new double[] {1e-2, 5e-4},
                    "dfw", new double[] {1e-2, 1e-4},
                    "l4adam", new double[] {Double.NaN, 1e-4},
                    "l4mom", new double[] {Double.NaN, 5e-4});

    /// For WRN-40-4 and DenseNet-40-40.
    ///
    /// Wide residual networks run for 200 epochs, densely connected ones for 300. Combinations that
    /// the release does not have take those of its nearest: other kinds of SGD those of Nesterov's,
    /// those with a decoupled weight decay AdamW's, all others those of Adam with AMSGrad; BORAT
    /// has its own paper's batch size.
    static ImageDefaults cifar(CifarFormat format, Family family, OptimizerChoice choice) {
        boolean wide = family == Family.WRN || family == Family.RESNET; // both are residual
        boolean ten = format == CifarFormat.CIFAR10;
        return new ImageDefaults(
                wide ? 200 : 300,
                batchSizes(choice)[column(wide, ten)],
                wide && ten ? 1 : 0.1,
                0.9,
                wide ? 100 : 75,
                Double.NaN,
                weightDecays(choice)[column(wide, ten)],
                0);
    }

    /// For WRN-16-4. Optimizers that the release does not have take the weight decay of most
    /// others.
    static ImageDefaults svhn(OptimizerChoice choice) {
        double[] row = SVHN.getOrDefault(choice.label(), new double[] {Double.NaN, 5e-4});
        boolean alig = choice == OptimizerChoice.ALIG;
        return new ImageDefaults(160, 128, 0.01, 0, 50, row[0], alig ? 0 : row[1], 0.4);
    }

    /// For ResNet-18, of which the release has one job, with ALI-G. The other optimizers take the
    /// weight decay of WRN-40-4 on CIFAR-100.
    static ImageDefaults imageNet(OptimizerChoice choice) {
        return new ImageDefaults(
                90, 1024, 10, 0, 400, Double.NaN, weightDecays(choice)[column(true, false)], 0);
    }

    /// The columns are WRN and DenseNet on CIFAR-10, WRN and DenseNet on CIFAR-100.
    private static int column(boolean wide, boolean ten) {
        return (ten ? 0 : 2) + (wide ? 0 : 1);
    }

    private static long[] batchSizes(OptimizerChoice choice) {
        return switch (choice) {
            case ALIG, ALIG_PLUS -> new long[] {256, 64, 128, 256};
            case SGD,
                    HEAVY_BALL,
                    NESTEROV,
                    ADAMW,
                    YOGI,
                    BPGRAD,
                    BPGRAD_RELEASED,
                    SPS,
                    MOMO,
                    MOMO_ADAM,
                    D_ADAPT_SGD,
                    PRODIGY,
                    SCHEDULE_FREE,
                    SCHEDULE_FREE_ADAMW,
                    LION,
                    LAMB ->
                    new long[] {128, 64, 128, 64};
            case DFW -> new long[] {512, 64, 256, 64};
            case L4ADAM -> new long[] {128, 256, 512, 256};
            case L4MOM -> new long[] {128, 64, 512, 256};
            case BORAT -> new long[] {128, 128, 128, 128};
            case ADAM, AMSGRAD, ADAGRAD, RMSPROP, D_ADAPT_ADAM -> new long[] {512, 128, 128, 64};
        };
    }

    private static double[] weightDecays(OptimizerChoice choice) {
        return switch (choice) {
            case ALIG, SPS, BORAT -> new double[] {0, 0, 0, 0};
            case ALIG_PLUS,
                    SGD,
                    HEAVY_BALL,
                    NESTEROV,
                    BPGRAD,
                    BPGRAD_RELEASED,
                    MOMO,
                    D_ADAPT_SGD,
                    SCHEDULE_FREE ->
                    new double[] {5e-4, 1e-4, 5e-4, 1e-4};
            case DFW, L4MOM -> new double[] {1e-4, 1e-4, 5e-4, 1e-4};
            case ADAMW, MOMO_ADAM, PRODIGY, SCHEDULE_FREE_ADAMW, LION, LAMB ->
                    new double[] {1e-3, 1e-4, 5e-4, 1e-2};
            case ADAM, AMSGRAD, ADAGRAD, RMSPROP, YOGI, L4ADAM, D_ADAPT_ADAM ->
                    new double[] {1e-4, 1e-4, 1e-4, 1e-4};
        };
    }
}
