package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PennTreebankTest {

    private static String joined(String sentence) {
        return String.join(" ", PennTreebank.tokens(sentence));
    }

    /// What the release's list of substitutions made of these sentences.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "A person on a horse jumps over a broken down airplane.|A person on a horse jumps"
                        + " over a broken down airplane .",
                "\"Isn't it Bob's dog?\" she asked (loudly), don't wait...|`` Is n't it Bob 's dog"
                        + " ? '' she asked ( loudly ) , do n't wait ...",
                "Two men can't cannot wanna play; cost is $5.50 -- 20% off!|Two men ca n't can not"
                        + " wan na play ; cost is $ 5.50 -- 20 % off !",
                "He said \"hi.\"|He said `` hi . ''",
                "The U.S. team won. They'll celebrate|The U.S. team won. They 'll celebrate",
                "'Tis a man's world  with    spaces . |'T is a man 's world with spaces .",
                "I'm gonna they've we'd it'd ISN'T John's' end|I 'm gon na they 've we 'd it 'd IS"
                        + " N'T John 's ' end",
            })
    void splitsAsTheReleaseDoes(String sentence, String expected) {
        assertThat(joined(sentence)).isEqualTo(expected);
    }

    /// A rule each that the sentences above leave out, worked by hand.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "\"A|`` A",
                "see (\"B\") or [\"c|see ( `` B '' ) or [ `` c",
                "a#b@c&d:e|a # b @ c & d : e",
                "It ends (here.)|It ends ( here . )",
                "wait.. |wait..",
                "x--y|x -- y",
                "a<b>{c}|a < b > { c }",
                "he'S I'M we'D|he 'S I 'M we 'D",
                "You'll you're YOU'LL YOU'RE You'Ll|You 'll you 're YOU 'LL YOU 'RE You'Ll",
                "D'ye gimme Gotta lemme more'n 'twas Cannot|D' ye gim me Got ta lem me more 'n 't"
                        + " was Can not",
                "cannots wannabe|cannots wannabe",
                "the boys' ball|the boys ' ball",
            })
    void followsEveryRule(String sentence, String expected) {
        assertThat(joined(sentence)).isEqualTo(expected);
    }

    @Test
    void nothingHasNoTokens() {
        assertThat(PennTreebank.tokens("")).isEmpty();
        assertThat(PennTreebank.tokens("   ")).isEmpty();
        assertThat(PennTreebank.tokens(" a\u00a0b ")).containsExactly("a", "b");
    }
}
