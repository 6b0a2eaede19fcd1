package aligrad.backends.cpu;

import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import com.sun.management.ThreadMXBean;

import org.jspecify.annotations.Nullable;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Runs code with vectors in the background, on scratch numbers, until the virtual machine has made
/// machine code of it.
///
/// Until the optimizing compiler has seen such code, every vector is an object, and it runs a
/// hundred to a thousand times slower than later. So it is put in service only when it is fast, and
/// something plain stands in until then: the interpreter for a kernel ([Specialization]), a plain
/// loop for an innermost loop ([ColdLoop]). Warming one takes a processor some 80 to 300 ms; first
/// comes the one whose stand-in has cost most.
final class Warmup implements Runnable {

    /// Code to be warmed, and what is known of its stand-in.
    interface Candidate {

        /// Time spent in the stand-in so far, in nanoseconds.
        long spent();

        /// What to run, or `null` if there is nothing better than the stand-in.
        @Nullable Rehearsal rehearsal();

        /// Puts the code in service: it is fast now.
        void publish();
    }

    /// Runs the code once, within [#MEMORY] bytes of scratch memory.
    ///
    /// It is for this that the compiler optimizes: every branch that is to be fast later is taken
    /// on some `turn` (which counts from 0), or the compiler leaves it out, and gives up what it
    /// made when the branch is taken.
    interface Rehearsal {
        void run(long memory, int turn);
    }

    /// Bytes of the scratch memory. What the numbers in it are is of no account.
    static final int MEMORY = 64 * 1024;

    private static final int BATCH = 64;

    /// Batches before the compiler is left some time, and before the next candidate has its turn.
    private static final int EAGER_BATCHES = 128;

    private static final int MOST_BATCHES = 512;

    /// How often a candidate may try. On a busy machine the compiler has much to do before it comes
    /// to one; without an optimizing compiler it never comes, and the stand-in is the best there
    /// is.
    private static final int MOST_TRIES = 20;

    private record Waiting(Candidate candidate, int tries) {}

    private static final List<Waiting> WAITING = new ArrayList<>();

    private static @Nullable Thread thread;

    private Warmup() {}

    /// Asks for a candidate to be warmed; it will be published.
    static void request(Candidate candidate) {
        synchronized (WAITING) {
            WAITING.add(new Waiting(candidate, 0));
            WAITING.notifyAll();
            if (thread == null) {
                thread = new Thread(new Warmup(), "aligrad-warm-up");
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    @Override
    public void run() {
        HostStorage memory = HostMemory.allocate(MEMORY, "warm-up", "", true);
        memory.segment().fill((byte) 0);
        // asked for here, and not when the class is loaded, since it takes a while
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try {
            while (true) {
                Waiting next = next();
                Rehearsal rehearsal = next.candidate.rehearsal();
                if (rehearsal == null) {
                    continue;
                }
                if (becomesFast(rehearsal, memory.address(), threads)) {
                    next.candidate.publish();
                } else if (next.tries < MOST_TRIES) {
                    synchronized (WAITING) {
                        WAITING.add(new Waiting(next.candidate, next.tries + 1));
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does; the thread ends
        }
    }

    /// Waits for requests and takes the one that has tried least and, among those, cost most so
    /// far.
    private static Waiting next() throws InterruptedException {
        synchronized (WAITING) {
            while (WAITING.isEmpty()) {
                WAITING.wait();
            }
            Waiting first =
                    WAITING.stream()
                            .min(
                                    Comparator.comparingInt(Waiting::tries)
                                            .thenComparingLong(w -> -w.candidate.spent()))
                            .orElseThrow();
            WAITING.remove(first);
            return first;
        }
    }

    /// Runs until vectors are objects no more. That shows in what a run allocates: it falls to less
    /// than an eighth, on any machine and however busy that is.
    private static boolean becomesFast(Rehearsal rehearsal, long memory, ThreadMXBean threads)
            throws InterruptedException {
        long first = 0;
        for (int batch = 0; batch < MOST_BATCHES; batch++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < BATCH; i++) {
                rehearsal.run(memory, i);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            first = batch == 0 ? allocated : first;
            if (allocated <= first / 8) {
                return true;
            }
            if (batch >= EAGER_BATCHES) {
                Thread.sleep(2);
            }
        }
        return false;
    }
}
