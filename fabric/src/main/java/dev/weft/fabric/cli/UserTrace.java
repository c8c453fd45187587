package dev.weft.fabric.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exception as text, with the user's frames only: those of Weft and the JDK say nothing about
 * the script. Where an exception has no others they stay.
 */
final class UserTrace {

  /** Shows all frames. */
  private static final String PROPERTY = "weft.fullTrace";

  private static final List<String> LIBRARIES =
      List.of(
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "com.sun.",
          "dev.weft.",
          "org.apache.arrow.",
          "picocli.");

  /** Of an endless recursion the first ones are enough. */
  private static final int MOST_FRAMES = 40;

  private final StringBuilder text = new StringBuilder();
  private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final boolean full;

  /** Whether the exception came out of a library, so that its own frames may be of interest. */
  private boolean shortened;

  private UserTrace(boolean full) {
    this.full = full;
  }

  /**
   * An exception as text.
   *
   * @param label stands before its name
   */
  static String of(Throwable thrown, String label) {
    var trace = new UserTrace(System.getProperty(PROPERTY) != null);
    trace.add(thrown, "", label);
    if (trace.shortened) {
      trace
          .text
          .append("(frames of Weft and the JDK are left out; JDK_JAVA_OPTIONS=-D")
          .append(PROPERTY)
          .append(" shows them)\n");
    }
    return trace.text.toString();
  }

  private void add(Throwable thrown, String indent, String label) {
    text.append(indent).append(label).append(thrown).append('\n');
    if (!seen.add(thrown)) {
      return;
    }
    List<StackTraceElement> frames = frames(thrown);
    for (StackTraceElement frame : frames.subList(0, Math.min(MOST_FRAMES, frames.size()))) {
      text.append(indent).append("\tat ").append(frame).append('\n');
    }
    if (frames.size() > MOST_FRAMES) {
      text.append(indent).append("\t… ").append(frames.size() - MOST_FRAMES).append(" more\n");
    }
    for (Throwable suppressed : thrown.getSuppressed()) {
      add(suppressed, indent + "\t", "Suppressed: ");
    }
    @Nullable Throwable cause = thrown.getCause();
    if (cause != null) {
      add(cause, indent, "Caused by: ");
    }
  }

  private List<StackTraceElement> frames(Throwable thrown) {
    List<StackTraceElement> all = Arrays.asList(thrown.getStackTrace());
    var users = new ArrayList<StackTraceElement>();
    for (StackTraceElement frame : all) {
      if (!isLibrary(frame)) {
        users.add(frame);
      }
    }
    if (full || users.isEmpty()) {
      return all;
    }
    shortened |= isLibrary(all.getFirst());
    return users;
  }

  private static boolean isLibrary(StackTraceElement frame) {
    return LIBRARIES.stream().anyMatch(frame.getClassName()::startsWith);
  }
}
