package dev.weft.fabric.text;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;

/** What standard error is connected to. */
final class Terminal {

  /** Until the width is known: few terminals are narrower. */
  private static final int NARROW = 60;

  private static final int USUAL = 80;

  private Terminal() {}

  /**
   * Whether somebody watches standard error. The JDK only knows this of standard input and output
   * taken together, so Linux is asked first: there it costs less, and is right for {@code 2>log}.
   */
  static boolean isPresent() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    Path link = Path.of("/proc/self/fd/2");
    if (Files.isSymbolicLink(link)) {
      try {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
      } catch (IOException e) {
        return false;
      }
    }
    var console = System.console();
    return console != null && console.isTerminal();
  }

  /**
   * The number of columns: {@code COLUMNS} of the environment, or what {@code stty} says. It is
   * asked in the background, because starting a process takes longer than many a first step.
   */
  static IntSupplier columns() {
    String declared = System.getenv("COLUMNS");
    if (declared != null && declared.matches("[1-9][0-9]{0,3}")) {
      int columns = Integer.parseInt(declared);
      return () -> columns;
    }
    var answer = new CompletableFuture<Integer>();
    Thread.ofPlatform()
        .daemon()
        .name("weft-terminal")
        .start(() -> answer.complete(askForColumns()));
    return () -> answer.getNow(NARROW);
  }

  private static int askForColumns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (var words = new Scanner(stty.inputReader())) {
        int rows = words.hasNextInt() ? words.nextInt() : 0;
        int columns = rows >= 0 && words.hasNextInt() ? words.nextInt() : 0;
        return columns > 0 ? columns : USUAL;
      }
    } catch (IOException e) { // no such program, as on Windows
      return USUAL;
    }
  }
}
