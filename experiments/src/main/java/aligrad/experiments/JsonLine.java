package aligrad.experiments;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// One JSON object in a file.
final class JsonLine {

    private JsonLine() {}

    /// @param line where `text` begins in `file`, from 1
    /// @throws UsageException with file and line if it is anything but one object
    static Map<String, Object> parse(Path file, int line, String text) {
        try {
            return parse(text);
        } catch (JsonProcessingException e) {
            int at = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw TextFile.damaged(file, line + at - 1, "it is no JSON object", e);
        } catch (IOException e) {
            throw TextFile.damaged(file, line, "it is no JSON object", e);
        }
    }

    /// @throws IOException if it is anything but one object
    static Map<String, Object> parse(String text) throws IOException {
        try (JsonParser parser = JSON.std.createParser(text)) {
            Map<String, Object> values = JSON.std.mapFrom(parser);
            if (values == null || parser.nextToken() != null) {
                throw new IOException("more or less than one object");
            }
            return values;
        }
    }
}
