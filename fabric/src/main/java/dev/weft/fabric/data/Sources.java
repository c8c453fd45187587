package dev.weft.fabric.data;

import java.util.Iterator;

/** Ends iterators that hold a file or a connection. */
final class Sources {

  private Sources() {}

  /** Closes an iterator that can be closed. */
  static void close(Iterator<?> iterator) {
    if (iterator instanceof AutoCloseable resource) {
      try {
        resource.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new DataException("IterableDataset: closing the source failed: " + e.getMessage(), e);
      }
    }
  }
}
