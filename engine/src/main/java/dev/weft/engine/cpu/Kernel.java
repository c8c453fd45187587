package dev.weft.engine.cpu;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A loop in its two forms (see {@link Tier}). The vector form is made when enough work has gone
 * through the plain one, on a background thread, and takes over once it runs compiled.
 *
 * <p>Thread-safe. Both forms must give the same bits: nobody sees the change but the clock.
 *
 * @param <L> what the loop looks like to its caller
 */
final class Kernel<L> {

  /**
   * Elements (plus a flat fee per call) before warming is worth it: about 1 ms of interpreted plain
   * loops. Programs that compute less never load the Vector API.
   */
  private static final long WORTHWHILE = 30_000;

  private static final long PER_CALL = 256;

  /**
   * What an exercise may leave on the heap. C1 and the interpreter make an object of 100 bytes for
   * every register, and so does C2 for some when it has inlined too much; what that costs a simple
   * loop, its time does not tell.
   */
  private static final long BOXES = 2048;

  /** For loops without registers: 40-1,200 ns compiled, 20-600 µs in the interpreter or in C1. */
  private static final long COMPILED_NANOS = 3_000;

  /** One of so many batches has to be fast: other processes interrupt some. */
  private static final int BATCHES = 8;

  private static final int ROUNDS = 6;

  /** After so long it is the turn of the next kernel: C2 compiles several at a time. */
  private static final long TURN_NANOS = 20_000_000L;

  /**
   * Between turns the program has the processor, and C2, which needs longer than an exercise needs
   * to ask for it. Without rests a model took a fifth longer to its first step, and what exercises
   * left on the heap doubled the memory of the process.
   */
  private static final long REST_NANOS = 20_000_000L;

  private static final int TURNS = 75;

  /**
   * A loop that is still not compiled well after its turns is in a dead end: while C2 has much to
   * do, C1 compiles without profiling, and cannot do it again with profiling when the loop has more
   * registers than C1 knows ("out of virtual registers"). A class made anew begins in the
   * interpreter, from where C2 takes it, if its turn is so long that others do not keep C2 busy.
   */
  private static final long LONG_TURN_NANOS = 1_000_000_000L;

  /**
   * Long turns before a kernel is left as it is, until a hundred times as much work has come by.
   */
  private static final int LONG_TURNS = 5;

  /** Without C2, vector loops are never fast. Tools that live for a second run without it. */
  private static final boolean HAS_C2 = hasC2(System.getProperty("java.vm.info", ""));

  private static boolean hasC2(String vm) {
    return !vm.contains("emulated-client") && !vm.contains("interpreted");
  }

  /** One daemon thread, which ends when there is nothing to warm. */
  private static final class Background {
    static final ThreadPoolExecutor THREAD = create();

    private static ThreadPoolExecutor create() {
      var executor =
          new ThreadPoolExecutor(
              1,
              1,
              1,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              task -> {
                var thread = new Thread(task, "weft-warm-up");
                thread.setDaemon(true);
                return thread;
              });
      executor.allowCoreThreadTimeOut(true);
      return executor;
    }
  }

  private final @Nullable L plain;
  private final Supplier<L> maker;
  private final Consumer<L> exercise;
  private volatile @Nullable L vector;

  /** A vector form that is fast although its registers are objects, until there is a better one. */
  private volatile @Nullable L boxed;

  private volatile boolean warm;
  private long work; // racy on purpose: a lost update only delays the warm-up
  private long worthwhile = WORTHWHILE;
  private boolean queued;

  /**
   * @param plain the form to begin with
   * @param maker makes the vector form
   * @param exercise runs it once on little data of its own, every branch of it
   */
  Kernel(L plain, Supplier<L> maker, Consumer<L> exercise) {
    this.plain = plain;
    this.maker = maker;
    this.exercise = exercise;
  }

  private Kernel(Supplier<L> maker) {
    this.plain = null;
    this.maker = maker;
    this.exercise = _ -> {};
  }

  /** A loop that has only its vector form. */
  static <L> Kernel<L> vectorOnly(Supplier<L> maker) {
    return new Kernel<>(maker);
  }

  /** A loop that has only its plain form. */
  static <L> Kernel<L> plainOnly(L plain) {
    return new Kernel<>(() -> plain);
  }

  /** The form to run on {@code elements} elements now. */
  L form(long elements) {
    L known = vector;
    if (warm && known != null && Tier.current() != Tier.PLAIN) {
      return known;
    }
    return coldForm(elements);
  }

  private L coldForm(long elements) {
    L slow = plain;
    Tier tier = Tier.current();
    if (slow == null || tier == Tier.VECTOR) {
      L made = made();
      if (slow == null) {
        warm = true;
      }
      return made;
    }
    if (tier == Tier.AUTO && HAS_C2) {
      addWork(elements);
      L usable = boxed;
      return usable != null ? usable : slow;
    }
    return slow;
  }

  /** Whether the vector form is in use. Asking counts as a call on {@code elements} elements. */
  boolean isWarm(long elements) {
    return form(elements) != plain;
  }

  /** The vector form, warm or not. */
  L vector() {
    L usable = warm ? null : boxed;
    L known = usable != null ? usable : vector;
    return known != null ? known : made();
  }

  private void addWork(long elements) {
    work += elements + PER_CALL;
    if (work >= worthwhile) {
      request();
    }
  }

  private synchronized void request() {
    if (!queued) {
      queued = true;
      Background.THREAD.execute(() -> warmUp(1));
    }
  }

  private synchronized void putOff() {
    worthwhile *= 100;
    queued = false;
  }

  private synchronized L made() {
    L known = vector;
    if (known == null) {
      known = maker.get();
      vector = known;
    }
    return known;
  }

  private synchronized L madeAnew() {
    vector = null;
    return made();
  }

  /** How an exercise runs. */
  private enum Run {
    SLOW,
    /** In time, but registers are objects. */
    BOXED,
    COMPILED
  }

  private Run look(L loop) {
    Run best = Run.SLOW;
    for (int batch = 0; batch < BATCHES; batch++) {
      long heap = Allocations.ofThisThread();
      long start = System.nanoTime();
      for (int i = 0; i < ROUNDS; i++) {
        exercise.accept(loop);
      }
      if (System.nanoTime() - start <= ROUNDS * COMPILED_NANOS) {
        if (Allocations.ofThisThread() - heap <= ROUNDS * BOXES) {
          return Run.COMPILED;
        }
        best = Run.BOXED;
      }
    }
    return best;
  }

  private void warmUp(int turn) {
    boolean isLong = turn > TURNS;
    L loop = isLong ? madeAnew() : made();
    long end = System.nanoTime() + (isLong ? LONG_TURN_NANOS : TURN_NANOS);
    Run run;
    do {
      run = look(loop);
    } while (run != Run.COMPILED && System.nanoTime() < end);
    if (run == Run.COMPILED) {
      warm = true;
      return;
    }
    if (isLong && run == Run.BOXED) {
      boxed = loop; // boxed even when made anew: some op may be no instruction of this machine
    }
    LockSupport.parkNanos(REST_NANOS);
    if (turn < TURNS + LONG_TURNS) {
      Background.THREAD.execute(() -> warmUp(turn + 1));
    } else if (boxed == null) {
      putOff();
    }
  }
}
