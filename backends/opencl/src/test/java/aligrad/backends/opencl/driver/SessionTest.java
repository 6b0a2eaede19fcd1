package aligrad.backends.opencl.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionTest {

    /// What PoCL 3.1 said once in a few thousand programs.
    private static final String LOST =
            """
            CL_BUILD_PROGRAM_FAILURE
            Build log for device 0:
            error: <invalid loc>: unable to rename temporary '/kcache/tempfile_K5bL6W.preproc-f2d35db6.cl.tmp' \
            to output file '/kcache/tempfile_K5bL6W.preproc.cl': 'No such file or directory'
            Device pthread failed to build the program
            """;

    @Test
    void tellsALostFileFromAMistakeInTheProgram() {
        assertThat(Session.lostItsFile(LOST)).isTrue();
        assertThat(Session.lostItsFile("error: use of undeclared identifier 'x'")).isFalse();
        assertThat(Session.lostItsFile("unable to rename temporary: Permission denied")).isFalse();
        assertThat(Session.lostItsFile(null)).isFalse();
    }
}
