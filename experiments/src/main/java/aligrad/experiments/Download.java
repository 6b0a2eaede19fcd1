package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Fetches a published file over HTTP.
///
/// It arrives as `NAME.part`; what has arrived stays when the connection breaks or the program
/// ends, and the next attempt goes on behind it. Only when size and checksum are right does it get
/// its name.
///
/// The JDK's older client serves here because it knows a time limit for each read: the newer one
/// waits for ever where a connection has silently died.
final class Download {

    private static final int PATIENCE_MILLISECONDS = 30_000;
    private static final int MOST_REDIRECTS = 5;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18}|\\*)");

    private final PublishedFile file;
    private final URI source;
    private final Path directory;
    private final Path part;
    private final PrintStream out;

    /// @param source where to fetch it, its author's place or another one
    /// @param directory there, where it is to be
    Download(PublishedFile file, URI source, Path directory, PrintStream out) {
        this.file = file;
        this.source = source;
        this.directory = directory;
        this.part = directory.resolve(file.name() + ".part");
        this.out = out;
    }

    /// Fetches it, unless it is there already.
    ///
    /// @return where it is
    /// @throws UsageException if another file of its name is there; that stays as it is
    /// @throws RunFailedException if it cannot be fetched; what has arrived stays
    Path run() {
        Path target = directory.resolve(file.name());
        try {
            if (Files.exists(target)) {
                String difference = file.difference(target);
                if (difference != null) {
                    throw new UsageException(
                            "%s: it is not the published file: %s; move it away, and run the command again."
                                    .formatted(target, difference));
                }
                out.println(target + " is there already.");
                return target;
            }
            fetch();
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fetch() throws IOException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        if (have == file.bytes() && file.difference(part) == null) {
            return;
        }
        if (have >= file.bytes()) { // it cannot become the right one
            have = 0;
        }
        requireSpace(file.bytes() - have);
        ProgressBar bar = new ProgressBar(out, ProgressBar.isTerminal(), file.bytes());
        try {
            while (have < file.bytes()) {
                long before = have;
                IOException broken = null;
                try {
                    receive(have, bar);
                } catch (IOException e) {
                    broken = e;
                }
                have = Files.exists(part) ? Files.size(part) : 0;
                if (have <= before) { // another attempt is of no use
                    throw failed(
                            broken == null
                                    ? "the connection ended after %,d of %,d bytes"
                                            .formatted(have, file.bytes())
                                    : reason(broken),
                            broken);
                }
            }
        } finally {
            bar.end();
        }
        String difference = file.difference(part);
        if (difference != null) {
            throw new RunFailedException(
                    "%s: what %s sent is not the published file: %s; run the command again to fetch it anew."
                            .formatted(part, source, difference),
                    null);
        }
    }

    private void requireSpace(long bytes) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < bytes) {
            throw new UsageException(
                    "--data %s: %s needs %,d bytes more, but only %,d are free; make room, or name another directory."
                            .formatted(directory, file.name(), bytes, free));
        }
    }

    /// One attempt: appends what the server sends to what is there.
    private void receive(long have, ProgressBar bar) throws IOException {
        HttpURLConnection connection = connect(have);
        try {
            long at = start(connection, have);
            try (InputStream in = connection.getInputStream();
                    OutputStream to =
                            Files.newOutputStream(
                                    part,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE,
                                    at == 0
                                            ? StandardOpenOption.TRUNCATE_EXISTING
                                            : StandardOpenOption.APPEND)) {
                byte[] piece = new byte[1 << 16];
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    if (read > file.bytes() - at) {
                        throw failed(
                                "the server sends more than its %,d bytes".formatted(file.bytes()),
                                null);
                    }
                    to.write(piece, 0, read);
                    at += read;
                    long done = at;
                    bar.show(done, rate -> words(bar, done, rate));
                }
            }
        } finally {
            connection.disconnect();
        }
    }

    private HttpURLConnection connect(long have) throws IOException {
        URI uri = source;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setConnectTimeout(PATIENCE_MILLISECONDS);
            connection.setReadTimeout(PATIENCE_MILLISECONDS);
            connection.setInstanceFollowRedirects(false); // it would not go from http to https
            connection.setRequestProperty("Accept-Encoding", "identity");
            if (have > 0) {
                connection.setRequestProperty("Range", "bytes=" + have + "-");
            }
            String to = connection.getHeaderField("Location");
            if (connection.getResponseCode() / 100 != 3 || to == null) {
                return connection;
            }
            connection.disconnect();
            uri = redirected(uri, to);
        }
        throw failed("the server redirects more than %d times".formatted(MOST_REDIRECTS), null);
    }

    private URI redirected(URI from, String location) {
        try {
            URI to = from.resolve(location);
            if (isWeb(to) && !("https".equals(from.getScheme()) && "http".equals(to.getScheme()))) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            throw failed("the server redirects to '%s'".formatted(location), e);
        }
        throw failed("the server redirects to '%s'".formatted(location), null);
    }

    /// Whether it can be fetched from there.
    static boolean isWeb(URI uri) {
        return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                && uri.getHost() != null;
    }

    /// Where what the server sends begins: where it was asked to, or at 0 if it knows no ranges.
    private long start(HttpURLConnection connection, long have) throws IOException {
        int code = connection.getResponseCode();
        if (code == HttpURLConnection.HTTP_PARTIAL && have > 0) {
            String range = String.valueOf(connection.getHeaderField("Content-Range"));
            Matcher matcher = RANGE.matcher(range);
            if (!matcher.matches() || Long.parseLong(matcher.group(1)) != have) {
                throw failed(
                        "asked for the bytes from %d on, the server sends '%s'"
                                .formatted(have, range),
                        null);
            }
            requireSize(matcher.group(2).equals("*") ? -1 : Long.parseLong(matcher.group(2)));
            return have;
        }
        if (code == HttpURLConnection.HTTP_OK) {
            requireSize(connection.getContentLengthLong());
            return 0;
        }
        if (code == RANGE_NOT_SATISFIABLE) {
            throw failed("the server has no more than %,d bytes of it".formatted(have), null);
        }
        String message = connection.getResponseMessage();
        throw failed(
                "the server answers %d%s".formatted(code, message == null ? "" : " " + message),
                null);
    }

    /// Refuses another file before it is fetched.
    ///
    /// @param announced -1 if the server does not say
    private void requireSize(long announced) {
        if (announced >= 0 && announced != file.bytes()) {
            throw failed(
                    "the server has a file of %,d bytes, but the published one has %,d"
                            .formatted(announced, file.bytes()),
                    null);
        }
    }

    private List<String> words(ProgressBar bar, long done, double rate) {
        List<String> words = new ArrayList<>();
        words.add(file.name());
        words.add("%.0f/%.0f MB".formatted(done / 1e6, file.bytes() / 1e6));
        if (rate > 0) {
            words.add("%.1f MB/s".formatted(rate / 1e6));
            words.add(bar.left(done, rate));
        }
        return words;
    }

    private static String reason(IOException e) {
        return switch (e) {
            case UnknownHostException unknown -> "the host is not known, or there is no network";
            case ConnectException refused -> "no connection (%s)".formatted(refused.getMessage());
            case SocketTimeoutException late ->
                    "no answer for %d s".formatted(PATIENCE_MILLISECONDS / 1000);
            default -> TextFile.reason(e);
        };
    }

    private RunFailedException failed(String reason, @Nullable Throwable cause) {
        return new RunFailedException(
                "%s cannot be fetched: %s; run the command again later, or get the file another way and put %s of %,d bytes in %s."
                        .formatted(source, reason, file.name(), file.bytes(), directory),
                cause);
    }
}
