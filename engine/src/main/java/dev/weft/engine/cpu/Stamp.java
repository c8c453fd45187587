package dev.weft.engine.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.List;

/**
 * Makes copies of a loop class, one per op: hidden classes whose class data says what the loop does
 * with each register. In a copy that is a constant, so C2 inlines it and no register is boxed.
 */
final class Stamp {

  private static final Lookup HERE = MethodHandles.lookup();

  private Stamp() {}

  /**
   * A copy of {@code source}, which has a constructor without arguments and reads {@code data} with
   * {@link #data}.
   */
  static <L> L copyOf(Class<? extends L> source, Object data) {
    String file = source.getName().substring(source.getPackageName().length() + 1) + ".class";
    try (InputStream in = source.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the class file of " + source + " is missing");
      }
      return instance(HERE.defineHiddenClassWithClassData(in.readAllBytes(), data, true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An instance of the class in {@code classFile}, which implements {@code type}. */
  static <L> L instanceOf(Class<L> type, byte[] classFile) {
    return instanceOf(type, classFile, List.of());
  }

  /** The same; {@code data} is the class data. */
  static <L> L instanceOf(Class<L> type, byte[] classFile, List<?> data) {
    try {
      return type.cast(instance(HERE.defineHiddenClassWithClassData(classFile, data, true)));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked") // a copy has the interfaces of its source
  private static <L> L instance(Lookup copy) {
    try {
      return (L) copy.lookupClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the copy that {@code inside} belongs to was made with. */
  static <D> D data(Lookup inside, Class<D> type) {
    try {
      return MethodHandles.classData(inside, "_", type);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
