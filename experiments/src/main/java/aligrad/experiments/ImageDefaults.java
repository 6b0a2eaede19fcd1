package aligrad.experiments;

import aligrad.experiments.ImageNetwork.Family;

import java.util.Map;

/// What a run on images does where the command line says nothing: the settings that the ALI-G
/// paper's release selected.
///
/// @param epochs passes over the images
/// @param batchSize images in a step
/// @param maxLearningRate ALI-G's η
/// @param momentum of ALI-G
/// @param maxNorm the radius of the ball that ALI-G's weights stay in
/// @param learningRate of all but ALI-G; not a number where the release has none
/// @param weightDecay of all but ALI-G
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

    /// The rows of SVHN's table that have a learning rate: that, and the weight decay.
    private static final Map<String, double[]> SVHN =
            Map.of(
                    "adagrad", new double[] {1e-2, 5e-4},
                    "adam", new double[] {1e-5, 5e-4},
                    "amsgrad", new double[] {1e-4, 5e-4},
                    "bpgrad", new double[] {1e-2, 5e-4},
                    "dfw", new double[] {1e-2, 1e-4});

    /// For WRN-40-4 and DenseNet-40-40.
    ///
    /// Wide residual networks run for 200 epochs, densely connected ones for 300. Combinations that
    /// the release does not have take those of its nearest: other kinds of SGD those of Nesterov's,
    /// all others those of Adam with AMSGrad.
    static ImageDefaults cifar(CifarFormat format, Family family, OptimizerChoice choice) {
        boolean wide = family == Family.WRN;
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

    /// The columns are WRN and DenseNet on CIFAR-10, WRN and DenseNet on CIFAR-100.
    private static int column(boolean wide, boolean ten) {
        return (ten ? 0 : 2) + (wide ? 0 : 1);
    }

    private static long[] batchSizes(OptimizerChoice choice) {
        return switch (choice) {
            case ALIG -> new long[] {256, 64, 128, 256};
            case SGD, HEAVY_BALL, NESTEROV, ADAMW -> new long[] {128, 64, 128, 64};
            case ADAM, AMSGRAD, ADAGRAD, RMSPROP -> new long[] {512, 128, 128, 64};
        };
    }

    private static double[] weightDecays(OptimizerChoice choice) {
        return switch (choice) {
            case ALIG -> new double[] {0, 0, 0, 0};
            case SGD, HEAVY_BALL, NESTEROV -> new double[] {5e-4, 1e-4, 5e-4, 1e-4};
            case ADAMW -> new double[] {1e-3, 1e-4, 5e-4, 1e-2};
            case ADAM, AMSGRAD, ADAGRAD, RMSPROP -> new double[] {1e-4, 1e-4, 1e-4, 1e-4};
        };
    }
}
