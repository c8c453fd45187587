package dev.weft.fabric.data;

import java.util.Iterator;
import java.util.function.Function;

/** The elements of another iterator, each changed. */
record MappedIterator<S, R>(Iterator<S> source, Function<? super S, ? extends R> transform)
    implements Iterator<R>, AutoCloseable {

  @Override
  public boolean hasNext() {
    return source.hasNext();
  }

  @Override
  public R next() {
    return transform.apply(source.next());
  }

  @Override
  public void close() {
    Sources.close(source);
  }
}
