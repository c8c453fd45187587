package dev.weft.fabric.comm;

import dev.weft.engine.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A rank in a process of its own, for {@link ProcessTest}: sums ones over and over, says how it got
 * on, and reports what it catches. Arguments: port of the rendezvous, rank, size. The secret is the
 * first line of its standard input.
 */
final class RankMain {

  private RankMain() {}

  public static void main(String[] args) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    JobSecret secret = JobSecret.ofHex(in.readLine());
    int rank = Integer.parseInt(args[1]);
    int size = Integer.parseInt(args[2]);
    var rendezvous =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    try (var communicator = TcpCommunicator.join(rendezvous, rank, size, secret)) {
      System.out.println("joined");
      for (int round = 0; ; round++) {
        Tensor x = Tensors.floats(1, 20_000);
        communicator.allReduce(x, ReduceOp.SUM).await();
        if (Tensors.get(x, 19_999) != size) {
          System.out.println("wrong sum " + Tensors.get(x, 19_999));
        }
        if (round == 20) {
          System.out.println("under way");
        }
        x.release();
      }
    } catch (CollectiveException e) {
      System.out.println("caught " + e.kind() + " " + e.failedRanks() + " " + e.getMessage());
    }
  }
}
