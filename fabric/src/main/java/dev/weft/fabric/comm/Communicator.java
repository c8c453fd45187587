package dev.weft.fabric.comm;

import dev.weft.engine.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A rank's view of all ranks of a job, and the collectives between them.
 *
 * <p><b>Order.</b> Every rank makes the same calls in the same order; calls with the same number
 * belong together. {@link #send} and {@link #recv} take their place in that order. Each call tells
 * the others what it wants before any data move; when ranks disagree in the collective, its number,
 * dtype, number of elements, reduction or root, all of them get an error, and no data are mixed up.
 *
 * <p><b>Asynchrony.</b> A call returns at once; {@link Work#await} waits for it. Calls of one rank
 * run one after the other, on the thread that waits or on a communication thread. Until then the
 * tensors belong to the call. They may have any layout; contiguous ones are not copied. A scope
 * that releases them does no harm.
 *
 * <p><b>Results.</b> All ranks get the same bits, which depend on the inputs alone: contributions
 * are combined in the order of the ranks, whatever the timing, the size or the transport.
 *
 * <p><b>Failure.</b> When a rank dies, throws or does not come in time, all others get a {@link
 * CollectiveException} that names it, from the calls that are under way and from every later one. A
 * rank that comes late to a collective the others gave up on may still complete it with what they
 * had sent, and fails in the next one. Interrupting a thread that waits for a collective counts as
 * a failure of its rank.
 *
 * <p>Gradients do not flow through collectives. Thread-safe, though calls from several threads have
 * no order of their own, so one thread per rank should make them.
 *
 * {@snippet :
 * Work sum = communicator.allReduce(gradient, ReduceOp.MEAN);
 * // compute something else
 * sum.await();
 * }
 */
public interface Communicator extends AutoCloseable {

  /** A world of one rank, in which every call is done at once. */
  static Communicator single() {
    return ThreadCommunicator.world(1).getFirst();
  }

  /** The number of this rank, from 0; in a group its place in the group. */
  int rank();

  /** How many ranks there are. */
  int size();

  /** How long a call may take, from when it is its turn, until the missing ranks are reported. */
  Duration timeout();

  /** The same ranks and the same order of calls, with another time-out. */
  Communicator withTimeout(Duration timeout);

  /**
   * Some of the ranks, as a communicator of their own; they count as 0, 1, … in the order given.
   * All its members call this with the same list; nothing is sent. Calls on different groups that
   * two ranks share must be made by both in the same order. Closing a group does nothing.
   *
   * @param ranks distinct ranks of this communicator, the own one among them
   */
  Communicator group(int... ranks);

  /**
   * Combines the elements of all ranks, in place: xᵢ ← x⁰ᵢ ∘ x¹ᵢ ∘ ….
   *
   * <p><b>Shape</b>: (*), with the same number of elements on every rank. <b>Dtype</b>: see {@link
   * ReduceOp}.
   */
  Work allReduce(Tensor tensor, ReduceOp op);

  /**
   * Puts the tensors of all ranks one after the other: out[r] ← in of rank r. {@code in} may be the
   * own part of {@code out}.
   *
   * <p><b>Shape</b>: in (*), out with size() times as many elements, such as (size(), *).
   */
  Work allGather(Tensor in, Tensor out);

  /**
   * Combines the elements of all ranks and leaves each rank its part: out ← in⁰[rank] ∘ in¹[rank] ∘
   * …. {@code out} may be the own part of {@code in}; other parts of {@code in} stay as they are.
   *
   * <p><b>Shape</b>: out (*), in with size() times as many elements, such as (size(), *).
   */
  Work reduceScatter(Tensor in, Tensor out, ReduceOp op);

  /**
   * Combines the elements of all ranks in the tensor of {@code root}, in place; those of the other
   * ranks stay as they are. The result has the same bits as that of {@link #allReduce}.
   */
  Work reduce(Tensor tensor, ReduceOp op, int root);

  /** Gives every rank the elements of {@code root}, in place. */
  Work broadcast(Tensor tensor, int root);

  /**
   * Puts the tensors of all ranks one after the other, at {@code root}: out[r] ← in of rank r.
   *
   * <p><b>Shape</b>: in (*), out with size() times as many elements.
   *
   * @param out not looked at on the other ranks, which may pass {@code in} again
   */
  Work gather(Tensor in, Tensor out, int root);

  /**
   * Gives each rank its part of a tensor of {@code root}: out ← in[rank] of the root.
   *
   * <p><b>Shape</b>: out (*), in with size() times as many elements.
   *
   * @param in not looked at on the other ranks, which may pass {@code out} again
   */
  Work scatter(Tensor in, Tensor out, int root);

  /**
   * Gives each rank its part of every rank's tensor: out[r] ← in[rank] of rank r.
   *
   * <p><b>Shape</b>: in and out have equally many elements, a multiple of size(), such as (size(),
   * *). They may not share memory.
   */
  Work allToAll(Tensor in, Tensor out);

  /** Done when every rank has called it. */
  Work barrier();

  /**
   * Sends the elements to {@code peer}; done when that rank has received them. (Only where ranks
   * wait for each other in a ring, the data are set aside and it is done earlier.)
   */
  Work send(Tensor tensor, int peer);

  /** Receives elements from {@code peer}, which sends the same number of the same dtype. */
  Work recv(Tensor tensor, int peer);

  /**
   * Gives every rank the bytes of all ranks, in rank order, and waits for them.
   *
   * @param mine what this rank contributes; lengths may differ
   * @param limit the most bytes that any rank may contribute; the same on every rank
   */
  List<byte[]> allGatherBytes(byte[] mine, int limit);

  /**
   * Gives every rank the bytes of {@code root}, and waits for them.
   *
   * @param value what the root sends; ignored on the other ranks, which may pass an empty array
   * @param limit the most bytes that the root may send; the same on every rank
   */
  byte[] broadcastBytes(byte[] value, int root, int limit);

  /**
   * Gives up, for all ranks: their calls end with a {@link CollectiveException} that names this
   * rank and {@code cause}. After an earlier failure it does nothing, so the first cause remains.
   * Any thread may call it.
   */
  void abort(Throwable cause);

  /** What broke this communicator, if something did. */
  Optional<CollectiveException> failure();

  /**
   * Finishes what was started, says goodbye and frees threads and sockets. Ranks that still count
   * on this one get an error. Closing twice is harmless.
   */
  @Override
  void close();
}
