package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Tensors.bytes;
import static dev.weft.fabric.comm.Tensors.empty;
import static dev.weft.fabric.comm.Tensors.floats;
import static dev.weft.fabric.comm.Tensors.get;
import static dev.weft.fabric.comm.Tensors.getLong;
import static dev.weft.fabric.comm.Tensors.random;
import static dev.weft.fabric.comm.Tensors.set;
import static dev.weft.fabric.comm.Tensors.setLong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Device;
import dev.weft.engine.DeviceException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.fabric.comm.CollectiveException.Kind;
import dev.weft.fabric.comm.Ranks.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every transport owes its users. Each transport runs all of it. */
@Timeout(60)
abstract class CommunicatorContract {

  private static final Duration LONG = Duration.ofSeconds(60);

  /** A fresh world; element r is for rank r. */
  abstract List<Communicator> world(int size, Duration timeout);

  private List<Communicator> world(int size) {
    return world(size, LONG);
  }

  // ---- values

  /**
   * Empty, one element, around blocks and parts, and enough for every rank to get a part of its
   * own.
   */
  private static final long[] SIZES = {0, 1, 2, 3, 63, 64, 65, 1000, 2049, 40_003};

  private record Reduced(ReduceOp op, DType dtype, long count, byte[] result) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void allReduceGivesThePlainResultForAllDtypesAndOperations(int size) {
    List<Reduced> cases = new ArrayList<>();
    for (DType dtype : DType.values()) {
      for (ReduceOp op : ReduceOp.values()) {
        for (long count : SIZES) {
          if (isDefined(op, dtype)) {
            cases.add(new Reduced(op, dtype, count, bytes(expected(op, dtype, count, size))));
          }
        }
      }
    }
    Ranks.run(
        world(size),
        communicator -> {
          for (Reduced each : cases) {
            Tensor x = random(each.dtype(), each.count(), communicator.rank());
            communicator.allReduce(x, each.op()).await();
            assertThat(bytes(x))
                .as("%s of %d %s on %d ranks", each.op(), each.count(), each.dtype(), size)
                .isEqualTo(each.result());
          }
        });
  }

  private static boolean isDefined(ReduceOp op, DType dtype) {
    if (dtype.isComplex()) {
      return false; // refused: the cure is to reduce the parts
    }
    return switch (op) {
      case SUM, PRODUCT -> dtype != DType.BOOL;
      case MEAN -> dtype.isFloating();
      case MIN, MAX -> true;
      case BAND, BOR, BXOR -> !dtype.isFloating();
    };
  }

  /** The definition, one element at a time. */
  private static Tensor expected(ReduceOp op, DType dtype, long count, int ranks) {
    List<Tensor> inputs = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      inputs.add(random(dtype, count, rank));
    }
    Tensor result = empty(dtype, count);
    for (long i = 0; i < count; i++) {
      if (dtype.isFloating()) {
        double value = get(inputs.getFirst(), i);
        for (int rank = 1; rank < ranks; rank++) {
          value = rounded(dtype, combine(op, value, get(inputs.get(rank), i)));
        }
        set(result, i, op == ReduceOp.MEAN ? rounded(dtype, value / ranks) : value);
      } else {
        long value = getLong(inputs.getFirst(), i);
        for (int rank = 1; rank < ranks; rank++) {
          value = combine(op, value, getLong(inputs.get(rank), i));
        }
        setLong(result, i, value);
      }
    }
    return result;
  }

  /** Every dtype but float64 is summed in float32. */
  private static double rounded(DType dtype, double value) {
    return dtype == DType.FLOAT64 ? value : (float) value;
  }

  private static double combine(ReduceOp op, double a, double b) {
    return switch (op) {
      case SUM, MEAN -> a + b;
      case PRODUCT -> a * b;
      case MIN -> Math.min(a, b);
      case MAX -> Math.max(a, b);
      case BAND, BOR, BXOR -> throw new AssertionError(op);
    };
  }

  private static long combine(ReduceOp op, long a, long b) {
    return switch (op) {
      case SUM -> a + b;
      case PRODUCT -> a * b;
      case MIN -> Math.min(a, b);
      case MAX -> Math.max(a, b);
      case BAND -> a & b;
      case BOR -> a | b;
      case BXOR -> a ^ b;
      case MEAN -> throw new AssertionError(op);
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void severalMegabytesAreReducedInPieces(int size) {
    long count = (5 << 20) / 4 + 7;
    Ranks.run(
        world(size),
        communicator -> {
          Tensor x = empty(DType.FLOAT32, count);
          for (long i = 0; i < count; i++) {
            set(x, i, (i % 1000) + communicator.rank());
          }
          communicator.allReduce(x, ReduceOp.SUM).await();
          long wrong = 0;
          for (long i = 0; i < count; i++) {
            wrong += get(x, i) == size * (i % 1000) + size * (size - 1) / 2 ? 0 : 1;
          }
          assertThat(wrong).isZero();
        });
  }

  @Test
  void nanWinsAndIsTheSameEverywhere() {
    List<byte[]> results =
        Ranks.all(
            world(3),
            communicator -> {
              Tensor x = floats(communicator.rank(), 5);
              // Three NaNs of different bits in one sum, one alone, and one that infinities make.
              x.segment()
                  .setAtIndex(
                      java.lang.foreign.ValueLayout.JAVA_INT, 0, 0x7FC00001 + communicator.rank());
              if (communicator.rank() == 1) {
                set(x, 1, Double.NaN);
              }
              set(
                  x,
                  2,
                  new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0}
                      [communicator.rank()]);
              communicator.allReduce(x, ReduceOp.SUM).await();
              assertThat(get(x, 0)).isNaN();
              assertThat(get(x, 1)).isNaN();
              assertThat(get(x, 2)).isNaN();
              assertThat(get(x, 3)).isEqualTo(3);
              return bytes(x);
            });
    assertThat(results.get(1)).isEqualTo(results.get(0));
    assertThat(results.get(2)).isEqualTo(results.get(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void allGatherPutsTheTensorsInRankOrder(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          for (DType dtype : DType.values()) {
            for (long count : SIZES) {
              Tensor out = empty(dtype, size, count);
              communicator.allGather(random(dtype, count, communicator.rank()), out).await();
              for (int rank = 0; rank < size; rank++) {
                assertThat(part(out, rank, size)).isEqualTo(bytes(random(dtype, count, rank)));
              }
            }
          }
        });
  }

  private static byte[] part(Tensor whole, int index, int parts) {
    byte[] all = bytes(whole);
    int bytes = all.length / parts;
    return Arrays.copyOfRange(all, index * bytes, (index + 1) * bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void reduceScatterLeavesEachRankItsPartOfTheSum(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16, DType.INT64, DType.UINT8)) {
            for (long count : SIZES) {
              Tensor in = random(dtype, size * count, communicator.rank());
              byte[] before = bytes(in);
              Tensor out = empty(dtype, count);
              communicator.reduceScatter(in, out, ReduceOp.SUM).await();
              Tensor whole = expected(ReduceOp.SUM, dtype, size * count, size);
              assertThat(bytes(out)).isEqualTo(part(whole, communicator.rank(), size));
              assertThat(bytes(in)).isEqualTo(before);
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void reduceGivesTheRootTheResultAndLeavesTheOthersAlone(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16, DType.INT16)) {
            for (int root = 0; root < size; root++) {
              for (long count : SIZES) {
                Tensor x = random(dtype, count, communicator.rank());
                communicator.reduce(x, ReduceOp.SUM, root).await();
                Tensor wanted =
                    communicator.rank() == root
                        ? expected(ReduceOp.SUM, dtype, count, size)
                        : random(dtype, count, communicator.rank());
                assertThat(bytes(x)).isEqualTo(bytes(wanted));
              }
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void gatherAndScatterAreEachOthersInverse(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          for (int root = 0; root < size; root++) {
            for (long count : SIZES) {
              boolean isRoot = communicator.rank() == root;
              Tensor own = random(DType.INT16, count, communicator.rank());
              Tensor all = isRoot ? empty(DType.INT16, size, count) : own;
              communicator.gather(own, all, root).await();
              for (int rank = 0; isRoot && rank < size; rank++) {
                assertThat(part(all, rank, size))
                    .isEqualTo(bytes(random(DType.INT16, count, rank)));
              }
              Tensor back = empty(DType.INT16, count);
              communicator.scatter(isRoot ? all : back, back, root).await();
              assertThat(bytes(back)).isEqualTo(bytes(own));
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void allToAllTransposesPartsAndRanks(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          for (DType dtype : List.of(DType.FLOAT32, DType.BOOL, DType.COMPLEX128)) {
            for (long count : SIZES) {
              Tensor in = random(dtype, size * count, communicator.rank());
              byte[] before = bytes(in);
              Tensor out = empty(dtype, size * count);
              communicator.allToAll(in, out).await();
              for (int rank = 0; rank < size; rank++) {
                Tensor theirs = random(dtype, size * count, rank);
                assertThat(part(out, rank, size))
                    .isEqualTo(part(theirs, communicator.rank(), size));
              }
              assertThat(bytes(in)).isEqualTo(before);
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void broadcastGivesTheElementsOfTheRoot(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          for (int root = 0; root < size; root++) {
            for (long count : SIZES) {
              Tensor x = random(DType.INT32, count, communicator.rank());
              communicator.broadcast(x, root).await();
              assertThat(bytes(x)).isEqualTo(bytes(random(DType.INT32, count, root)));
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void noRankLeavesABarrierBeforeAllHaveEnteredIt(int size) {
    var entered = new AtomicInteger();
    Ranks.run(
        world(size),
        communicator -> {
          for (int round = 1; round <= 50; round++) {
            entered.incrementAndGet();
            communicator.barrier().await();
            assertThat(entered.get()).isGreaterThanOrEqualTo(round * size);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void bytesOfAnyLengthAreExchanged(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          int rank = communicator.rank();
          List<byte[]> all = communicator.allGatherBytes(text(rank), 1000);
          for (int other = 0; other < size; other++) {
            assertThat(all.get(other)).isEqualTo(text(other));
          }
          byte[] large = new byte[3 << 20];
          Arrays.fill(large, (byte) 7);
          for (int root = 0; root < size; root++) {
            byte[] mine = rank == root ? large : new byte[0];
            assertThat(communicator.broadcastBytes(mine, root, large.length)).isEqualTo(large);
            assertThat(communicator.broadcastBytes(new byte[0], root, 0)).isEmpty();
          }
        });
  }

  private static byte[] text(int rank) {
    return "x".repeat(3 * rank).getBytes(StandardCharsets.UTF_8);
  }

  // ---- send and receive

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void aRingOfSendsAndReceivesTurns(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          int next = (communicator.rank() + 1) % size;
          int previous = (communicator.rank() + size - 1) % size;
          for (long count : new long[] {0, 1, 1000, 300_000}) {
            Tensor received = empty(DType.FLOAT64, count);
            Work send = communicator.send(random(DType.FLOAT64, count, communicator.rank()), next);
            Work receive = communicator.recv(received, previous);
            send.await();
            receive.await();
            assertThat(bytes(received)).isEqualTo(bytes(random(DType.FLOAT64, count, previous)));
          }
          communicator.barrier().await();
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void ranksThatAllSendFirstDoNotBlockEachOther(int size) {
    long count = 3_000_000; // more than sockets hold
    Ranks.run(
        world(size),
        communicator -> {
          int next = (communicator.rank() + 1) % size;
          int previous = (communicator.rank() + size - 1) % size;
          communicator.send(random(DType.INT32, count, communicator.rank()), next).await();
          Tensor received = empty(DType.INT32, count);
          communicator.recv(received, previous).await();
          assertThat(bytes(received)).isEqualTo(bytes(random(DType.INT32, count, previous)));
          communicator.barrier().await();
        });
  }

  @Test
  void sendsBetweenTwoRanksArriveInOrder() {
    Ranks.run(
        world(2),
        communicator -> {
          List<Work> works = new ArrayList<>();
          List<Tensor> received = new ArrayList<>();
          for (int i = 0; i < 100; i++) {
            if (communicator.rank() == 0) {
              works.add(communicator.send(floats(i, 10), 1));
            } else {
              received.add(floats(-1, 10));
              works.add(communicator.recv(received.getLast(), 0));
            }
          }
          works.forEach(Work::await);
          for (int i = 0; i < received.size(); i++) {
            assertThat(get(received.get(i), 9)).isEqualTo(i);
          }
        });
  }

  // ---- order and asynchrony

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void manyCallsMayBeUnderWayAndAreAwaitedInAnyOrder(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          List<Tensor> tensors = new ArrayList<>();
          List<Work> works = new ArrayList<>();
          for (int i = 0; i < 60; i++) {
            Tensor x = floats(i + communicator.rank(), 1 + 500L * i);
            tensors.add(x);
            works.add(communicator.allReduce(x, ReduceOp.SUM));
            works.add(communicator.barrier());
          }
          works.reversed().forEach(Work::await);
          for (int i = 0; i < 60; i++) {
            assertThat(get(tensors.get(i), 0)).isEqualTo(size * (double) i + size * (size - 1) / 2);
          }
        });
  }

  @Test
  void aCallMakesProgressWhileItsCallerDoesSomethingElse() {
    var otherIsDone = new CountDownLatch(1);
    Ranks.run(
        world(2),
        communicator -> {
          Tensor x = floats(1, 100_000);
          Work work = communicator.allReduce(x, ReduceOp.SUM);
          if (communicator.rank() == 0) {
            otherIsDone.await(); // which needs this rank's part, though nobody awaits it here
          } else {
            work.await();
            otherIsDone.countDown();
          }
          work.await();
          assertThat(work.isDone()).isTrue();
          assertThat(get(x, 99_999)).isEqualTo(2);
        });
  }

  @Test
  void aTensorMayBeReleasedWhileACallUsesIt() {
    Ranks.run(
        world(2),
        communicator -> {
          Tensor result = empty(DType.FLOAT32, 2, 200_000);
          Work work;
          try (var _ = TensorScope.open()) {
            work = communicator.allGather(floats(communicator.rank(), 200_000), result);
          }
          // The pool would hand the same memory out again.
          Tensor other = floats(-1, 200_000);
          work.await();
          assertThat(get(result, 199_999)).isEqualTo(0);
          assertThat(get(result, 399_999)).isEqualTo(1);
          assertThat(get(other, 0)).isEqualTo(-1);
        });
  }

  @Test
  void aResultCountsAsAChangeInPlace() {
    Ranks.run(
        world(2),
        communicator -> {
          Tensor x = floats(1, 10);
          int before = x.storage().version();
          communicator.allReduce(x, ReduceOp.SUM).await();
          assertThat(x.storage().version()).isGreaterThan(before);
        });
  }

  @Test
  void partsOfOneTensorMayBeBothSidesOfACall() {
    Ranks.run(
        world(3),
        communicator -> {
          Tensor whole = random(DType.FLOAT32, 3000, communicator.rank());
          Tensor own = slice(whole, communicator.rank(), 1000);
          communicator.reduceScatter(whole, own, ReduceOp.SUM).await();
          byte[] sum = bytes(expected(ReduceOp.SUM, DType.FLOAT32, 3000, 3));
          assertThat(part(whole, communicator.rank(), 3))
              .isEqualTo(
                  Arrays.copyOfRange(
                      sum, communicator.rank() * 4000, communicator.rank() * 4000 + 4000));
          communicator.allGather(own, whole).await();
          assertThat(bytes(whole)).isEqualTo(sum);

          communicator.gather(own, whole, 1).await();
          communicator.scatter(whole, own, 2).await();
          assertThat(bytes(whole)).isEqualTo(sum);

          Tensor other = slice(whole, (communicator.rank() + 1) % 3, 1000);
          assertThatThrownBy(() -> communicator.gather(other, whole, communicator.rank()))
              .hasMessageContaining("gather: in and out share memory");
          assertThatThrownBy(() -> communicator.scatter(whole, other, communicator.rank()))
              .hasMessageContaining("scatter: in and out share memory");
          assertThatThrownBy(() -> communicator.allToAll(whole, whole))
              .hasMessageContaining("allToAll: in and out share memory");
          assertThatThrownBy(() -> communicator.allGather(other, whole))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("allGather: in and out share memory");
          communicator.barrier().await();
        });
  }

  /** Part {@code index} of a row, as a view. */
  private static Tensor slice(Tensor whole, int index, long count) {
    return whole.narrow(0, index * count, count);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void tensorsMayHaveAnyLayout(int size) {
    Ranks.run(
        world(size),
        communicator -> {
          int rank = communicator.rank();
          Tensor whole = floats(-1, 12).reshape(3, 4);
          Tensor column = whole.narrow(1, 1, 2); // 3 rows of 2, with gaps
          column.copyFrom(floats(rank + 1, 6).reshape(3, 2));
          communicator.allReduce(column, ReduceOp.SUM).await();
          for (int i = 0; i < 12; i++) {
            boolean inside = i % 4 == 1 || i % 4 == 2;
            assertThat(get(whole, i)).isEqualTo(inside ? size * (size + 1) / 2 : -1);
          }

          Tensor transposed = random(DType.INT32, 20, rank).reshape(4, 5).transpose(0, 1);
          Tensor gathered = empty(DType.INT32, size, 5, 4);
          communicator.allGather(transposed, gathered).await();
          Tensor last =
              random(DType.INT32, 20, size - 1).reshape(4, 5).transpose(0, 1).contiguous();
          assertThat(part(gathered, size - 1, size)).isEqualTo(bytes(last));

          Tensor repeated = floats(1, 1).expand(3);
          assertThatThrownBy(() -> communicator.allReduce(repeated, ReduceOp.SUM))
              .isInstanceOf(ShapeException.class)
              .hasMessageContaining("repeats elements along dimension 0");
          Tensor sent = empty(DType.FLOAT32, size, 3);
          communicator.allGather(repeated, sent).await(); // reading it is fine
          assertThat(get(sent, 3L * size - 1)).isEqualTo(1);
        });
  }

  // ---- groups

  @Test
  void groupsCountTheirOwnRanksAndCalls() {
    Ranks.run(
        world(4),
        communicator -> {
          int rank = communicator.rank();
          Communicator row = communicator.group(rank / 2 * 2, rank / 2 * 2 + 1);
          Communicator column = rank % 2 == 0 ? communicator.group(2, 0) : communicator.group(3, 1);
          assertThat(row.rank()).isEqualTo(rank % 2);
          assertThat(column.rank()).isEqualTo(1 - rank / 2);
          assertThat(row.size()).isEqualTo(2);
          for (int round = 0; round < 20; round++) {
            Tensor x = floats(1 << rank, 100);
            row.allReduce(x, ReduceOp.SUM).await();
            assertThat(get(x, 99)).isEqualTo(rank < 2 ? 3 : 12);
            column.allReduce(x, ReduceOp.SUM).await();
            assertThat(get(x, 0)).isEqualTo(15);
            if (rank == 0) {
              row.barrier().await(); // only this row
            } else if (rank == 1) {
              row.barrier().await();
            }
            column.broadcast(x, 0).await();
            communicator.barrier().await();
          }
          row.close();
          communicator.barrier().await();
        });
  }

  @Test
  void callsOnDifferentGroupsDisagree() {
    var outcomes =
        Ranks.outcomes(
            world(2),
            communicator -> {
              Communicator called =
                  communicator.rank() == 0 ? communicator : communicator.group(0, 1);
              called.barrier().await();
              return true;
            });
    for (Outcome<Boolean> outcome : outcomes) {
      assertThat(outcome.collectiveException().kind()).isEqualTo(Kind.MISMATCH);
    }
  }

  @Test
  void aGroupNeedsDistinctMembersAndThisRank() {
    Ranks.run(
        world(2),
        communicator -> {
          assertThatThrownBy(() -> communicator.group(1 - communicator.rank()))
              .hasMessageContaining("only members may make a group");
          assertThatThrownBy(() -> communicator.group(0, 1, 0)).hasMessageContaining("there twice");
          assertThatThrownBy(() -> communicator.group(0, 2))
              .hasMessageContaining("not among the 2 ranks");
        });
  }

  // ---- ranks that disagree

  /**
   * A call of rank 1 that differs from that of all others in one respect, and how both are
   * described.
   */
  private static Stream<Arguments> disagreements() {
    return Stream.of(
        disagreement(
            "another collective",
            c -> c.allReduce(floats(1, 100), ReduceOp.SUM),
            "allReduce #1 sum float32[100]",
            c -> c.barrier(),
            "barrier #1"),
        disagreement(
            "another dtype",
            c -> c.allReduce(empty(DType.FLOAT32, 100), ReduceOp.SUM),
            "allReduce #1 sum float32[100]",
            c -> c.allReduce(empty(DType.INT32, 100), ReduceOp.SUM),
            "allReduce #1 sum int32[100]"),
        disagreement(
            "another number of elements",
            c -> c.allReduce(floats(1, 100_000), ReduceOp.SUM),
            "allReduce #1 sum float32[100000]",
            c -> c.allReduce(floats(1, 100_001), ReduceOp.SUM),
            "allReduce #1 sum float32[100001]"),
        disagreement(
            "another reduction",
            c -> c.allReduce(floats(1, 100), ReduceOp.MEAN),
            "allReduce #1 mean float32[100]",
            c -> c.allReduce(floats(1, 100), ReduceOp.MAX),
            "allReduce #1 max float32[100]"),
        disagreement(
            "another root",
            c -> c.broadcast(floats(1, 100_000), 0),
            "broadcast #1 float32[100000] from rank 0",
            c -> c.broadcast(floats(1, 100_000), 2),
            "broadcast #1 float32[100000] from rank 2"),
        disagreement(
            "another root of a gather",
            c -> c.gather(floats(1, 2), floats(1, 6), 0),
            "gather #1 float32[2] to rank 0",
            c -> c.gather(floats(1, 2), floats(1, 6), 2),
            "gather #1 float32[2] to rank 2"),
        disagreement(
            "a scatter in place of a reduce",
            c -> c.reduce(floats(1, 2), ReduceOp.MAX, 0),
            "reduce #1 max float32[2] to rank 0",
            c -> c.scatter(floats(1, 6), floats(1, 2), 0),
            "scatter #1 float32[2] from rank 0"),
        disagreement(
            "another number of elements for each rank",
            c -> c.allToAll(floats(1, 6), floats(1, 6)),
            "allToAll #1 float32[2]",
            c -> c.allToAll(floats(1, 9), floats(1, 9)),
            "allToAll #1 float32[3]"),
        disagreement(
            "another limit",
            c -> gather(c, 10),
            "allGatherBytes #1 up to 10 bytes",
            c -> gather(c, 20),
            "allGatherBytes #1 up to 20 bytes"),
        disagreement(
            "another number: rank 1 has skipped a call",
            c -> {
              c.group(0, 1, 2).barrier().await();
              return c.barrier();
            },
            "barrier #0 in group",
            c -> c.barrier(),
            "barrier #1"),
        disagreement(
            "a receive in place of a collective",
            c -> c.allGather(floats(1, 2), floats(0, 6)),
            "allGather #1 float32[2]",
            c -> c.recv(floats(0, 2), 0),
            "recv float32[2] from rank 0"),
        disagreement(
            "a send in place of a collective",
            c -> c.reduceScatter(floats(1, 6), floats(1, 2), ReduceOp.SUM),
            "reduceScatter #1 sum float32[2]",
            c -> c.send(floats(0, 2), 2),
            "send float32[2] to rank 2"));
  }

  private interface Call {
    Work make(Communicator communicator);
  }

  private static Work gather(Communicator communicator, int limit) {
    communicator.allGatherBytes(new byte[0], limit);
    return communicator.barrier();
  }

  private static Arguments disagreement(
      String what, Call most, String mostText, Call one, String oneText) {
    return Arguments.of(what, most, mostText, one, oneText);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("disagreements")
  void ranksThatDisagreeAllGetAnErrorWithBothCalls(
      String what, Call most, String mostText, Call one, String oneText) {
    var outcomes =
        Ranks.outcomes(
            world(3),
            communicator -> {
              communicator.barrier().await();
              (communicator.rank() == 1 ? one : most).make(communicator).await();
              communicator.barrier().await();
              return true;
            });
    for (Outcome<Boolean> outcome : outcomes) {
      CollectiveException e = outcome.collectiveException();
      assertThat(e.kind()).as(what).isEqualTo(Kind.MISMATCH);
      assertThat(e.failedRanks()).hasSize(2).contains(1);
      assertThat(e).hasMessageContaining("the ranks disagree: rank ");
      assertThat(e).hasMessageContaining("calls " + mostText);
      assertThat(e).hasMessageContaining("rank 1 calls " + oneText);
      assertThat(e).hasMessageContaining("on rank " + outcome.rank() + ": ");
    }
  }

  @Test
  void aSendAndAReceiveOfDifferentElementsDisagree() {
    var outcomes =
        Ranks.outcomes(
            world(2),
            communicator -> {
              if (communicator.rank() == 0) {
                communicator.send(empty(DType.INT64, 3), 1).await();
              } else {
                communicator.recv(empty(DType.FLOAT32, 4), 0).await();
              }
              return true;
            });
    for (Outcome<Boolean> outcome : outcomes) {
      assertThat(outcome.collectiveException())
          .hasMessageContaining(
              "rank 0 calls send int64[3] to rank 1, rank 1 calls recv float32[4] from rank 0");
    }
  }

  // ---- ranks that fail

  @Test
  void anExceptionOnOneRankReachesAllOthersAsTheFirstCause() {
    var outcomes =
        Ranks.outcomes(
            world(4),
            communicator -> {
              communicator.barrier().await();
              if (communicator.rank() == 2) {
                throw new IllegalStateException("boom");
              }
              Tensor x = floats(1, 50_000);
              communicator.allReduce(x, ReduceOp.SUM).await();
              return true;
            });
    for (Outcome<Boolean> outcome : outcomes) {
      if (outcome.rank() == 2) {
        assertThat(outcome.thrown().orElseThrow()).hasMessage("boom");
      } else {
        CollectiveException e = outcome.collectiveException();
        assertThat(e.kind()).isEqualTo(Kind.ABORTED);
        assertThat(e.failedRanks()).containsExactly(2);
        assertThat(e)
            .hasMessage(
                "allReduce #1 sum float32[50000] on rank %d: rank 2 failed:"
                    + " java.lang.IllegalStateException: boom",
                outcome.rank());
      }
    }
  }

  @Test
  void aRankThatClosesEarlyIsNamed() {
    var outcomes =
        Ranks.outcomes(
            world(3),
            communicator -> {
              communicator.barrier().await();
              if (communicator.rank() != 1) {
                communicator.barrier().await();
              }
              return true;
            });
    for (int rank : new int[] {0, 2}) {
      CollectiveException e = outcomes.get(rank).collectiveException();
      assertThat(e.kind()).isEqualTo(Kind.CLOSED);
      assertThat(e.failedRanks()).containsExactly(1);
      assertThat(e).hasMessage("barrier #1 on rank %d: rank 1 has closed its communicator", rank);
    }
  }

  @Test
  void ranksThatDoNotComeInTimeAreNamedByAll() {
    var othersAreDone = new CountDownLatch(2);
    var outcomes =
        Ranks.outcomes(
            world(3, Duration.ofMillis(150)),
            communicator -> {
              if (communicator.rank() == 1) {
                othersAreDone.await();
                // What the others sent before they gave up may still complete the first barrier, if
                // it
                // overtakes the news that they did; nobody comes to the second.
                communicator.withTimeout(LONG).barrier().await();
                communicator.withTimeout(LONG).barrier().await();
              } else {
                try {
                  communicator.barrier().await();
                } finally {
                  othersAreDone.countDown();
                }
              }
              return true;
            });
    for (Outcome<Boolean> outcome : outcomes) {
      CollectiveException e = outcome.collectiveException();
      assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(e.failedRanks()).containsExactly(1);
      assertThat(e).hasMessageContaining("timed out after PT0.15S: rank 1 did not arrive");
    }
  }

  @Test
  void aReceiveThatNobodySendsTimesOut() {
    var done = new CountDownLatch(1);
    var outcomes =
        Ranks.outcomes(
            world(2, Duration.ofMillis(100)),
            communicator -> {
              if (communicator.rank() == 0) {
                try {
                  communicator.recv(floats(0, 1), 1).await();
                } finally {
                  done.countDown();
                }
              } else {
                done.await();
              }
              return true;
            });
    assertThat(outcomes.get(0).collectiveException())
        .hasMessageContaining("recv float32[1] from rank 1 on rank 0: timed out after PT0.1S")
        .hasMessageContaining("rank 1 has not called send");
  }

  @Test
  void afterAFailureEveryCallThrowsItAtOnce() {
    var called = new CountDownLatch(1);
    var outcomes =
        Ranks.outcomes(
            world(2),
            communicator -> {
              if (communicator.rank() == 1) {
                called.await();
                communicator.abort(new IllegalArgumentException("no more"));
                return communicator.failure().orElseThrow().getMessage();
              }
              Work first = communicator.barrier();
              called.countDown();
              assertThatThrownBy(first::await).isInstanceOf(CollectiveException.class);
              assertThat(first.isDone()).isTrue();
              communicator.abort(new IllegalStateException("an echo"));
              Tensor x = floats(1, 3);
              assertThatThrownBy(() -> communicator.allReduce(x, ReduceOp.SUM))
                  .isInstanceOf(CollectiveException.class)
                  .hasMessageContaining("allReduce #1 sum float32[3] on rank 0: rank 1 failed")
                  .hasMessageContaining("no more");
              return communicator.failure().orElseThrow().getMessage();
            });
    assertThat(outcomes.get(0).value().orElseThrow())
        .isEqualTo(
            "communicator on rank 0: rank 1 failed: java.lang.IllegalArgumentException: no more");
  }

  @Test
  void allCallsThatAreUnderWayEndWhenARankFails() {
    var outcomes =
        Ranks.outcomes(
            world(2),
            communicator -> {
              if (communicator.rank() == 1) {
                throw new IllegalStateException("gone");
              }
              List<Work> works = new ArrayList<>();
              for (int i = 0; i < 5; i++) {
                works.add(communicator.allReduce(floats(1, 100_000), ReduceOp.SUM));
              }
              for (Work work : works) {
                assertThatThrownBy(work::await).isInstanceOf(CollectiveException.class);
              }
              return true;
            });
    // The queue may have heard of it before the last of them was made, which then throws at the
    // call.
    outcomes.get(0).thrown().ifPresent(e -> assertThat(e).isInstanceOf(CollectiveException.class));
  }

  @Test
  void aClosedCommunicatorSaysSo() {
    List<Communicator> world = world(2);
    Ranks.run(world, communicator -> communicator.barrier().await());
    for (Communicator communicator : world) {
      communicator.close();
      assertThatThrownBy(communicator::barrier)
          .isInstanceOf(CollectiveException.class)
          .hasMessage("barrier #1 on rank %d: this communicator is closed", communicator.rank());
    }
  }

  @Test
  void closeFinishesWhatWasStarted() {
    List<Tensor> results = Collections.synchronizedList(new ArrayList<>());
    Ranks.run(
        world(2),
        communicator -> {
          Tensor x = floats(1, 70_000);
          results.add(x);
          communicator.allReduce(x, ReduceOp.SUM); // nobody awaits it
        });
    for (Tensor x : results) {
      assertThat(get(x, 69_999)).isEqualTo(2);
    }
  }

  @Test
  void anInterruptedRankFailsForAll() {
    var waiting = new CountDownLatch(1);
    var threads = new Thread[1];
    var outcomes =
        Ranks.outcomes(
            world(2),
            communicator -> {
              if (communicator.rank() == 0) {
                threads[0] = Thread.currentThread();
                waiting.countDown();
                try {
                  communicator.barrier().await();
                } finally {
                  assertThat(Thread.interrupted()).isTrue();
                }
              } else {
                waiting.await();
                threads[0].interrupt();
                // Not a call: rank 0 must notice by itself, and this rank must hear of it.
                Tensor x = floats(1, 10);
                communicator.recv(x, 0).await();
              }
              return true;
            });
    for (Outcome<Boolean> outcome : outcomes) {
      CollectiveException e = outcome.collectiveException();
      // Rank 1 calls recv where rank 0 is in a barrier: whichever was noticed first is the cause.
      assertThat(e.kind()).isIn(Kind.ABORTED, Kind.MISMATCH);
    }
  }

  // ---- arguments

  @Test
  void wrongArgumentsAreRefusedBeforeAnythingIsSent() {
    Ranks.run(
        world(2),
        communicator -> {
          Tensor ints = empty(DType.INT32, 4);
          assertThatThrownBy(() -> communicator.allReduce(ints, ReduceOp.MEAN))
              .isInstanceOf(DTypeException.class)
              .hasMessage(
                  "allReduce: mean of int32 is not defined: convert to a floating dtype first, or"
                      + " use sum");
          assertThatThrownBy(() -> communicator.allReduce(floats(1, 2), ReduceOp.BXOR))
              .isInstanceOf(DTypeException.class);
          assertThatThrownBy(() -> communicator.allReduce(empty(DType.BOOL, 2), ReduceOp.SUM))
              .isInstanceOf(DTypeException.class);
          assertThatThrownBy(() -> communicator.allGather(floats(1, 2), floats(1, 5)))
              .isInstanceOf(ShapeException.class)
              .hasMessageContaining("for 2 ranks out needs 4 elements");
          assertThatThrownBy(() -> communicator.allGather(floats(1, 2), ints))
              .isInstanceOf(DTypeException.class);
          assertThatThrownBy(() -> communicator.broadcast(ints, 2))
              .hasMessage("broadcast: root 2 is not among the 2 ranks");
          assertThatThrownBy(() -> communicator.reduce(ints, ReduceOp.SUM, -1))
              .hasMessage("reduce: root -1 is not among the 2 ranks");
          assertThatThrownBy(() -> communicator.reduce(ints, ReduceOp.MEAN, 0))
              .isInstanceOf(DTypeException.class);
          int own = communicator.rank();
          assertThatThrownBy(() -> communicator.gather(ints, floats(1, 8), own))
              .isInstanceOf(DTypeException.class);
          assertThatThrownBy(() -> communicator.gather(ints, empty(DType.INT32, 7), own))
              .isInstanceOf(ShapeException.class)
              .hasMessageContaining("for 2 ranks out needs 8 elements");
          assertThatThrownBy(() -> communicator.scatter(empty(DType.INT32, 7), ints, own))
              .isInstanceOf(ShapeException.class)
              .hasMessageContaining("for 2 ranks in needs 8 elements");
          assertThatThrownBy(() -> communicator.allToAll(floats(1, 3), floats(1, 3)))
              .isInstanceOf(ShapeException.class)
              .hasMessageContaining("a multiple of the 2 ranks");
          assertThatThrownBy(() -> communicator.allToAll(ints, floats(1, 4)))
              .isInstanceOf(DTypeException.class);
          assertThatThrownBy(() -> communicator.send(ints, communicator.rank()))
              .hasMessageContaining("cannot be its own peer");
          assertThatThrownBy(() -> communicator.allGatherBytes(new byte[11], 10))
              .hasMessage("allGatherBytes: 11 bytes are more than the limit of 10");
          assertThatThrownBy(() -> communicator.withTimeout(Duration.ZERO))
              .hasMessageContaining("is not positive");
          Tensor meta = Tensor.empty(Shape.of(2), DType.FLOAT32, Device.META);
          assertThatThrownBy(() -> communicator.allReduce(meta, ReduceOp.SUM))
              .isInstanceOf(DeviceException.class);
          Tensor released = floats(1, 2);
          released.release();
          assertThatThrownBy(() -> communicator.allReduce(released, ReduceOp.SUM))
              .isInstanceOf(IllegalStateException.class);
          communicator.barrier().await();
        });
  }
}
