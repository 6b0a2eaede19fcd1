package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The README's example is [Xor], which compiles, and prints what it says.
class ReadmeTest {

    @Test
    void theExampleIsTheClassThatIsCompiledHere() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        int start = readme.indexOf("```java\n") + "```java\n".length();
        String example = readme.substring(start, readme.indexOf("```", start));
        String source = Files.readString(Path.of("src/test/java/aligrad/experiments/Xor.java"));
        assertThat(source).isEqualTo("package aligrad.experiments;\n\n" + example);
    }

    @Test
    void theExamplePrintsWhatItsCommentSays() {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Xor.main(new String[0]);
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).strip())
                .isEqualTo("I64 [4]  [0, 1, 1, 0]");
    }
}
