package dev.weft.fabric.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WireValuesTest {

  private static final WireValues PLAIN = WireValues.plain();

  private static Object copy(Object value) {
    return PLAIN.decode(PLAIN.encode(value));
  }

  @Test
  void plainValuesKeepTheirTypeAndTheirBits() {
    for (Object value :
        List.of(
            true,
            false,
            0,
            Integer.MIN_VALUE,
            0L,
            Long.MAX_VALUE,
            -0f,
            Float.MIN_VALUE,
            Float.NaN,
            Double.NEGATIVE_INFINITY,
            -0.0,
            "",
            "grüße, 世界 😀",
            "half a pair: \uD83D!",
            "\0")) {
      assertThat(copy(value)).isEqualTo(value).hasSameClassAs(value);
    }
    assertThat(PLAIN.decode(PLAIN.encode(null))).isNull();
    float payload = Float.intBitsToFloat(0x7FC12345);
    assertThat(Float.floatToRawIntBits((Float) copy(payload))).isEqualTo(0x7FC12345);
    assertThat((byte[]) copy(new byte[] {1, -1, 0})).containsExactly(1, -1, 0);
  }

  @Test
  void containersKeepTheirOrderAndMayHoldNull() {
    Map<Object, Object> map = new LinkedHashMap<>();
    map.put("z", 1);
    map.put("a", Arrays.asList(1L, null, List.of()));
    map.put(3, Map.of());
    map.put(null, null);
    Map<?, ?> decoded = (Map<?, ?>) copy(map);
    assertThat(decoded).isEqualTo(map);
    assertThat(new ArrayList<Object>(decoded.keySet())).containsExactly("z", "a", 3, null);
  }

  @Test
  void tensorsKeepShapeDtypeAndBytes() {
    for (DType dtype : DType.values()) {
      Tensor x = Tensors.empty(dtype, 2, 3, 5);
      x.segment().copyFrom(Tensors.random(dtype, 30, 1).segment());
      Tensor y = (Tensor) ((List<?>) copy(List.of("x", x))).get(1);
      assertThat(y.dtype()).isEqualTo(dtype);
      assertThat(y.shape()).isEqualTo(Shape.of(2, 3, 5));
      assertThat(Tensors.bytes(y)).isEqualTo(Tensors.bytes(x));
    }
    assertThat(((Tensor) copy(Tensors.empty(DType.INT8, 3, 0))).shape()).isEqualTo(Shape.of(3, 0));
    assertThat(((Tensor) copy(Tensors.empty(DType.INT8))).shape()).isEqualTo(Shape.SCALAR);
  }

  private record Point(int x, int y) {}

  private static WireValues withPoint() {
    return PLAIN.with(
        "point",
        Point.class,
        point -> List.of(point.x(), point.y()),
        value -> new Point((Integer) ((List<?>) value).get(0), (Integer) ((List<?>) value).get(1)));
  }

  @Test
  void registeredTypesTravelAsWhatTheirCodecMakesOfThem() {
    WireValues values = withPoint();
    Object value = Map.of("at", List.of(new Point(1, 2), new Point(3, 4)));
    assertThat(values.decode(values.encode(value))).isEqualTo(value);

    assertThatThrownBy(() -> PLAIN.decode(values.encode(value)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("'point' is not a registered type");
    WireValues other = PLAIN.with("point", Point.class, p -> "p", v -> new Point((Integer) v, 0));
    assertThatThrownBy(() -> values.decode(other.encode(new Point(1, 2))))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("'point' cannot be made of this")
        .hasCauseInstanceOf(ClassCastException.class);
    assertThatThrownBy(() -> values.with("point", String.class, s -> s, v -> "v"))
        .hasMessageContaining("registered already");
  }

  @Test
  void otherTypesAreRefusedByNameAndPlace() {
    assertThatThrownBy(() -> PLAIN.encode(Map.of("metrics", List.of(1, new BigDecimal("1.5")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("WireValues: value[metrics][1]: a java.math.BigDecimal: only null")
        .hasMessageContaining("register its type with WireValues.with");
    assertThatThrownBy(() -> PLAIN.encode(Map.of(new Point(0, 0), 1)))
        .hasMessageContaining("value[a key]: a " + Point.class.getName());
  }

  @Test
  void depthAndLengthAreLimitedBothWays() {
    List<Object> itself = new ArrayList<>();
    itself.add(itself);
    assertThatThrownBy(() -> PLAIN.encode(itself)).hasMessageContaining("in itself");

    WireValues deep = PLAIN.withLimits(1000, 1 << 20);
    Object nested = List.of();
    for (int level = 1; level < 1000; level++) {
      nested = List.of(nested);
    }
    byte[] bytes = deep.encode(nested);
    assertThat(deep.decode(bytes)).isEqualTo(nested);
    assertThatThrownBy(() -> PLAIN.decode(bytes))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("nested more than 100 levels deep");

    WireValues brief = PLAIN.withLimits(10, 50);
    assertThatThrownBy(() -> brief.encode(List.of("x".repeat(60))))
        .hasMessage("WireValues: value[0]: does not fit into 50 bytes");
    assertThatThrownBy(() -> brief.encode(Tensors.floats(1, 20)))
        .hasMessageContaining("does not fit into 50 bytes");
    assertThatThrownBy(() -> brief.decode(PLAIN.encode("x".repeat(60))))
        .isInstanceOf(WireFormatException.class);
  }

  @Test
  void bytesThatEndEarlyOrGoOnAreRefused() {
    WireValues values = withPoint();
    byte[] whole =
        values.encode(
            Arrays.asList(
                1,
                2L,
                3f,
                4.0,
                "five",
                new byte[6],
                null,
                Map.of("k", new Point(7, 8)),
                Tensors.floats(1, 9)));
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> values.decode(part)).isInstanceOf(WireFormatException.class);
    }
    assertThatThrownBy(() -> values.decode(Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("more bytes than the value has");
  }

  @Test
  void damagedBytesGiveAValueOrACleanException() {
    WireValues values = withPoint();
    byte[] whole =
        values.encode(
            Arrays.asList(
                1, "two", Map.of("k", new Point(7, 8)), Tensors.floats(1, 3), new byte[4]));
    var random = new SplittableRandom(1);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        values.decode(damaged);
      } catch (WireFormatException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }

  @Test
  void whatTheBytesClaimIsCheckedBeforeMemoryIsTaken() {
    byte[] magic = Arrays.copyOf(PLAIN.encode(null), 5);
    for (byte tag = 0; tag < 20; tag++) {
      for (int claim : new int[] {Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 1 << 28}) {
        ByteBuffer bytes = ByteBuffer.allocate(40).put(magic).put(tag).putInt(claim);
        if (tag >= 7) {
          assertThatThrownBy(() -> PLAIN.decode(bytes.array()))
              .isInstanceOf(WireFormatException.class);
        }
      }
    }
    // A tensor whose sizes overflow when multiplied.
    ByteBuffer tensor = ByteBuffer.allocate(5 + 1 + 2 + 16).put(magic).put((byte) 12);
    tensor.put((byte) 0).put((byte) 2).putLong(1L << 40).putLong(1L << 40);
    assertThatThrownBy(() -> PLAIN.decode(tensor.array()))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("impossible size");
  }

  @Test
  void aKeyMayOccurOnlyOnce() {
    byte[] bytes = PLAIN.encode(Map.of("a", 1, "b", 2));
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 'b') {
        bytes[i] = 'a';
      }
    }
    assertThatThrownBy(() -> PLAIN.decode(bytes))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("the same key twice");
  }
}
