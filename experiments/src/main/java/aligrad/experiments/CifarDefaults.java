package aligrad.experiments;

import aligrad.experiments.ImageNetwork.Family;

/// What a CIFAR run does where the command line says nothing: the settings that the ALI-G paper's
/// release selected for WRN-40-4 and DenseNet-40-40.
///
/// Wide residual networks run for 200 epochs, densely connected ones for 300. Combinations that the
/// release does not have take those of its nearest: other kinds of SGD those of Nesterov's, those
/// with a decoupled weight decay AdamW's, all others those of Adam with AMSGrad; BORAT has its own
/// paper's batch size.
///
/// @param batchSize images in a step
/// @param maxLearningRate ALI-G's η
/// @param maxNorm the radius of the ball that ALI-G's weights stay in
/// @param weightDecay of those that take one
record CifarDefaults(
        long epochs, long batchSize, double maxLearningRate, double maxNorm, double weightDecay) {

    static CifarDefaults of(CifarFormat format, Family family, OptimizerChoice choice) {
        boolean wide = family == Family.WRN;
        boolean ten = format == CifarFormat.CIFAR10;
        return new CifarDefaults(
                wide ? 200 : 300,
                batchSizes(choice)[column(wide, ten)],
                wide && ten ? 1 : 0.1,
                wide ? 100 : 75,
                weightDecays(choice)[column(wide, ten)]);
    }

    /// The columns are WRN and DenseNet on CIFAR-10, WRN and DenseNet on CIFAR-100.
    private static int column(boolean wide, boolean ten) {
        return (ten ? 0 : 2) + (wide ? 0 : 1);
    }

    private static long[] batchSizes(OptimizerChoice choice) {
        return switch (choice) {
            case ALIG -> new long[] {256, 64, 128, 256};
            case SGD,
                    HEAVY_BALL,
                    NESTEROV,
                    ADAMW,
                    YOGI,
                    BPGRAD,
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
            case SGD, HEAVY_BALL, NESTEROV, BPGRAD, MOMO, D_ADAPT_SGD, SCHEDULE_FREE ->
                    new double[] {5e-4, 1e-4, 5e-4, 1e-4};
            case DFW, L4MOM -> new double[] {1e-4, 1e-4, 5e-4, 1e-4};
            case ADAMW, MOMO_ADAM, PRODIGY, SCHEDULE_FREE_ADAMW, LION, LAMB ->
                    new double[] {1e-3, 1e-4, 5e-4, 1e-2};
            case ADAM, AMSGRAD, ADAGRAD, RMSPROP, YOGI, L4ADAM, D_ADAPT_ADAM ->
                    new double[] {1e-4, 1e-4, 1e-4, 1e-4};
        };
    }
}
