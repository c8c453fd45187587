package dev.weft.fabric.data.arrow;

import static java.lang.Integer.rotateLeft;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The 32-bit checksum of LZ4 frames, with seed 0. Source: Collet, xxHash specification, 0.1.1. */
final class XxHash32 {

  private static final int PRIME_1 = 0x9E3779B1;
  private static final int PRIME_2 = 0x85EBCA77;

  /** Their sum, modulo 2³². */
  private static final int PRIME_1_PLUS_2 = 0x24234428;

  private static final int PRIME_3 = 0xC2B2AE3D;
  private static final int PRIME_4 = 0x27D4EB2F;
  private static final int PRIME_5 = 0x165667B1;
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private XxHash32() {}

  static int of(MemorySegment data) {
    long size = data.byteSize();
    long at = 0;
    int hash = PRIME_5;
    if (size >= 16) {
      int a = PRIME_1_PLUS_2;
      int b = PRIME_2;
      int c = 0;
      int d = -PRIME_1;
      for (; at <= size - 16; at += 16) {
        a = round(a, data.get(WORD, at));
        b = round(b, data.get(WORD, at + 4));
        c = round(c, data.get(WORD, at + 8));
        d = round(d, data.get(WORD, at + 12));
      }
      hash = rotateLeft(a, 1) + rotateLeft(b, 7) + rotateLeft(c, 12) + rotateLeft(d, 18);
    }
    hash += (int) size;
    for (; at <= size - 4; at += 4) {
      hash = rotateLeft(hash + data.get(WORD, at) * PRIME_3, 17) * PRIME_4;
    }
    for (; at < size; at++) {
      int value = data.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
      hash = rotateLeft(hash + value * PRIME_5, 11) * PRIME_1;
    }
    hash = (hash ^ hash >>> 15) * PRIME_2;
    hash = (hash ^ hash >>> 13) * PRIME_3;
    return hash ^ hash >>> 16;
  }

  private static int round(int lane, int word) {
    return rotateLeft(lane + word * PRIME_2, 13) * PRIME_1;
  }
}
