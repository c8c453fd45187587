package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Tensors.bytes;
import static dev.weft.fabric.comm.Tensors.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads and processes give the same bits, whatever way a size takes through a transport. */
@Timeout(60)
class TransportsAgreeTest {

  private static final int SIZE = 4;

  @Test
  void threadsAndSocketsGiveTheSameBits() {
    List<byte[]> threads = reduceAll(ThreadCommunicator.world(SIZE));
    List<byte[]> sockets = reduceAll(TcpWorld.of(SIZE, Duration.ofSeconds(30)));
    for (int rank = 0; rank < SIZE; rank++) {
      assertThat(threads.get(rank)).isEqualTo(threads.getFirst());
      assertThat(sockets.get(rank)).isEqualTo(threads.getFirst());
    }
  }

  @Test
  void anElementIsReducedAlikeInASmallAndALargeTensor() {
    for (List<Communicator> world :
        List.of(ThreadCommunicator.world(SIZE), TcpWorld.of(SIZE, Duration.ofSeconds(30)))) {
      Ranks.run(
          world,
          communicator -> {
            Tensor large = random(DType.FLOAT32, 300_000, communicator.rank());
            Tensor small =
                random(DType.FLOAT32, 100, communicator.rank()); // the same first numbers
            communicator.allReduce(large, ReduceOp.SUM).await();
            communicator.allReduce(small, ReduceOp.SUM).await();
            assertThat(bytes(large)).startsWith(bytes(small));
          });
    }
  }

  @Test
  void randomProgramsGiveTheSameOnBoth() {
    for (long seed = 1; seed <= 4; seed++) {
      runRandomProgram(seed, 40);
    }
  }

  /** Calls of all kinds and sizes, many of them under way at once, on the world and on a group. */
  static void runRandomProgram(long seed, int calls) {
    int size = 2 + (int) (seed % 3);
    Ranks.Body<byte[]> program = communicator -> randomCalls(communicator, seed, calls);
    List<byte[]> threads = Ranks.all(ThreadCommunicator.world(size), program);
    List<byte[]> sockets = Ranks.all(TcpWorld.of(size, Duration.ofSeconds(30)), program);
    for (int rank = 0; rank < size; rank++) {
      assertThat(sockets.get(rank)).as("seed %d, rank %d", seed, rank).isEqualTo(threads.get(rank));
    }
  }

  private static byte[] randomCalls(Communicator world, long seed, int calls) {
    var random = new SplittableRandom(seed); // the same on every rank
    Communicator pair = world.rank() < 2 ? world.group(1, 0) : world;
    List<Work> works = new ArrayList<>();
    List<Tensor> results = new ArrayList<>();
    var bytes = new ByteArrayOutputStream();
    for (int call = 0; call < calls; call++) {
      boolean inPair = random.nextInt(4) == 0;
      int kind = random.nextInt(7);
      DType dtype = DType.values()[random.nextInt(9)]; // all but bool
      long count = (long) Math.pow(10, random.nextDouble(5.3)) - 1;
      int root = random.nextInt(2);
      boolean waits = random.nextBoolean();
      if (inPair && world.rank() > 1) {
        continue;
      }
      Communicator ranks = inPair ? pair : world;
      int n = ranks.size();
      int other = (ranks.rank() + 1) % n;
      int before = (ranks.rank() + n - 1) % n;
      Tensor x = random(dtype, count, 100L * call + ranks.rank());
      Tensor parts = random(dtype, n * count, 100L * call + ranks.rank());
      switch (kind) {
        case 0 -> works.add(ranks.allReduce(x, ReduceOp.SUM));
        case 1 -> works.add(ranks.allGather(x, parts));
        case 2 -> works.add(ranks.reduceScatter(parts, x, ReduceOp.MAX));
        case 3 -> works.add(ranks.broadcast(x, root));
        case 4 -> works.add(ranks.barrier());
        case 5 -> {
          works.add(ranks.send(parts, other));
          parts = random(dtype, n * count, 0);
          works.add(ranks.recv(parts, before));
        }
        default -> ranks.allGatherBytes(bytes(x), 10_000_000).forEach(bytes::writeBytes);
      }
      results.add(x);
      results.add(parts);
      if (waits && !works.isEmpty()) {
        works.getLast().await();
      }
    }
    works.forEach(Work::await);
    results.forEach(x -> bytes.writeBytes(bytes(x)));
    return bytes.toByteArray();
  }

  private static List<byte[]> reduceAll(List<Communicator> world) {
    return Ranks.all(
        world,
        communicator -> {
          var results = new ByteArrayOutputStream();
          for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16)) {
            for (ReduceOp op : List.of(ReduceOp.SUM, ReduceOp.MEAN, ReduceOp.PRODUCT)) {
              for (long count : new long[] {1, 1000, 100_000}) {
                Tensor x = random(dtype, count, 31 * communicator.rank() + 1);
                communicator.allReduce(x, op).await();
                results.writeBytes(bytes(x));
                Tensor in = random(dtype, SIZE * count, 17 * communicator.rank() + 1);
                Tensor out = random(dtype, count, 0);
                communicator.reduceScatter(in, out, op).await();
                Tensor whole = random(dtype, SIZE * count, 0);
                communicator.allGather(out, whole).await();
                results.writeBytes(bytes(whole));
              }
            }
          }
          return results.toByteArray();
        });
  }
}
