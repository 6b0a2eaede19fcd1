package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.SplittableRandom;

class EinsumTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ij,jk->ik",
                "bij,bjk->bik",
                "ij,kj->ik",
                "ij,ij->ij",
                "ij,ij->",
                "i,i->",
                "i,j->ij",
                "i,j->ji",
                "ij->ji",
                "ij->",
                "ij->i",
                "ij->j",
                "ijk->kij",
                "ii->i",
                "ii->",
                "iij->j",
                "ii,ij->j",
                "bhqd,bhkd->bhqk",
                "ij,k->i",
                "ij,jk->",
                ",ij->ij",
                ",->",
                "i,->i",
                "abc,cd->dba",
                "ij,jkk->ik",
                "i j , j k -> i k",
                "->",
                "Ii,iI->I",
            })
    void sumsTheProductsThatTheEquationNames(String equation) {
        requireBruteForce(equation, new SplittableRandom(equation.hashCode()));
    }

    @Test
    void sumsTheProductsOfRandomEquations() {
        SplittableRandom random = new SplittableRandom(4);
        for (int trial = 0; trial < 400; trial++) {
            String first = letters(random, 4, "abcde");
            String second = letters(random, 4, "abcde");
            StringBuilder result = new StringBuilder();
            for (char c : "debac".toCharArray()) {
                boolean known = first.indexOf(c) >= 0 || second.indexOf(c) >= 0;
                if (known && random.nextBoolean()) {
                    result.append(c);
                }
            }
            requireBruteForce(first + "," + second + "->" + result, random);
        }
    }

    private static String letters(SplittableRandom random, int most, String from) {
        StringBuilder letters = new StringBuilder();
        for (int n = random.nextInt(most + 1); letters.length() < n; ) {
            char c = from.charAt(random.nextInt(from.length()));
            if (letters.indexOf(String.valueOf(c)) < 0) {
                letters.append(c);
            }
        }
        return letters.toString();
    }

    /// Runs over all values of all letters.
    private static void requireBruteForce(String equation, SplittableRandom random) {
        String compact = equation.replace(" ", "");
        String[] sides = compact.split("->", -1);
        String[] terms = sides[0].split(",", -1);
        String all = compact.replaceAll("[^A-Za-z]", "");
        StringBuilder once = new StringBuilder();
        all.chars().distinct().forEach(c -> once.append((char) c));
        Shape range = Shape.of(random.ints(once.length(), 1, 5).toArray());
        Tensor[] operands = new Tensor[terms.length];
        Shape[] shapes = new Shape[terms.length];
        double[][] values = new double[terms.length][];
        for (int t = 0; t < terms.length; t++) {
            shapes[t] = of(terms[t], once, range);
            values[t] = random.doubles(shapes[t].size(), -1, 1).toArray();
            operands[t] = Tensor.of(values[t], values[t].length).reshape(shapes[t].toArray());
        }
        Shape shape = of(sides[1], once, range);
        double[] expected = new double[(int) shape.size()];
        Indices.each(
                range,
                i -> {
                    double product = 1;
                    for (int t = 0; t < terms.length; t++) {
                        product *= values[t][Indices.place(shapes[t], at(terms[t], once, i))];
                    }
                    expected[Indices.place(shape, at(sides[1], once, i))] += product;
                });

        Tensor actual = Contractions.einsum(equation, operands);

        assertThat(actual.shape()).as(equation).isEqualTo(shape);
        double[] numbers = actual.toDoubleArray();
        for (int i = 0; i < expected.length; i++) {
            assertThat(numbers[i])
                    .as("%s of %s", equation, Arrays.toString(shapes))
                    .isCloseTo(expected[i], within(1e-12)); // sums of at most 4^5 products below 1
        }
    }

    private static Shape of(String letters, StringBuilder once, Shape range) {
        return Shape.of(
                letters.chars()
                        .map(c -> range.extent(once.indexOf(Character.toString(c))))
                        .toArray());
    }

    private static int[] at(String letters, StringBuilder once, int[] index) {
        return letters.chars().map(c -> index[once.indexOf(Character.toString(c))]).toArray();
    }

    @Test
    void explainsWhatIsWrongWithAnEquation() {
        Tensor x = Tensor.zeros(2, 3);
        Tensor y = Tensor.zeros(4, 5);
        assertThatThrownBy(() -> Contractions.einsum("ij,jk->ik", x, y))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "einsum \"ij,jk->ik\" of [2, 3] × [4, 5]: 'j' must have one extent, but it"
                                + " is 3 and 4");
        assertThatThrownBy(() -> Contractions.einsum("ij,jk", x, y))
                .hasMessage(
                        "einsum \"ij,jk\" of [2, 3] × [4, 5]: it must say what comes out, as in"
                                + " \"ij,jk->ik\"");
        assertThatThrownBy(() -> Contractions.einsum("ij->ik", x))
                .hasMessage("einsum \"ij->ik\" of [2, 3]: 'k' must come from an operand, once");
        assertThatThrownBy(() -> Contractions.einsum("ij->ii", x))
                .hasMessage("einsum \"ij->ii\" of [2, 3]: 'i' must come from an operand, once");
        assertThatThrownBy(() -> Contractions.einsum("ijk->i", x))
                .hasMessage("einsum \"ijk->i\" of [2, 3]: 'ijk' must have a letter for each axis");
        assertThatThrownBy(() -> Contractions.einsum("ij,jk->ik", x))
                .hasMessage(
                        "einsum \"ij,jk->ik\" of [2, 3]: it takes one or two operands, a term for"
                                + " each");
        assertThatThrownBy(() -> Contractions.einsum("iii->i", Tensor.zeros(2, 2, 2)))
                .hasMessage("einsum \"iii->i\" of [2, 2, 2]: a term may repeat one letter once");
    }
}
