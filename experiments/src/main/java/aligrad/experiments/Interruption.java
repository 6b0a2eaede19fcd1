package aligrad.experiments;

/// Ctrl-C as a request: the run ends its iteration, writes a checkpoint, and says how to go on.
///
/// The virtual machine ends when its shutdown hooks have ended, so the hook waits for the run.
final class Interruption implements AutoCloseable {

    private static final long PATIENCE = 30_000;

    private final Thread hook;
    private volatile boolean requested;
    private volatile boolean finished;

    Interruption() {
        Thread run = Thread.currentThread();
        hook =
                new Thread(
                        () -> {
                            requested = true;
                            await(run);
                        },
                        "aligrad-interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void await(Thread run) {
        long end = System.currentTimeMillis() + PATIENCE;
        while (!finished && run.isAlive() && System.currentTimeMillis() < end) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    boolean isRequested() {
        return requested;
    }

    /// Lets the virtual machine end.
    @Override
    public void close() {
        finished = true;
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The end has just begun; the hook sees that the run has finished.
            }
        }
    }
}
