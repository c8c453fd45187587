package dev.weft.bench;

/** A library that rows are measured on. Peers are services, found where they are on the path. */
public interface Engine {

  String name();

  /** Computes on so many threads from now on. */
  void threads(int count);

  /** Whether the library has the ops for it. */
  boolean has(Work work);

  /** The work, prepared: memory filled, models built. For work that it has. */
  Task task(Work work);

  /** One run of some work. Everything that it makes is released before it returns. */
  @FunctionalInterface
  interface Task {
    void run();
  }
}
