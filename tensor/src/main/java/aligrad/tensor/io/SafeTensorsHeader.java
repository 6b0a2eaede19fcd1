package aligrad.tensor.io;

import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The header of a safetensors file: what each tensor is and where its bytes lie behind the header,
/// and the text that goes along.
///
/// As JSON:
/// `{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}`.
///
/// @param entries by the tensors' names, in the file's order
record SafeTensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

    private static final String METADATA = "__metadata__";

    /// One tensor.
    ///
    /// @param dtype the format's name of the type, which may be one that cannot be read
    /// @param begin where its bytes begin and
    /// @param end end, counted from the end of the header
    record Entry(String dtype, Shape shape, long begin, long end) {

        /// How the bytes are read; `null` if they cannot be.
        @Nullable Encoding encoding() {
            for (Encoding e : Encoding.values()) {
                if (e.name().equals(dtype)) {
                    return e;
                }
            }
            return null;
        }
    }

    /// Parses and checks a header: the tensors' bytes must follow each other without overlap or
    /// gap, be as many as shape and type say, and fill the file.
    ///
    /// @param dataBytes the size of what follows the header
    /// @param place where `json` begins
    static SafeTensorsHeader parse(byte[] json, long dataBytes, Place place) {
        JsonReader reader = new JsonReader(json, place);
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.name();
            if (name.equals(METADATA)) {
                reader.beginObject();
                while (reader.hasNext()) {
                    metadata.put(reader.name(), reader.string());
                }
            } else {
                entries.put(name, entry(reader, name, dataBytes, place));
            }
        }
        reader.end();
        requireGapless(entries, dataBytes, place);
        return new SafeTensorsHeader(entries, metadata);
    }

    private static Entry entry(JsonReader reader, String name, long dataBytes, Place place) {
        int start = reader.position();
        String dtype = null;
        Shape shape = null;
        long[] offsets = null;
        reader.beginObject();
        while (reader.hasNext()) {
            int at = reader.position();
            String key = reader.name();
            switch (key) {
                case "dtype" -> dtype = reader.string();
                case "shape" -> shape = shape(reader, place);
                case "data_offsets" -> offsets = offsets(reader, name, dataBytes, place);
                default ->
                        throw place.wrong(
                                at,
                                "tensor '%s' has '%s'; it must have dtype, shape and data_offsets only"
                                        .formatted(name, key));
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw place.wrong(
                    start, "tensor '" + name + "' must have dtype, shape and data_offsets");
        }
        Entry entry = new Entry(dtype, shape, offsets[0], offsets[1]);
        Encoding encoding = entry.encoding();
        if (encoding != null && shape.size() * encoding.bytes() != offsets[1] - offsets[0]) {
            throw place.wrong(
                    start,
                    "tensor '%s' of %s %s takes %d bytes, but its data_offsets [%d, %d] span %d"
                            .formatted(
                                    name,
                                    dtype,
                                    shape,
                                    shape.size() * encoding.bytes(),
                                    offsets[0],
                                    offsets[1],
                                    offsets[1] - offsets[0]));
        }
        return entry;
    }

    private static Shape shape(JsonReader reader, Place place) {
        Extents extents = new Extents();
        reader.beginArray();
        while (reader.hasNext()) {
            int at = reader.position();
            extents.add(reader.wholeNumber(), place, at);
        }
        return extents.shape();
    }

    private static long[] offsets(JsonReader reader, String name, long dataBytes, Place place) {
        int start = reader.position();
        long[] offsets = new long[2];
        int n = 0;
        reader.beginArray();
        while (reader.hasNext()) {
            long offset = reader.wholeNumber();
            if (n < 2) {
                offsets[n] = offset;
            }
            n++;
        }
        if (n != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes) {
            throw place.wrong(
                    start,
                    "data_offsets of tensor '%s' must be begin and end, in order, within the %d bytes of data"
                            .formatted(name, dataBytes));
        }
        return offsets;
    }

    private static void requireGapless(Map<String, Entry> entries, long dataBytes, Place place) {
        List<Map.Entry<String, Entry>> byPlace = new ArrayList<>(entries.entrySet());
        byPlace.sort(
                Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
                        .thenComparingLong(e -> e.getValue().end()));
        long end = 0;
        for (Map.Entry<String, Entry> e : byPlace) {
            if (e.getValue().begin() != end) {
                throw place.wrong(
                        0,
                        "the bytes of tensor '%s' begin at %d of the data, but those before end at %d; there must be neither overlap nor gap"
                                .formatted(e.getKey(), e.getValue().begin(), end));
            }
            end = e.getValue().end();
        }
        if (end != dataBytes) {
            throw place.wrong(
                    0,
                    "the tensors take %d bytes, but %d follow the header"
                            .formatted(end, dataBytes));
        }
    }

    /// The header of these tensors, whose bytes lie in the order of [#inFile].
    static SafeTensorsHeader of(Map<String, Tensor> tensors, Map<String, String> metadata) {
        if (tensors.containsKey(METADATA)) {
            throw new IllegalArgumentException(
                    "a tensor named '" + METADATA + "': the format keeps that name");
        }
        Map<String, Entry> placed = new HashMap<>();
        long end = 0;
        for (Map.Entry<String, Tensor> e : inFile(tensors)) {
            Tensor t = e.getValue();
            long begin = end;
            end += Elements.bytes(t);
            String dtype = Encoding.of(t.dtype()).name();
            placed.put(e.getKey(), new Entry(dtype, t.shape(), begin, end));
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (String name : tensors.keySet()) {
            entries.put(name, Objects.requireNonNull(placed.get(name)));
        }
        return new SafeTensorsHeader(entries, metadata);
    }

    /// The order in which the bytes of tensors lie in a file: wide types first, otherwise as given,
    /// so that each is aligned to its element size.
    static List<Map.Entry<String, Tensor>> inFile(Map<String, Tensor> tensors) {
        List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
        order.sort(Comparator.comparingInt(e -> -e.getValue().dtype().bytes()));
        return order;
    }

    /// The JSON, with spaces behind it up to a multiple of 8.
    ///
    /// @throws IllegalArgumentException if a name or text is not valid Unicode
    byte[] toJson() {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            quote(METADATA, json).append(":{");
            String separator = "";
            for (Map.Entry<String, String> e : metadata.entrySet()) {
                quote(e.getKey(), json.append(separator)).append(':');
                quote(e.getValue(), json);
                separator = ",";
            }
            json.append(entries.isEmpty() ? "}" : "},");
        }
        String separator = "";
        for (Map.Entry<String, Entry> e : entries.entrySet()) {
            Entry t = e.getValue();
            quote(e.getKey(), json.append(separator))
                    .append(
                            ":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                                    .formatted(
                                            t.dtype(),
                                            t.shape().toString().replace(" ", ""),
                                            t.begin(),
                                            t.end()));
            separator = ",";
        }
        ByteBuffer utf8;
        try {
            utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(json.append('}')));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "a tensor's name or a metadata text is not valid Unicode (a surrogate without"
                            + " its other half)",
                    e);
        }
        int length = utf8.remaining();
        byte[] padded = new byte[(length + 7) / 8 * 8];
        utf8.get(padded, 0, length);
        Arrays.fill(padded, length, padded.length, (byte) ' ');
        return padded;
    }

    private static StringBuilder quote(String text, StringBuilder to) {
        to.append('"');
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                to.append('\\').append(c);
            } else if (c < 0x20) {
                to.append("\\u%04x".formatted((int) c));
            } else {
                to.append(c);
            }
        }
        return to.append('"');
    }
}
