package dev.weft.fabric.checkpoint;

import dev.weft.engine.Context;
import dev.weft.engine.Nested;
import dev.weft.engine.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Writes checkpoints in the background, one after the other, while training goes on. Tensors are
 * copied before {@link #save} returns, so that later steps do not reach the file.
 *
 * <p>An error of an earlier write is thrown by the next call, or by {@link #teardown}, which waits
 * for what is under way; call it at the end. {@link #load} and {@link #remove} wait too. The JVM
 * does not end before all is written.
 *
 * {@snippet :
 * var writer = new AsyncCheckpointIO(new TorchCheckpointIO());
 * var fabric = Fabric.builder().plugin(writer).build();
 * }
 *
 * <p>Thread-safe.
 */
public final class AsyncCheckpointIO implements CheckpointIO {

  private final CheckpointIO base;

  /** Its thread goes when there is nothing to write, so that it keeps no JVM alive. */
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          100,
          TimeUnit.MILLISECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().name("weft-checkpoint").factory());

  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
  private Optional<IOException> failure = Optional.empty();

  /** Writes and reads with {@code base}. */
  public AsyncCheckpointIO(CheckpointIO base) {
    this.base = base;
    thread.allowCoreThreadTimeOut(true);
  }

  @Override
  public void save(Map<String, ?> checkpoint, Path path) throws IOException {
    throwFailure();
    Map<String, ?> copy;
    try (var _ = Context.current().withoutScope();
        var _ = Context.current().withGrad(false)) {
      copy = Nested.mapTensors(checkpoint, tensor -> tensor.detach().copy());
    }
    synchronized (this) {
      last = last.thenRunAsync(() -> write(copy, path), thread);
    }
  }

  private void write(Map<String, ?> copy, Path path) {
    try {
      base.save(copy, path);
    } catch (IOException | RuntimeException e) {
      var told =
          new IOException(path + " could not be written in the background: " + e.getMessage(), e);
      synchronized (this) {
        failure = failure.or(() -> Optional.of(told));
      }
    } finally {
      Nested.forEachTensor(copy, Tensor::release);
    }
  }

  private void throwFailure() throws IOException {
    Optional<IOException> found;
    synchronized (this) {
      found = failure;
      failure = Optional.empty();
    }
    if (found.isPresent()) {
      throw found.get();
    }
  }

  private void settle() throws IOException {
    CompletableFuture<Void> pending;
    synchronized (this) {
      pending = last;
    }
    pending.join();
    throwFailure();
  }

  @Override
  public Map<String, Object> load(Path path) throws IOException {
    settle();
    return base.load(path);
  }

  @Override
  public void remove(Path path) throws IOException {
    settle();
    base.remove(path);
  }

  /**
   * Returns when all is written.
   *
   * @throws UncheckedIOException when something could not be
   */
  @Override
  public void teardown() {
    try {
      settle();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      base.teardown();
    }
  }
}
