package dev.weft.fabric.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Context;
import dev.weft.engine.Generator;
import dev.weft.engine.Tensor;
import dev.weft.fabric.Lines;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches, whoever makes them. */
class DataLoaderTest {

  record Pair(Tensor x, Tensor y) {}

  private static Dataset<Pair> pairs(int count) {
    return Dataset.ofTensors(
        new Pair(Tensor.arange(2L * count).view(count, 2), Tensor.arange(count)));
  }

  private static List<List<Long>> labels(DataLoader<Pair> loader) {
    var batches = new ArrayList<List<Long>>();
    loader.forEach(batch -> batches.add(values(batch.y())));
    return batches;
  }

  private static List<Long> values(Tensor tensor) {
    return LongStream.of(tensor.toLongArray()).boxed().toList();
  }

  @Test
  void batchesKeepTheOrderAndTheRecord() {
    var loader = DataLoader.of(pairs(5)).batchSize(2).build();
    assertThat(loader.length()).isEqualTo(3);
    assertThat(labels(loader)).containsExactly(List.of(0L, 1L), List.of(2L, 3L), List.of(4L));
    Pair first = loader.iterator().next();
    assertThat(first.x().toLongArray()).containsExactly(0, 1, 2, 3);
    assertThat(first.x().shape().toString()).isEqualTo("(2, 2)");
  }

  @Test
  void workersDeliverWhatTheThreadItselfWould() {
    var alone = DataLoader.of(pairs(101)).batchSize(7).shuffle(true).generator(new Generator(3));
    var crew =
        DataLoader.of(pairs(101)).batchSize(7).shuffle(true).generator(new Generator(3)).workers(3);
    assertThat(labels(crew.build())).isEqualTo(labels(alone.build()));
  }

  // ------------------------------------------------------------------------- resuming

  private static DataLoader<Pair> loader(int workers, boolean distributed, long seed) {
    var loader =
        DataLoader.of(pairs(50))
            .batchSize(4)
            .shuffle(true)
            .workers(workers)
            .generator(new Generator(seed))
            .build();
    return distributed ? loader.distributed(2, 1, 9) : loader;
  }

  @ParameterizedTest
  @CsvSource({
    "0, false, 0",
    "0, false, 5",
    "2, false, 5",
    "0, true, 3",
    "2, true, 3",
    "0, true, 7"
  })
  void anEpochGoesOnInTheMiddle(int workers, boolean distributed, int taken) {
    var uninterrupted = loader(workers, distributed, 5);
    List<List<Long>> first = labels(uninterrupted);
    List<List<Long>> second = labels(uninterrupted);

    var before = loader(workers, distributed, 5);
    Iterator<Pair> pass = before.iterator();
    for (int i = 0; i < taken; i++) {
      assertThat(values(pass.next().y())).isEqualTo(first.get(i));
    }
    Map<String, Object> state = before.stateDict();
    var after = loader(workers, distributed, 77);
    after.loadStateDict(state);
    assertThat(labels(after)).isEqualTo(first.subList(taken, first.size()));
    assertThat(labels(after)).isEqualTo(second);
  }

  @Test
  void streamsGoOnToo() {
    IterableDataset<Tensor> stream =
        () -> LongStream.range(0, 20).mapToObj(i -> Tensor.of(i)).iterator();
    var before = DataLoader.of(stream).batchSize(3).build();
    Iterator<Tensor> pass = before.iterator();
    pass.next();
    pass.next();
    var after = DataLoader.of(stream).batchSize(3).build();
    after.loadStateDict(before.stateDict());
    assertThat(after.iterator().next().toLongArray()).containsExactly(6, 7, 8);
  }

  @Test
  void aStateOfSomethingElseIsRefused() {
    var loader = loader(0, false, 1);
    assertThatThrownBy(() -> loader.loadStateDict(Map.of("epoch", "one")))
        .hasMessageContaining("'epoch' is missing or no whole number");
  }

  // ------------------------------------------------------------------------- epochs

  private static final class Watched implements Sampler {
    final List<Long> epochs = new ArrayList<>();

    @Override
    public PrimitiveIterator.OfLong indices(Generator generator) {
      return LongStream.range(0, 4).iterator();
    }

    @Override
    public OptionalLong length() {
      return OptionalLong.of(4);
    }

    @Override
    public void setEpoch(long epoch) {
      epochs.add(epoch);
    }
  }

  @Test
  void theSamplerIsToldTheEpochWithTheFirstElement() {
    var sampler = new Watched();
    var loader = DataLoader.of(pairs(4)).sampler(sampler).build();
    var _ = loader.iterator();
    assertThat(sampler.epochs).isEmpty();
    labels(loader);
    loader.iterator().next();
    labels(loader);
    assertThat(sampler.epochs).containsExactly(0L, 1L, 2L);
    loader.setEpoch(9);
    labels(loader);
    assertThat(sampler.epochs).endsWith(9L);
  }

  @Test
  void shuffledEpochsOfADistributedLoaderDiffer() {
    var loader = DataLoader.of(pairs(40)).shuffle(Shuffle.MT19937).build().distributed(2, 0, 3);
    List<List<Long>> first = labels(loader);
    assertThat(labels(loader)).isNotEqualTo(first);
    var sampler = new DistributedSampler(40, 2, 0, true, 3, false, Shuffle.MT19937);
    var expected = new ArrayList<List<Long>>();
    sampler.indices(new Generator(0)).forEachRemaining((long i) -> expected.add(List.of(i)));
    assertThat(first).isEqualTo(expected);
  }

  // ------------------------------------------------------------------------- samplers

  @Test
  void eachOrderHasItsDistributedForm() {
    var sequential = DataLoader.of(pairs(10)).batchSize(2).build().distributed(2, 1, 5);
    assertThat(sequential.sampler().orElseThrow())
        .isInstanceOfSatisfying(
            DistributedSampler.class,
            sampler -> {
              assertThat(sampler.shuffle()).isFalse();
              assertThat(sampler.seed()).isEqualTo(5);
            });
    var random = DataLoader.of(pairs(10)).shuffle(true).build().distributed(2, 1, 5);
    assertThat(((DistributedSampler) random.sampler().orElseThrow()).shuffle()).isTrue();
    assertThat(random.distributed(4, 3, 1)).isSameAs(random);
    var custom = DataLoader.of(pairs(4)).sampler(new Watched()).build().distributed(2, 1, 5);
    assertThat(custom.sampler().orElseThrow()).isInstanceOf(DistributedSamplerWrapper.class);
    assertThat(labels(custom)).containsExactly(List.of(1L), List.of(3L));
    IterableDataset<Tensor> stream = () -> List.of(Tensor.of(1L)).iterator();
    var streamed = DataLoader.of(stream).build();
    assertThat(streamed.distributed(2, 0, 0)).isSameAs(streamed);
    var oneRank = DataLoader.of(pairs(4)).build().distributed(1, 0, 0);
    assertThat(oneRank.sampler().orElseThrow()).isInstanceOf(DistributedSampler.class);
  }

  @Test
  void aSamplerWithoutLengthCannotBeShared() {
    Sampler endless =
        new Sampler() {
          @Override
          public PrimitiveIterator.OfLong indices(Generator generator) {
            return LongStream.iterate(0, i -> i + 1).iterator();
          }

          @Override
          public OptionalLong length() {
            return OptionalLong.empty();
          }
        };
    var loader = DataLoader.of(pairs(4)).sampler(endless).build();
    assertThatThrownBy(() -> loader.distributed(2, 0, 0))
        .hasMessageContaining("unknown or infinite")
        .hasMessageContaining("without a distributed sampler");
  }

  @Test
  void aBatchSamplerOfTheUserIsRebuiltOrRefused() {
    BatchSampler odd =
        new BatchSampler() {
          @Override
          public Iterator<long[]> batches(Generator generator) {
            return List.of(new long[] {1, 3}).iterator();
          }

          @Override
          public OptionalLong length() {
            return OptionalLong.of(1);
          }
        };
    var loader = DataLoader.of(pairs(4)).batchSampler(odd).build();
    assertThat(labels(loader)).containsExactly(List.of(1L, 3L));
    assertThatThrownBy(() -> loader.distributed(2, 0, 0))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("implement withSampler");
    var fixed =
        DataLoader.of(pairs(6))
            .batchSampler(BatchSampler.of(new SequentialSampler(6), 2, true))
            .build();
    assertThat(labels(fixed.distributed(2, 0, 0))).containsExactly(List.of(0L, 2L));
  }

  // ------------------------------------------------------------------------- workers

  private static Dataset<Tensor> dataset(int size, java.util.function.LongFunction<Tensor> get) {
    return new Dataset<>() {
      @Override
      public Tensor get(long index) {
        return get.apply(index);
      }

      @Override
      public long size() {
        return size;
      }
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aSampleThatFailsIsNamed(int workers) {
    Dataset<Tensor> broken =
        dataset(
            8,
            index -> {
              if (index == 5) {
                throw new IllegalStateException("disk on fire");
              }
              return Tensor.of(index);
            });
    var loader = DataLoader.of(broken).batchSize(2).workers(workers).build();
    Iterator<Tensor> pass = loader.iterator();
    pass.next();
    pass.next();
    assertThatThrownBy(pass::hasNext)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("sample 5")
        .hasMessageContaining("batch 2")
        .hasMessageContaining("disk on fire")
        .hasMessageContaining(workers == 0 ? "batch 2)" : "worker 0");
    assertThat(pass.hasNext()).isFalse();
    assertThat(loader.iterator().next().toLongArray()).containsExactly(0, 1);
  }

  @Test
  void aWorkerThatHangsIsNamedAndInterrupted() throws InterruptedException {
    var never = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    Dataset<Tensor> stuck =
        dataset(
            4,
            _ -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return Tensor.of(0L);
            });
    var loader = DataLoader.of(stuck).workers(1).timeout(Duration.ofMillis(100)).build();
    assertThatThrownBy(() -> loader.iterator().hasNext())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("batch 0 is not ready after PT0.1S")
        .hasMessageContaining("worker 0 is at");
    interrupted.await();
  }

  @Test
  void workersMayBeVirtualThreads() {
    var virtual = new AtomicBoolean(true);
    Dataset<Tensor> blocking =
        dataset(
            20,
            index -> {
              virtual.compareAndSet(true, Thread.currentThread().isVirtual());
              return Tensor.of(index);
            });
    var loader = DataLoader.of(blocking).workers(8).threads(Thread.ofVirtual().factory()).build();
    var seen = new ArrayList<Long>();
    loader.forEach(batch -> seen.addAll(values(batch)));
    assertThat(seen).isEqualTo(LongStream.range(0, 20).boxed().toList());
    assertThat(virtual).isTrue();
  }

  @Test
  void workersDrawNumbersOfTheirOwnAndTheSameEveryTime() {
    Dataset<Tensor> noisy = dataset(6, _ -> Tensor.rand(1));
    List<Double> first = new ArrayList<>();
    List<Double> again = new ArrayList<>();
    for (List<Double> drawn : List.of(first, again)) {
      var loader = DataLoader.of(noisy).workers(3).generator(new Generator(4)).build();
      loader.forEach(batch -> drawn.add(batch.item()));
    }
    assertThat(first).doesNotHaveDuplicates().isEqualTo(again);
  }

  @Test
  void workerInitRunsInEachWorker() {
    var started = ConcurrentHashMap.<Integer>newKeySet();
    var loader =
        DataLoader.of(pairs(8))
            .workers(2)
            .workerInit(
                worker -> {
                  started.add(worker.id());
                  assertThat(WorkerInfo.current()).hasValue(worker);
                })
            .build();
    labels(loader);
    assertThat(started).containsExactlyInAnyOrder(0, 1);
    assertThat(WorkerInfo.current()).isEmpty();
    var failing =
        DataLoader.of(pairs(8))
            .workers(1)
            .workerInit(
                _ -> {
                  throw new IllegalStateException("no licence");
                })
            .build();
    assertThatThrownBy(() -> labels(failing)).hasMessageContaining("start of worker 0: no licence");
  }

  @Test
  void seedsOfWorkersAreLightnings() {
    for (String row : Lines.of("worker-seeds.csv")) {
      String[] cells = row.split(",");
      int id = Integer.parseInt(cells[1]);
      long base = new BigInteger(cells[0]).longValue();
      long[] seeds =
          WorkerInfo.mixedSeeds(new WorkerInfo(id, 64, base + id), Integer.parseInt(cells[2]));
      for (int i = 0; i < 4; i++) {
        assertThat(Long.toUnsignedString(seeds[i])).as(row).isEqualTo(cells[3 + i]);
      }
    }
  }

  @Test
  void workersOfAllRanksDrawDifferentNumbers() {
    for (long base : new long[] {100, 1024, 0xFFFF_FFFFL}) {
      var seen = ConcurrentHashMap.<Long>newKeySet();
      for (int worker = 0; worker < 64; worker++) {
        for (int rank = 0; rank < 64; rank++) {
          var info = new WorkerInfo(worker, 64, base + worker);
          assertThat(seen.add(WorkerInfo.mixedSeeds(info, rank)[0])).isTrue();
        }
      }
    }
    WorkerInfo.seedFor(3).accept(new WorkerInfo(0, 1, 100));
    long seed = Context.current().generator().seed();
    assertThat(seed).isEqualTo(WorkerInfo.mixedSeeds(new WorkerInfo(0, 1, 100), 3)[0]);
    Context.current().generator(new Generator(0));
  }

  // ------------------------------------------------------------------------- settings

  @Test
  void settingsThatContradictEachOtherAreRefused() {
    var data = pairs(4);
    assertThatThrownBy(
            () -> DataLoader.of(data).shuffle(true).sampler(new SequentialSampler(4)).build())
        .hasMessageContaining("sampler and shuffle do not go together");
    assertThatThrownBy(() -> DataLoader.of(data).batchSize(0)).hasMessageContaining("batchSize: 0");
    assertThatThrownBy(() -> DataLoader.of(data).timeout(Duration.ofSeconds(1)).build())
        .hasMessageContaining("timeout without workers");
    IterableDataset<Tensor> stream = () -> List.of(Tensor.of(1L)).iterator();
    assertThatThrownBy(() -> DataLoader.of(stream).shuffle(true).build())
        .hasMessageContaining("an iterable dataset and shuffle");
    assertThatThrownBy(() -> DataLoader.of(stream).build().length())
        .hasMessageContaining("not known");
    assertThat(DataLoader.of(stream).build().hasLength()).isFalse();
  }

  @Test
  void suggestedWorkersLeaveAProcessorToEachRank() {
    int processors = Runtime.getRuntime().availableProcessors();
    assertThat(DataLoader.suggestedWorkers(1)).isEqualTo(Math.max(1, processors - 1));
    assertThat(DataLoader.suggestedWorkers(10_000)).isEqualTo(1);
    assertThatThrownBy(() -> DataLoader.suggestedWorkers(0)).hasMessageContaining("=0");
  }
}
