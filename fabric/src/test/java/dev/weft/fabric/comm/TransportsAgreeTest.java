package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Tensors.bytes;
import static dev.weft.fabric.comm.Tensors.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
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
