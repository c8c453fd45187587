package dev.weft.fabric.data;

import dev.weft.engine.Context;
import dev.weft.engine.Generator;
import java.math.BigInteger;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which worker of a {@link DataLoader} runs this code.
 *
 * @param id from 0 to {@code workers} − 1
 * @param workers how many there are
 * @param seed what its random numbers start from: a base that changes with each epoch, plus {@code
 *     id}
 */
public record WorkerInfo(int id, int workers, long seed) {

  static final ScopedValue<WorkerInfo> CURRENT = ScopedValue.newInstance();

  /** The worker that this thread is; empty in any other thread. */
  public static Optional<WorkerInfo> current() {
    return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
  }

  /**
   * A start-up action that gives the workers of all ranks different random numbers, though all
   * ranks were seeded alike.
   */
  public static Consumer<WorkerInfo> seedFor(int rank) {
    return worker -> Context.current().generator(new Generator(mixedSeeds(worker, rank)[0]));
  }

  /**
   * Four seeds from (base, worker, rank): the finaliser of MurmurHash3 over c = base · 2³² + worker
   * · 2¹⁶ + rank, then four steps of Knuth's linear congruential generator. Source: the worker
   * seeding of Lightning Fabric.
   */
  static long[] mixedSeeds(WorkerInfo worker, int rank) {
    BigInteger base = new BigInteger(Long.toUnsignedString(worker.seed - worker.id));
    BigInteger c =
        base.shiftLeft(32)
            .or(BigInteger.valueOf((long) worker.id << 16))
            .or(BigInteger.valueOf(rank));
    long mixed = c.xor(c.shiftRight(33)).longValue() * 0xFF51AFD7ED558CCDL;
    mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
    mixed ^= mixed >>> 33;
    long[] seeds = new long[4];
    for (int i = 0; i < seeds.length; i++) {
      mixed = mixed * 6364136223846793005L + 1;
      seeds[i] = mixed;
    }
    return seeds;
  }
}
