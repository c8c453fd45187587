package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A tensor or generator that is missing: every public function says itself which it lacks. */
class NullArgumentsTest {

  /** {@code equals} takes everything. */
  private static final Set<String> NULLABLE = Set.of("equals");

  static Stream<Arguments> parameters() {
    return Stream.of(Tensor.class, Linalg.class, Fft.class)
        .flatMap(type -> Arrays.stream(type.getMethods()))
        .filter(method -> !method.isBridge() && method.getDeclaringClass() != Object.class)
        .filter(method -> !NULLABLE.contains(method.getName()))
        .flatMap(
            method ->
                IntStream.range(0, method.getParameterCount())
                    .filter(i -> isOperand(method.getParameterTypes()[i]))
                    .mapToObj(i -> Arguments.of(method, i)));
  }

  private static boolean isOperand(Class<?> type) {
    return type == Tensor.class || type == Generator.class;
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void areNamed(Method method, int index) throws ReflectiveOperationException {
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(NullArgumentsTest::sample).toArray();
    arguments[index] = null;
    Tensor receiver = Tensor.of(1.0, 2, 3, 4).reshape(2, 2);
    try {
      method.invoke(Modifier.isStatic(method.getModifiers()) ? null : receiver, arguments);
    } catch (InvocationTargetException e) {
      // An index or a mask may be refused before what is missing is looked at.
      assertThat(e.getCause())
          .isInstanceOfAny(
              NullPointerException.class,
              IllegalArgumentException.class,
              IllegalStateException.class);
      assertThat(e.getCause().getMessage()).matches("[\\w.]+\\W.*").doesNotContain("because");
      return;
    }
    fail("%s takes null as argument %d", method, index);
  }

  private static Object sample(Class<?> type) {
    if (type == Tensor.class) {
      return Tensor.of(1.0, 2, 3, 4).reshape(2, 2);
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    if (type == Linalg.LuFactors.class) {
      return Linalg.lu(Tensor.ones(2, 2));
    }
    return switch (type.getSimpleName().toLowerCase(Locale.ROOT)) {
      case "int" -> 1;
      case "long" -> 1L;
      case "double", "number" -> 0.5;
      case "boolean" -> false;
      case "int[]" -> new int[] {0};
      case "long[]" -> new long[] {2, 2};
      case "index[]" -> new Index[] {Index.at(0)};
      case "shape" -> Shape.of(2, 2);
      case "device" -> Device.CPU;
      case "tensorspec" -> TensorSpec.of(Shape.of(2, 2), DType.FLOAT64);
      case "generator" -> new Generator(1);
      case "list" -> List.of(Tensor.ones(2, 2));
      case "optional" -> Optional.empty();
      case "string" -> "ij->ji";
      default -> throw new IllegalArgumentException("no sample of " + type);
    };
  }
}
