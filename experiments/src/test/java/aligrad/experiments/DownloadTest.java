package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/// Against a server on this machine that behaves well or badly.
class DownloadTest {

    private static final byte[] CONTENT = new byte[300_000];

    static {
        new SplittableRandom(1).nextBytes(CONTENT);
    }

    @TempDir private Path folder = Path.of("");
    private HttpServer server;
    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI uri(String path) {
        return URI.create("http://localhost:%d%s".formatted(server.getAddress().getPort(), path));
    }

    private static PublishedFile published() throws Exception {
        String hex = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CONTENT));
        return new PublishedFile(
                "set.bin",
                URI.create("http://localhost/set.bin"),
                CONTENT.length,
                Checksum.sha256(hex));
    }

    private Path fetch(String path) throws Exception {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return new Download(published(), uri(path), folder, out).run();
    }

    private void refuses(String path, String part) {
        assertThatThrownBy(() -> fetch(path))
                .isInstanceOf(RunFailedException.class)
                .hasMessageStartingWith(uri(path) + " cannot be fetched: ")
                .hasMessageContaining(part)
                .hasMessageContaining("put set.bin of 300,000 bytes in " + folder);
        assertThat(folder.resolve("set.bin")).doesNotExist();
    }

    private Path part(int bytes) throws IOException {
        return Files.write(folder.resolve("set.bin.part"), Arrays.copyOf(CONTENT, bytes));
    }

    private void noteRange(HttpExchange exchange) {
        ranges.add(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
    }

    /// A server that knows ranges, and sends at most so many bytes before it hangs up.
    private void serve(String path, byte[] content, int most) {
        server.createContext(
                path,
                exchange -> {
                    noteRange(exchange);
                    String range = exchange.getRequestHeaders().getFirst("Range");
                    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
                    if (from > 0) {
                        exchange.getResponseHeaders()
                                .set(
                                        "Content-Range",
                                        "bytes %d-%d/%d"
                                                .formatted(
                                                        from, content.length - 1, content.length));
                    }
                    exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
                    OutputStream to = exchange.getResponseBody();
                    to.write(content, from, Math.min(most, content.length - from));
                    to.flush();
                    exchange.close();
                });
    }

    @Test
    void fetchesAWholeFileOnce() throws Exception {
        serve("/set.bin", CONTENT, CONTENT.length);
        Path file = fetch("/set.bin");
        assertThat(file).isEqualTo(folder.resolve("set.bin")).hasBinaryContent(CONTENT);
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("set.bin", "0/0 MB");
        fetch("/set.bin");
        assertThat(ranges).hasSize(1);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("is there already");
    }

    @Test
    void goesOnWhereAConnectionBroke() throws Exception {
        serve("/set.bin", CONTENT, 130_000);
        assertThat(fetch("/set.bin")).hasBinaryContent(CONTENT);
        assertThat(ranges).hasSize(3).startsWith("null");
        assertThat(ranges.get(1)).matches("bytes=[1-9]\\d+-");
    }

    @Test
    void goesOnWhereAnEarlierProgramEnded() throws Exception {
        serve("/set.bin", CONTENT, CONTENT.length);
        part(123_456);
        assertThat(fetch("/set.bin")).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("bytes=123456-");
        Files.move(folder.resolve("set.bin"), folder.resolve("set.bin.part"));
        assertThat(fetch("/set.bin")).hasBinaryContent(CONTENT);
        assertThat(ranges).hasSize(1);
    }

    @Test
    void keepsWhatArrivedWhenTheServerGivesNoMore() throws Exception {
        serve("/set.bin", CONTENT, 0);
        Path part = part(1000);
        refuses("/set.bin", "");
        assertThat(part).hasSize(1000);
    }

    @Test
    void startsAnewWhereAServerKnowsNoRanges() throws Exception {
        server.createContext(
                "/set.bin",
                exchange -> {
                    noteRange(exchange);
                    exchange.sendResponseHeaders(200, 0); // in chunks, of no announced length
                    try (OutputStream to = exchange.getResponseBody()) {
                        to.write(CONTENT);
                    }
                });
        Files.write(folder.resolve("set.bin.part"), new byte[777]);
        assertThat(fetch("/set.bin")).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("bytes=777-");
    }

    @Test
    void refusesAWrongChecksumAndFetchesItAnew() throws Exception {
        byte[] wrong = CONTENT.clone();
        wrong[1000]++;
        serve("/wrong", wrong, wrong.length);
        serve("/right", CONTENT, CONTENT.length);
        Path part = folder.resolve("set.bin.part");
        assertThatThrownBy(() -> fetch("/wrong"))
                .isInstanceOf(RunFailedException.class)
                .hasMessageStartingWith(part + ": what " + uri("/wrong") + " sent is not the")
                .hasMessageContaining("its SHA-256 is ");
        assertThat(folder.resolve("set.bin")).doesNotExist();
        assertThat(fetch("/right")).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("null", "null");
    }

    @Test
    void leavesAnotherFileOfItsNameAlone() throws Exception {
        Path mine = Files.writeString(folder.resolve("set.bin"), "precious");
        assertThatThrownBy(() -> fetch("/set.bin"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("it has 8 bytes, not 300,000; move it away");
        assertThat(mine).hasContent("precious");
    }

    @Test
    void refusesAnotherFileBeforeItIsFetched() throws IOException {
        serve("/set.bin", new byte[1234], 1234);
        refuses("/set.bin", "the server has a file of 1,234 bytes, but the published one has");
        part(100);
        refuses("/set.bin", "the server has a file of 1,234 bytes");
        assertThat(folder.resolve("set.bin.part")).hasSize(100);
    }

    @Test
    void refusesMoreBytesThanThereAre() {
        server.createContext(
                "/set.bin",
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    try (OutputStream to = exchange.getResponseBody()) {
                        to.write(CONTENT);
                        to.write(CONTENT);
                    }
                });
        refuses("/set.bin", "the server sends more than its 300,000 bytes");
    }

    @Test
    void namesTheAnswerOfAServer() throws IOException {
        refuses("/none", "the server answers 404 Not Found");
        server.createContext(
                "/later",
                exchange -> {
                    exchange.sendResponseHeaders(503, -1);
                    exchange.close();
                });
        refuses("/later", "the server answers 503 Service Unavailable");
        server.createContext(
                "/range",
                exchange -> {
                    exchange.getResponseHeaders().set("Content-Range", "bytes 0-9/300000");
                    exchange.sendResponseHeaders(206, 10);
                    exchange.getResponseBody().write(CONTENT, 0, 10);
                    exchange.close();
                });
        part(50);
        refuses("/range", "asked for the bytes from 50 on, the server sends 'bytes 0-9/300000'");
        server.createContext(
                "/end",
                exchange -> {
                    exchange.sendResponseHeaders(416, -1);
                    exchange.close();
                });
        refuses("/end", "the server has no more than 50 bytes of it");
        assertThat(folder.resolve("set.bin.part")).hasSize(50);
    }

    @Test
    void followsRedirectsButNotForEver() throws Exception {
        serve("/there/set.bin", CONTENT, CONTENT.length);
        redirect("/here", "/there/set.bin");
        redirect("/loop", uri("/loop").toString());
        redirect("/file", "file:///etc/hostname");
        redirect("/odd", "http://[");
        refuses("/loop", "the server redirects more than 5 times");
        refuses("/file", "the server redirects to 'file:///etc/hostname'");
        refuses("/odd", "the server redirects to 'http://['");
        part(10);
        assertThat(fetch("/here")).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("bytes=10-");
    }

    private void redirect(String path, String to) {
        server.createContext(
                path,
                exchange -> {
                    exchange.getResponseHeaders().set("Location", to);
                    exchange.sendResponseHeaders(302, -1);
                    exchange.close();
                });
    }

    @Test
    void namesWhatToDoWithoutANetwork() throws Exception {
        int port = server.getAddress().getPort();
        server.stop(0);
        URI nowhere = URI.create("http://localhost:" + port + "/set.bin");
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        assertThatThrownBy(() -> new Download(published(), nowhere, folder, out).run())
                .isInstanceOf(RunFailedException.class)
                .hasMessageStartingWith(nowhere + " cannot be fetched: no connection (")
                .hasMessageEndingWith("and put set.bin of 300,000 bytes in " + folder + ".");
        URI unknown = URI.create("http://nowhere.invalid/set.bin");
        assertThatThrownBy(() -> new Download(published(), unknown, folder, out).run())
                .isInstanceOf(RunFailedException.class)
                .hasMessageContaining("the host is not known, or there is no network");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }
}
