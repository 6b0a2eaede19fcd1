package aligrad.tensor;

import java.util.ArrayList;
import java.util.List;

/// Einstein summation, carried out as one batched matrix product.
///
/// Letters of two operands fall in four kinds: in both and in the result (batch), in both only
/// (summed), and those of one operand only, which are summed beforehand if the result lacks them.
final class Einsum {

    private Einsum() {}

    static Tensor of(String equation, Tensor... operands) {
        String compact = equation.replace(" ", "");
        int arrow = compact.indexOf("->");
        if (arrow < 0) {
            throw bad(equation, operands, "it must say what comes out, as in \"ij,jk->ik\"");
        }
        String[] terms = compact.substring(0, arrow).split(",", -1);
        String result = compact.substring(arrow + 2);
        if (terms.length != operands.length || operands.length < 1 || operands.length > 2) {
            throw bad(equation, operands, "it takes one or two operands, a term for each");
        }
        check(equation, terms, result, operands);
        Tensor a = withoutRepeats(equation, terms, 0, operands);
        String p = distinct(terms[0]);
        if (operands.length == 1) {
            Tensor summed = keepOnly(a, p, result);
            return order(summed, restrict(p, result), result);
        }
        Tensor b = withoutRepeats(equation, terms, 1, operands);
        String q = distinct(terms[1]);
        a = keepOnly(a, p, q + result);
        p = restrict(p, q + result);
        b = keepOnly(b, q, p + result);
        q = restrict(q, p + result);

        String batch = restrict(restrict(p, q), result);
        String summed = without(restrict(p, q), result);
        String left = without(p, q);
        String right = without(q, p);
        Tensor x = matrix(a, p, batch, left, summed);
        Tensor y = matrix(b, q, batch, summed, right);
        Tensor product = x.matmul(y);
        int[] extents = new int[batch.length() + left.length() + right.length()];
        int n = 0;
        for (char c : (batch + left).toCharArray()) {
            extents[n++] = a.shape().extent(p.indexOf(c));
        }
        for (char c : right.toCharArray()) {
            extents[n++] = b.shape().extent(q.indexOf(c));
        }
        return order(product.reshape(extents), batch + left + right, result);
    }

    private static void check(String equation, String[] terms, String result, Tensor[] operands) {
        java.util.Map<Character, Integer> extents = new java.util.HashMap<>();
        for (int t = 0; t < terms.length; t++) {
            Shape shape = operands[t].shape();
            if (terms[t].length() != shape.rank()) {
                throw bad(
                        equation, operands, "'" + terms[t] + "' must have a letter for each axis");
            }
            for (int i = 0; i < shape.rank(); i++) {
                char c = terms[t].charAt(i);
                Integer known = extents.putIfAbsent(c, shape.extent(i));
                if (!Character.isLetter(c)) {
                    throw bad(equation, operands, "'" + c + "' must be a letter");
                }
                if (known != null && known != shape.extent(i)) {
                    throw bad(
                            equation,
                            operands,
                            "'%c' must have one extent, but it is %d and %d"
                                    .formatted(c, known, shape.extent(i)));
                }
            }
        }
        for (int i = 0; i < result.length(); i++) {
            char c = result.charAt(i);
            if (!extents.containsKey(c) || result.indexOf(c) != i) {
                throw bad(equation, operands, "'" + c + "' must come from an operand, once");
            }
        }
    }

    /// A letter twice in one term is a diagonal.
    private static Tensor withoutRepeats(
            String equation, String[] terms, int t, Tensor[] operands) {
        Tensor x = operands[t];
        String term = terms[t];
        if (term.length() - distinct(term).length() > 1) {
            throw bad(equation, operands, "a term may repeat one letter once");
        }
        for (int i = 0; i < term.length(); i++) {
            int j = term.indexOf(term.charAt(i), i + 1);
            if (j >= 0) {
                int rank = term.length();
                int[] axes = new int[rank];
                int n = 0;
                for (int k = 0; k < rank; k++) {
                    if (k != i && k != j) {
                        axes[n++] = k;
                    }
                }
                axes[rank - 2] = i;
                axes[rank - 1] = j;
                Tensor diagonal = x.permute(axes).diagonal();
                String rest =
                        term.substring(0, i) + term.substring(i + 1, j) + term.substring(j + 1);
                String now = rest + term.charAt(i);
                return order(diagonal, now, distinct(term));
            }
        }
        return x;
    }

    private static Tensor keepOnly(Tensor x, String letters, String needed) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < letters.length(); i++) {
            if (needed.indexOf(letters.charAt(i)) < 0) {
                axes.add(i);
            }
        }
        return axes.isEmpty() ? x : x.sum(axes.stream().mapToInt(i -> i).toArray());
    }

    /// `x` as `(batch…, rows, columns)`.
    private static Tensor matrix(
            Tensor x, String letters, String batch, String rows, String columns) {
        Tensor ordered = order(x, letters, batch + rows + columns);
        int[] extents = new int[batch.length() + 2];
        int i = 0;
        for (; i < batch.length(); i++) {
            extents[i] = ordered.shape().extent(i);
        }
        extents[i] = 1;
        extents[i + 1] = 1;
        for (int j = 0; j < rows.length(); j++) {
            extents[i] *= ordered.shape().extent(i + j);
        }
        for (int j = 0; j < columns.length(); j++) {
            extents[i + 1] *= ordered.shape().extent(i + rows.length() + j);
        }
        return ordered.reshape(extents);
    }

    private static Tensor order(Tensor x, String from, String to) {
        if (from.equals(to)) {
            return x;
        }
        return x.permute(to.chars().map(from::indexOf).toArray());
    }

    private static String distinct(String letters) {
        StringBuilder once = new StringBuilder();
        for (char c : letters.toCharArray()) {
            if (once.indexOf(String.valueOf(c)) < 0) {
                once.append(c);
            }
        }
        return once.toString();
    }

    private static String restrict(String letters, String to) {
        StringBuilder kept = new StringBuilder();
        for (char c : letters.toCharArray()) {
            if (to.indexOf(c) >= 0) {
                kept.append(c);
            }
        }
        return kept.toString();
    }

    private static String without(String letters, String those) {
        StringBuilder kept = new StringBuilder();
        for (char c : letters.toCharArray()) {
            if (those.indexOf(c) < 0) {
                kept.append(c);
            }
        }
        return kept.toString();
    }

    private static ShapeException bad(String equation, Tensor[] operands, String rule) {
        StringBuilder shapes = new StringBuilder();
        for (Tensor t : operands) {
            shapes.append(shapes.isEmpty() ? " " : " × ").append(t.shape());
        }
        return new ShapeException("einsum \"" + equation + "\" of" + shapes + ": " + rule);
    }
}
