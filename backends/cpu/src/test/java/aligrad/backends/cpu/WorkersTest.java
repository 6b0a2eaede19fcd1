package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

@Timeout(60)
class WorkersTest {

    private static final long WORTH_IT = Workers.WORTH_SHARING;

    private final int before = Workers.threads();

    @BeforeEach
    void useFourThreads() {
        Workers.setThreads(4);
    }

    @AfterEach
    void restoreThreads() {
        Workers.setThreads(before);
    }

    @Test
    void runsEveryBlockOnce() {
        for (int round = 0; round < 2000; round++) {
            int blocks = 1 + round % 37;
            AtomicIntegerArray runs = new AtomicIntegerArray(blocks);
            Workers.run(blocks, WORTH_IT, runs::incrementAndGet);
            for (int block = 0; block < blocks; block++) {
                assertThat(runs.get(block)).isEqualTo(1);
            }
        }
    }

    @Test
    void runsNothingForNoBlocks() {
        Workers.run(0, WORTH_IT, block -> assertThat(block).isNegative());
    }

    /// Each block waits until all four have begun, which takes four threads.
    @Test
    void sharesBlocksAmongAllThreads() {
        CountDownLatch begun = new CountDownLatch(4);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Workers.run(
                4,
                WORTH_IT,
                block -> {
                    threads.add(Thread.currentThread());
                    begun.countDown();
                    await(begun);
                });
        assertThat(threads).hasSize(4).contains(Thread.currentThread());
    }

    @Test
    void keepsSmallProblemsOnTheCallingThread() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Workers.run(100, WORTH_IT - 1, block -> threads.add(Thread.currentThread()));
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void runsNestedCallsOnTheThreadOfTheirBlock() {
        AtomicInteger strangers = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        Workers.run(
                8,
                WORTH_IT,
                block -> {
                    Thread outer = Thread.currentThread();
                    Workers.run(
                            8,
                            WORTH_IT,
                            inner -> {
                                runs.incrementAndGet();
                                if (Thread.currentThread() != outer) {
                                    strangers.incrementAndGet();
                                }
                            });
                });
        assertThat(runs).hasValue(64);
        assertThat(strangers).hasValue(0);
    }

    @Test
    void throwsTheFailureOfABlockAndWorksOn() {
        for (int failing : new int[] {0, 5, 15}) {
            assertThatThrownBy(
                            () ->
                                    Workers.run(
                                            16,
                                            WORTH_IT,
                                            block -> {
                                                if (block == failing) {
                                                    throw new IllegalStateException(
                                                            "block " + block);
                                                }
                                            }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("block " + failing);
            runsEveryBlockOnce();
        }
    }

    @Test
    void throwsErrorsOfBlocksToo() {
        assertThatThrownBy(
                        () ->
                                Workers.run(
                                        4,
                                        WORTH_IT,
                                        block -> {
                                            throw new AssertionError("block");
                                        }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void finishesAnInterruptedCallAndKeepsTheInterrupt() {
        AtomicInteger runs = new AtomicInteger();
        Thread.currentThread().interrupt();
        Workers.run(
                64,
                WORTH_IT,
                block -> {
                    spin(100_000);
                    runs.incrementAndGet();
                });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(runs).hasValue(64);
    }

    @Test
    void servesSeveralCallersAtOnce() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        Thread[] callers = new Thread[5];
        for (int i = 0; i < callers.length; i++) {
            callers[i] =
                    new Thread(
                            () -> {
                                for (int round = 0; round < 200; round++) {
                                    Workers.run(10, WORTH_IT, block -> runs.incrementAndGet());
                                }
                            });
            callers[i].start();
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(runs).hasValue(5 * 200 * 10);
    }

    @Test
    void changesTheNumberOfThreads() {
        for (int threads : new int[] {1, 3, 2, 8, 1}) {
            Workers.setThreads(threads);
            assertThat(Workers.threads()).isEqualTo(threads);
            runsEveryBlockOnce();
        }
    }

    @Test
    void rejectsNoThreads() {
        assertThatThrownBy(() -> Workers.setThreads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threads 0");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void spin(long nanoseconds) {
        long end = System.nanoTime() + nanoseconds;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
