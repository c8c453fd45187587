package dev.weft.fabric;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers the characters (Unicode code points) of a text, in the order of their codes. Immutable.
 */
public final class CharTokenizer {

  private final int[] characters;
  private final Map<Integer, Integer> ids = new HashMap<>();

  private CharTokenizer(int[] characters) {
    this.characters = characters;
    for (int id = 0; id < characters.length; id++) {
      ids.put(characters[id], id);
    }
  }

  /** Learns the characters that occur in {@code text}. */
  public static CharTokenizer fit(String text) {
    return new CharTokenizer(text.codePoints().distinct().sorted().toArray());
  }

  /** The number of different characters. */
  public int size() {
    return characters.length;
  }

  /**
   * The numbers of a text's characters: int64 (length).
   *
   * @throws IllegalArgumentException naming a character that was not in the text it was fitted to
   */
  public Tensor encode(String text) {
    return Tensor.of(text.codePoints().mapToLong(this::id).toArray());
  }

  private long id(int character) {
    Integer id = ids.get(character);
    if (id == null) {
      throw new IllegalArgumentException(
          "CharTokenizer.encode: character '"
              + Character.toString(character)
              + "' (code "
              + character
              + ") is not among the "
              + size()
              + " it was fitted to");
    }
    return id;
  }

  /**
   * The text of numbers from {@link #encode}; the tensor's elements are read in row-major order.
   *
   * @throws IllegalArgumentException when a number is not that of a character
   */
  public String decode(Tensor tokens) {
    if (!tokens.dtype().isInteger()) {
      throw new DTypeException(
          "CharTokenizer.decode: "
              + tokens.dtype()
              + " is not an integer dtype; use x.to("
              + DType.INT64
              + ")");
    }
    var text = new StringBuilder();
    for (long id : tokens.toLongArray()) {
      if (id < 0 || id >= size()) {
        throw new IllegalArgumentException(
            "CharTokenizer.decode: " + id + " is not between 0 and " + (size() - 1));
      }
      text.appendCodePoint(characters[(int) id]);
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return "CharTokenizer[size=" + size() + "]";
  }
}
