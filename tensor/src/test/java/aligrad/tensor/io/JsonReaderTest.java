package aligrad.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class JsonReaderTest {

    private static JsonReader of(String json) {
        return new JsonReader(json.getBytes(StandardCharsets.UTF_8), new Place("f", 0));
    }

    @Test
    void readsObjectsAndArraysInOrder() {
        JsonReader reader = of(" { \"b\" : [ 1 , 20 ] ,\n\"a\":[]\t}\r\n  ");
        List<Object> seen = new ArrayList<>();
        reader.beginObject();
        while (reader.hasNext()) {
            seen.add(reader.name());
            reader.beginArray();
            while (reader.hasNext()) {
                seen.add(reader.wholeNumber());
            }
        }
        reader.end();
        assertThat(seen).containsExactly("b", 1L, 20L, "a");
    }

    @Test
    void readsEveryEscape() {
        assertThat(of("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00z\"").string())
                .isEqualTo("\"\\/\b\f\n\r\té😀z");
    }

    @Test
    void readsTextThatIsNotEscaped() {
        assertThat(of("\"naïve 😀 \u007f\"").string()).isEqualTo("naïve 😀 \u007f");
    }

    @Test
    void readsNumbersUpToTheLargestLong() {
        assertThat(of("0").wholeNumber()).isZero();
        assertThat(of("9223372036854775807").wholeNumber()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "9223372036854775808 | f, byte 0: a number above 2^63-1",
                "01 | f, byte 0: expected a whole number of at least 0, found '0'",
                "-1 | f, byte 0: expected a whole number of at least 0, found '-'",
                "+1 | f, byte 0: expected a whole number of at least 0, found '+'",
                "null | f, byte 0: expected a whole number of at least 0, found 'n'",
            })
    void rejectsOtherNumbers(String json, String message) {
        assertThatThrownBy(() -> of(json).wholeNumber())
                .isInstanceOf(FileFormatException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"abc | f, byte 4: a string does not end",
                "\"abc\\ | f, byte 5: a backslash must be followed by one of \"\\/bfnrtu",
                "\"a\\x\" | f, byte 3: a backslash must be followed by one of \"\\/bfnrtu",
                "\"\\u12g4\" | f, byte 5: \\u must be followed by four hexadecimal digits",
                "\"\\u12 | f, byte 5: \\u must be followed by four hexadecimal digits",
                "\"\\ud800\" | f, byte 7: a string with an unpaired surrogate",
                "\"\\ude00\\ud83d\" | f, byte 13: a string with an unpaired surrogate",
                "'a' | f, byte 0: expected '\"', found '''",
            })
    void rejectsOtherStrings(String json, String message) {
        assertThatThrownBy(() -> of(json).string())
                .isInstanceOf(FileFormatException.class)
                .hasMessage(message);
    }

    @Test
    void rejectsControlCharactersAndInvalidUtf8() {
        assertThatThrownBy(() -> of("\"a\nb\"").string())
                .hasMessage("f, byte 2: a control character in a string");
        byte[] overlong = {'"', 'a', (byte) 0xc0, (byte) 0x80, '"'};
        assertThatThrownBy(() -> new JsonReader(overlong, new Place("f", 0)).string())
                .hasMessage("f, byte 1: a string that is not valid UTF-8");
    }

    @Test
    void rejectsANameThatAppearsTwice() {
        JsonReader reader = of("{\"a\":1, \"a\":2}");
        reader.beginObject();
        reader.hasNext();
        reader.name();
        reader.wholeNumber();
        reader.hasNext();
        assertThatThrownBy(reader::name).hasMessage("f, byte 8: name 'a' appears twice");
    }

    @Test
    void seesThroughEscapesWhenItLooksForNamesThatAppearTwice() {
        JsonReader reader = of("{\"a\":1,\"\\u0061\":2}");
        reader.beginObject();
        reader.hasNext();
        reader.name();
        reader.wholeNumber();
        reader.hasNext();
        assertThatThrownBy(reader::name).hasMessage("f, byte 7: name 'a' appears twice");
    }

    @Test
    void rejectsMissingAndTrailingCommas() {
        JsonReader missing = of("[1 2]");
        missing.beginArray();
        missing.hasNext();
        missing.wholeNumber();
        assertThatThrownBy(missing::hasNext)
                .hasMessage("f, byte 3: expected ',' or ']', found '2'");
        JsonReader trailing = of("[1,]");
        trailing.beginArray();
        trailing.hasNext();
        trailing.wholeNumber();
        trailing.hasNext();
        assertThatThrownBy(trailing::wholeNumber)
                .hasMessage("f, byte 3: expected a whole number of at least 0, found ']'");
    }

    @Test
    void rejectsWhatFollows() {
        JsonReader reader = of("{} \u0000");
        reader.beginObject();
        reader.hasNext();
        assertThatThrownBy(reader::end)
                .hasMessage("f, byte 3: expected the end of the JSON, found byte 0x00");
    }

    @Test
    void rejectsDeepNesting() {
        JsonReader reader = of("[[[[[[[[[");
        for (int i = 0; i < 8; i++) {
            reader.beginArray();
            reader.hasNext();
        }
        assertThatThrownBy(reader::beginArray).hasMessage("f, byte 9: JSON nested deeper than 8");
    }
}
