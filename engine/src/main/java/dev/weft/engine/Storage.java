package dev.weft.engine;

import dev.weft.engine.spi.Block;
import dev.weft.engine.spi.UserCode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory behind one or more tensors, counted by its holders. When the last holder lets go, the
 * block returns to its pool at once; when holders were simply forgotten, the garbage collector's
 * queue does the same later.
 *
 * <p>Thread-safe. Use after release throws; it never touches memory.
 */
public final class Storage {

  private static final VarHandle HOLDERS;
  private static final ReferenceQueue<Storage> UNREACHABLE = new ReferenceQueue<>();
  private static final AtomicLong IDS = new AtomicLong();

  static {
    try {
      HOLDERS = MethodHandles.lookup().findVarHandle(Storage.class, "holders", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Device device;
  private final long bytes;
  private final long address;
  private final Guard guard;
  private final Optional<String> madeAt;
  private volatile int holders = 1;
  private volatile int version;

  private Storage(Device device, long bytes, Block block) {
    this.device = device;
    this.bytes = bytes;
    this.address = block.address();
    this.guard = new Guard(this, block);
    if (MemoryTracking.ON) {
      String place = UserCode.line();
      this.madeAt = Optional.of(place);
      MemoryTracking.made(guard.id, bytes, place);
    } else {
      this.madeAt = Optional.empty();
    }
  }

  /** Memory on {@code device} with one holder, the caller. */
  static Storage allocate(Device device, long bytes) {
    return new Storage(
        device,
        bytes,
        device.isMeta() ? NoMemory.BLOCK : Backends.of(device).allocate(device.index(), bytes));
  }

  /**
   * Memory that somebody else made and {@code block.free()} ends, such as a mapped file or a shared
   * buffer.
   */
  public static Storage wrap(Device device, long bytes, Block block) {
    return new Storage(device, bytes, block);
  }

  private static final class NoMemory extends Block {
    static final NoMemory BLOCK = new NoMemory();

    NoMemory() {
      super(0, 0);
    }

    @Override
    public void free() {}
  }

  /**
   * Outlives its storage, so that a forgotten one can still be freed. Linked, because nothing else
   * holds it.
   */
  private static final class Guard extends PhantomReference<Storage> {
    private static final Guard HEAD = new Guard();

    private final Block block;
    private final long id;
    private boolean freed;
    private Guard previous = this;
    private Guard next = this;

    private Guard() {
      super(null, null);
      this.block = NoMemory.BLOCK;
      this.id = 0;
    }

    Guard(Storage storage, Block block) {
      super(storage, UNREACHABLE);
      this.block = block;
      this.id = MemoryTracking.ON ? IDS.incrementAndGet() : 0;
      synchronized (HEAD) {
        previous = HEAD;
        next = HEAD.next;
        next.previous = this;
        HEAD.next = this;
      }
    }

    void free() {
      synchronized (HEAD) {
        if (freed) {
          return;
        }
        freed = true;
        previous.next = next;
        next.previous = previous;
      }
      clear();
      if (MemoryTracking.ON) {
        MemoryTracking.released(id);
      }
      block.free();
    }
  }

  /**
   * Frees what the garbage collector has found unreachable since the last call. Cheap when there is
   * none.
   */
  static void reclaim() {
    for (var found = UNREACHABLE.poll(); found != null; found = UNREACHABLE.poll()) {
      ((Guard) found).free();
    }
  }

  /**
   * Runs the garbage collector and frees what it finds; used before memory is refused, and by
   * tests.
   */
  static void collectGarbage() {
    // References reach their queues in batches, one per collection, in no order within a batch.
    // So a probe that died in a second collection tells that all of the first have arrived.
    for (int collection = 0; collection < 2; collection++) {
      var probe = new PhantomReference<>(new Object(), UNREACHABLE_PROBE);
      System.gc();
      try {
        for (int attempt = 0; attempt < 10 && UNREACHABLE_PROBE.remove(100) == null; attempt++) {
          System.gc();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Reference.reachabilityFence(probe);
    }
    reclaim();
  }

  private static final ReferenceQueue<Object> UNREACHABLE_PROBE = new ReferenceQueue<>();

  public Device device() {
    return device;
  }

  /** The bytes that were asked for. */
  public long bytes() {
    return bytes;
  }

  /**
   * Where it starts. Valid only while a holder keeps it; kernels are called under {@link #retain}.
   */
  public long address() {
    return address;
  }

  /** How often it was changed in place. Backward compares it with what was saved. */
  public int version() {
    return version;
  }

  /** How many tensors and saved values hold it; 1 when only the asker does. */
  public int holders() {
    return holders;
  }

  /** Called after each in-place change. */
  void changed() {
    VERSION.getAndAdd(this, 1);
  }

  private static final VarHandle VERSION;

  static {
    try {
      VERSION = MethodHandles.lookup().findVarHandle(Storage.class, "version", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Whether the memory has gone back to the pool. */
  boolean isReleased() {
    return holders == 0;
  }

  /** Where it was made, when memory is tracked. */
  Optional<String> madeAt() {
    return madeAt;
  }

  /** Adds a holder; false when the memory is gone already. */
  boolean retain() {
    for (int count = holders; count > 0; count = holders) {
      if (HOLDERS.compareAndSet(this, count, count + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Removes a holder. The last one frees the memory. */
  void release() {
    int before = (int) HOLDERS.getAndAdd(this, -1);
    if (before == 1) {
      guard.free();
    } else if (before <= 0) {
      throw new IllegalStateException("storage released more often than held"); // a bug of ours
    }
  }
}
