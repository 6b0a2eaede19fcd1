package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class TableTest {

    @Test
    void alignsNumbersOnTheRightAndTextOnTheLeft() {
        Table table = new Table("name", "rate");
        table.add(List.of("a", "0.01"));
        table.add(List.of("longer", "-"));
        assertThat(table.text()).isEqualTo("name    rate\na       0.01\nlonger     -\n");
    }

    @Test
    void escapesWhatWouldBeMarkup() {
        Table table = new Table("a|b");
        table.add(List.of("<i>"));
        assertThat(table.markdown()).isEqualTo("| a\\|b |\n| --- |\n| <i> |\n");
        assertThat(table.html())
                .isEqualTo(
                        "<table>\n<tr><th>a|b</th></tr>\n<tr><td>&lt;i&gt;</td></tr>\n</table>\n");
    }

    @Test
    void showsOnlyWhatDiffers() {
        List<Map<String, String>> rows =
                List.of(Map.of("a", "1", "b", "x"), Map.of("a", "1", "b", "y", "c", "z"));
        assertThat(Table.shared(rows)).isEqualTo(Map.of("a", "1"));
        assertThat(Table.ofDifferences(rows, List.of()).text().lines().toList())
                .containsExactly("b  c", "x  -", "y  z");
        assertThat(Table.ofDifferences(rows, List.of("a")).text()).contains("a");
    }

    @Test
    void refusesARowOfAnotherLength() {
        Table table = new Table("a", "b");
        assertThatThrownBy(() -> table.add(List.of("1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a row of 1 cells in a table of 2 columns");
    }
}
