package aligrad.tensor.io;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/// Files that other programs wrote; made by `src/test/python/io_fixtures.py`.
final class Fixture {

    /// -(100 i + 10 j + k) for (i, j, k) in a shape of `[2, 3, 4]`, row-major.
    static final double[] RAMP = new double[24];

    static {
        for (int i = 0; i < 24; i++) {
            RAMP[i] = -(100 * (i / 12) + 10 * (i / 4 % 3) + i % 4);
        }
    }

    private Fixture() {}

    static Path path(String name) {
        try {
            return Path.of(Objects.requireNonNull(Fixture.class.getResource(name), name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
