package aligrad.optim;

/// Options of a parameter group with a learning rate that may change from step to step.
public interface Scheduled {

    LearningRate learningRate();
}
