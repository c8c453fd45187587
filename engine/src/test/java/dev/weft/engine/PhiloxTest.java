package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Known answers are those of Random123's kat_vectors for philox4x32-10. */
class PhiloxTest {

  private static int[] block(long counterLow, long counterHigh, long key) {
    int[] words = new int[4];
    Philox.block(counterLow, counterHigh, key, words);
    return words;
  }

  @Test
  void knownAnswers() {
    assertThat(block(0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(block(-1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    // The counter's words are 243f6a88 85a308d3 13198a2e 03707344, the key's a4093822 299f31d0.
    assertThat(block(0x85a308d3243f6a88L, 0x0370734413198a2eL, 0x299f31d0a4093822L))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void wordsFollowTheBlocks() {
    for (long index = 0; index < 40; index++) {
      for (int plane = 0; plane < 4; plane++) {
        assertThat(Philox.word(77, index, plane))
            .isEqualTo(block(index / 4, plane, 77)[(int) (index % 4)]);
      }
    }
  }

  @Test
  void uniformNumbersUse53Bits() {
    assertThat(Philox.uniform(0, 0)).isZero();
    assertThat(Philox.uniform(-1, -1)).isEqualTo(1 - 0x1p-53);
    assertThat(Philox.uniform(1 << 31, 0)).isEqualTo(0.5);
    assertThat(Philox.uniform(0, 1 << 11)).isEqualTo(0x1p-53);
  }

  @Test
  void normalNumbersAreFiniteAtTheEnds() {
    assertThat(Philox.normal(0, 0)).isZero();
    assertThat(Philox.normal(1 - 0x1p-53, 0)).isBetween(8.5, 8.6); // √(2 · 53 · log 2)
  }
}
