package aligrad.experiments;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Splits English sentences into tokens as the Penn Treebank does: punctuation, possessives and
/// contractions apart, quotes as `` and ''.
///
/// ```java
/// PennTreebank.tokens("They can't, he said.");   // [They, ca, n't, ,, he, said, .]
/// ```
///
/// Letters stay as they are. The rules are applied to the whole sentence, one after the other.
/// Source: MacIntyre, *Treebank tokenization*, 1995, as the ALI-G paper's release applies it to
/// SNLI.
final class PennTreebank {

    /// @param pattern of what is replaced wherever it occurs
    /// @param replacement with `$n` for the groups
    private record Rule(Pattern pattern, String replacement) {}

    private static final List<Rule> RULES =
            List.of(
                    // opening quotes
                    rule("^\"", "`` "),
                    rule("([ (\\[{<])\"", "$1 `` "),
                    // punctuation
                    rule("\\.\\.\\.", " ... "),
                    rule("([,;:@#$%&])", " $1 "),
                    // the last full stop alone, with what closes behind it
                    rule("([^.])(\\.)([\\])}>\"']*) *\\z", "$1 $2$3 "),
                    rule("([?!])", " $1 "),
                    rule("([\\]\\[(){}<>])", " $1 "),
                    rule("--", " -- "),
                    // blanks around, so that the first and the last word are like all others
                    rule("\\z", " "),
                    rule("^", " "),
                    // closing quotes
                    rule("\"", " '' "),
                    rule("([^'])' ", "$1 ' "),
                    // possessives and contractions
                    rule("'([sSmMdD]) ", " '$1 "),
                    rule("('ll|'re|'ve|n't|'LL|'RE|'VE|N'T) ", " $1 "),
                    // words that are two
                    rule(" ([Cc])annot ", " $1an not "),
                    rule(" ([Dd])'ye ", " $1' ye "),
                    rule(" ([Gg])imme ", " $1im me "),
                    rule(" ([Gg])onna ", " $1on na "),
                    rule(" ([Gg])otta ", " $1ot ta "),
                    rule(" ([Ll])emme ", " $1em me "),
                    rule(" ([Mm])ore'n ", " $1ore 'n "),
                    rule(" '([Tt])is ", " '$1 is "),
                    rule(" '([Tt])was ", " '$1 was "),
                    rule(" ([Ww])anna ", " $1an na "));

    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]+");

    private PennTreebank() {}

    private static Rule rule(String pattern, String replacement) {
        return new Rule(Pattern.compile(pattern), replacement);
    }

    /// The tokens of a sentence, in order.
    static List<String> tokens(String sentence) {
        String text = sentence;
        for (Rule rule : RULES) {
            text = rule.pattern.matcher(text).replaceAll(rule.replacement);
        }
        List<String> tokens = new ArrayList<>();
        for (String token : BLANKS.split(text)) {
            if (!token.isEmpty()) {
                tokens.add(token);
            }
        }
        return tokens;
    }
}
