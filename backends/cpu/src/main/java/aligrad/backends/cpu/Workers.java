package aligrad.backends.cpu;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// The threads that share the blocks of a kernel: fork, take part, join.
///
/// A problem is cut in blocks by its shape alone, never by the number of threads; which thread runs
/// a block is left to chance and must not change a bit of the result. One problem is shared at a
/// time: a call from inside a block, or from a second thread of the program, runs its blocks
/// itself.
///
/// The pool's threads are daemons, started on first need, and spin for a moment between problems,
/// since the next kernel usually follows within microseconds; then they park.
final class Workers {

    /// What is done for each block. One object a parallel call, no lambda needed.
    interface Task {

        /// Computes one block. Blocks run in any order and on any thread.
        void run(int block);
    }

    /// A problem worth less than this, in nanoseconds of one thread, stays on the calling thread:
    /// waking a parked thread takes some 5 to 50 µs, a spinning one about 1.
    static final long WORTH_SHARING = 20_000;

    private static final String PROPERTY = "aligrad.threads";

    /// About 50 µs of looking for work before parking; the caller looks as long for the last block.
    private static final int SPINS = 2_000;

    private static final Object POOL = new Object();
    private static final AtomicBoolean SHARING = new AtomicBoolean();

    private static volatile int threads = initialThreads();
    private static volatile Worker[] pool = {};
    private static volatile @Nullable Problem current;

    /// Counts the problems published; written only by the one thread that is sharing.
    private static volatile long generation;

    private Workers() {}

    /// How many threads share a problem, the caller included.
    static int threads() {
        return threads;
    }

    /// Sets how many threads share a problem from now on, the caller included; at least 1.
    static void setThreads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException(
                    "threads %d: at least 1 thread is needed, the calling one".formatted(count));
        }
        threads = count;
    }

    /// Runs `task` for the blocks `0 … blocks - 1` and returns when all are done.
    ///
    /// If blocks fail, the failure of the smallest one among those that ran is thrown here; the
    /// blocks that had not begun are left out. An interrupt does not stop the work; it is still set
    /// afterwards.
    ///
    /// @param nanoseconds about how long one thread would take for all blocks
    static void run(int blocks, long nanoseconds, Task task) {
        if (blocks > 1
                && nanoseconds >= WORTH_SHARING
                && threads > 1
                && SHARING.compareAndSet(false, true)) {
            try {
                share(new Problem(task, blocks), Math.min(threads, blocks) - 1);
            } finally {
                SHARING.set(false);
            }
        } else {
            for (int block = 0; block < blocks; block++) {
                task.run(block);
            }
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the one that shares writes it
    private static void share(Problem problem, int helpers) {
        Worker[] workers = workers(helpers);
        problem.helpers = helpers;
        current = problem;
        generation = generation + 1;
        for (int i = 0; i < helpers; i++) {
            if (workers[i].parked) {
                LockSupport.unpark(workers[i]);
            }
        }
        problem.work();
        problem.join();
        current = null;
        problem.rethrow();
    }

    private static Worker[] workers(int count) {
        Worker[] workers = pool;
        return workers.length >= count ? workers : grow(count);
    }

    private static Worker[] grow(int count) {
        synchronized (POOL) {
            Worker[] grown = Arrays.copyOf(pool, count);
            for (int i = pool.length; i < count; i++) {
                grown[i] = new Worker(i);
                grown[i].start();
            }
            pool = grown;
            return grown;
        }
    }

    private static int initialThreads() {
        String text = System.getProperty(PROPERTY);
        if (text == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (!text.matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException(
                    "%s=%s: must be a number of threads from 1 to 9999".formatted(PROPERTY, text));
        }
        return Integer.parseInt(text);
    }

    /// The blocks of one call, claimed one by one.
    private static final class Problem {

        private final Task task;
        private final int blocks;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger finished = new AtomicInteger();
        private final Thread caller = Thread.currentThread();
        private volatile boolean callerParked;
        private int helpers;

        private int failedBlock = Integer.MAX_VALUE;
        private @Nullable RuntimeException exception;
        private @Nullable Error error;

        Problem(Task task, int blocks) {
            this.task = task;
            this.blocks = blocks;
        }

        /// Runs blocks until none is left to begin.
        void work() {
            int block;
            while ((block = next.getAndIncrement()) < blocks) {
                try {
                    task.run(block);
                } catch (RuntimeException e) {
                    fail(block, e, null);
                } catch (Error e) {
                    fail(block, null, e);
                }
                finish(1);
            }
        }

        private void finish(int count) {
            if (finished.addAndGet(count) == blocks && callerParked) {
                LockSupport.unpark(caller);
            }
        }

        private void fail(int block, @Nullable RuntimeException e, @Nullable Error fatal) {
            synchronized (this) {
                if (block < failedBlock) {
                    failedBlock = block;
                    exception = e;
                    error = fatal;
                }
            }
            int begun = next.getAndSet(blocks); // nobody begins another
            if (begun < blocks) {
                finish(blocks - begun);
            }
        }

        /// Waits until every block has ended, whoever runs it.
        void join() {
            for (int spins = 0; finished.get() < blocks && spins < SPINS; spins++) {
                Thread.onSpinWait();
            }
            boolean interrupted = false;
            callerParked = true;
            while (finished.get() < blocks) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted(); // a set interrupt would not let us park again
            }
            if (interrupted) {
                caller.interrupt();
            }
        }

        synchronized void rethrow() {
            if (error != null) {
                throw error;
            }
            if (exception != null) {
                throw exception;
            }
        }
    }

    /// A thread of the pool: looks for a problem, spinning for a moment, then parks.
    private static final class Worker extends Thread {

        private final int index;
        private volatile boolean parked;

        Worker(int index) {
            super("aligrad-worker-" + (index + 1));
            this.index = index;
            setDaemon(true);
        }

        @Override
        public void run() {
            long seen = 0;
            while (true) {
                seen = await(seen);
                Problem problem = current; // null when it ended before we came
                if (problem != null && index < problem.helpers) {
                    problem.work();
                }
            }
        }

        /// Returns the generation that follows `seen`. Only its number is kept, since a problem
        /// that a sleeping thread refers to could not be collected, nor what its task refers to.
        private long await(long seen) {
            for (int spins = 0; spins < SPINS; spins++) {
                if (generation != seen) {
                    return generation;
                }
                Thread.onSpinWait();
            }
            parked = true; // before the next look, as the sharer looks here after it published
            while (generation == seen) {
                LockSupport.park(this);
                Thread.interrupted(); // nobody has reason to, but a set interrupt would not let
                // us park
            }
            parked = false;
            return generation;
        }
    }
}
