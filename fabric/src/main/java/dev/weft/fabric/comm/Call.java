package dev.weft.fabric.comm;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/**
 * What one rank asked for, checked and free of tensors: a header, who takes part, and the memory.
 *
 * @param members world ranks that take part, in the order in which values are combined
 * @param index the position of this rank among them
 * @param in contiguous elements to read
 * @param out contiguous elements to write; the same as {@code in} where a collective works in place
 * @param bytes this rank's contribution to a call that moves bytes
 * @param gathered where the contributions of all members go, in a call that moves bytes
 * @param buffers the tensors behind {@code in} and {@code out}, held until the call has ended
 */
record Call(
    Header header,
    List<Integer> members,
    int index,
    MemorySegment in,
    MemorySegment out,
    byte[] bytes,
    byte[][] gathered,
    List<Buffer> buffers,
    Duration timeout) {

  static final byte[] NO_BYTES = {};

  int rank() {
    return members.get(index);
  }

  int size() {
    return members.size();
  }

  /** Bytes of one element; 1 where there are none. */
  int elementBytes() {
    return header.dtype().map(dtype -> dtype.bytes()).orElse(1);
  }

  /** Results are in place: whatever was staged moves to where the user expects it. */
  void finish() {
    buffers.forEach(Buffer::finish);
  }

  /** The call has ended, well or not. */
  void release() {
    buffers.forEach(Buffer::release);
  }
}
