package dev.weft.fabric.data;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Every {@code count}-th element of another iterator. */
final class ShardIterator<S> implements Iterator<S>, AutoCloseable {

  private final Iterator<S> source;
  private final int count;
  private int skip;

  ShardIterator(Iterator<S> source, int index, int count) {
    this.source = source;
    this.count = count;
    this.skip = index;
  }

  @Override
  public boolean hasNext() {
    for (; skip > 0 && source.hasNext(); skip--) {
      source.next();
    }
    return source.hasNext();
  }

  @Override
  public S next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    skip = count - 1;
    return source.next();
  }

  @Override
  public void close() {
    Sources.close(source);
  }
}
