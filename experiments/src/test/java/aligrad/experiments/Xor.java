package aligrad.experiments;

import aligrad.nn.*;
import aligrad.optim.AliG;
import aligrad.tensor.*;

public class Xor {
    public static void main(String[] args) {
        Random random = Random.stream(1);
        Tensor x = Tensor.of(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
        Tensor y = Tensor.of(new long[] {0, 1, 1, 0});
        Linear hidden = new Linear(2, 16, random);
        Linear output = new Linear(16, 2, random);
        Sequential model = Sequential.of(hidden, Activation.tanh(), output);
        AliG optimizer = AliG.over(model.parameters()).maxLearningRate(1).build();
        for (int i = 0; i < 300; i++) {
            optimizer.step(() -> CrossEntropy.mean(model.forward(x), y));
        }
        System.out.println(model.forward(x).argmax(1)); // I64 [4]  [0, 1, 1, 0]
    }
}
