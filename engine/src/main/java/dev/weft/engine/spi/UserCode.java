package dev.weft.engine.spi;

/** Finds the line of a program that led into the library; for messages about what it did there. */
public final class UserCode {

  private UserCode() {}

  /** The innermost frame outside the library, which is the line its user wrote. */
  public static String line() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> !isLibrary(frame.getClassName()))
                    .findFirst()
                    .map(StackWalker.StackFrame::toString)
                    .orElse("inside the library"));
  }

  private static boolean isLibrary(String name) {
    return (name.startsWith("dev.weft.") && !name.endsWith("Test"))
        || name.startsWith("java.")
        || name.startsWith("jdk.");
  }
}
