package dev.weft.fabric.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.fabric.data.DataLoader;
import dev.weft.fabric.data.Dataset;
import dev.weft.fabric.text.StatusLine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a bar leaves on a terminal, and in a file; time is counted by the test. */
class ProgressBarTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private long now = Duration.ofDays(1).toNanos();

  private StatusLine terminal(int columns) {
    return new StatusLine(() -> out, true, () -> () -> columns);
  }

  private StatusLine file() {
    return new StatusLine(() -> out, false, () -> () -> 0);
  }

  private <T> ProgressBar<T> bar(List<T> items, StatusLine line) {
    return new ProgressBar<>(
        items, "epoch 0", OptionalLong.of(items.size()), true, line, () -> now);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private static List<Integer> numbers(int count) {
    return Collections.nCopies(count, 7);
  }

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /**
   * The lines that a terminal shows in the end: a carriage return goes back to the first column.
   */
  private List<String> screen() {
    var lines = new ArrayList<String>();
    for (String line : written().split("\n", -1)) {
      var cells = new StringBuilder();
      for (String part : line.split("\r", -1)) {
        cells.replace(0, Math.min(part.length(), cells.length()), part);
      }
      lines.add(cells.toString().stripTrailing());
    }
    return lines;
  }

  @Test
  void theItemsAreThoseOfTheLoop() {
    var seen = new ArrayList<Integer>();
    bar(List.of(3, 1, 2), terminal(80)).forEach(seen::add);
    assertThat(seen).containsExactly(3, 1, 2);
  }

  @Test
  void aFinishedBarIsALineOfItsOwn() {
    for (int _ : bar(numbers(4), terminal(60))) {
      pass(Duration.ofMillis(500));
    }
    assertThat(screen())
        .containsExactly("epoch 0 100% [========================] 4/4  2.0 it/s  0:02", "");
  }

  @Test
  void theLineTellsRateAndTimeLeft() {
    Iterator<Integer> loop = bar(numbers(10), terminal(60)).iterator();
    for (int i = 0; i < 4; i++) {
      loop.hasNext();
      loop.next();
      pass(Duration.ofSeconds(30));
    }
    loop.hasNext();
    assertThat(screen())
        .containsExactly("epoch 0  40% [======>        ] 4/10  30.0 s/it  2:00 < 3:00");
  }

  @Test
  void itIsDrawnAtMostTenTimesASecond() {
    for (int _ : bar(numbers(1000), terminal(80))) {
      pass(Duration.ofMillis(1));
    }
    assertThat(written().chars().filter(c -> c == '\r').count()).isBetween(10L, 12L);
  }

  @Test
  void aShorterLineLeavesNothingOfALongerOne() {
    var line = terminal(80);
    line.draw("a long line of text");
    line.draw("short");
    assertThat(screen()).containsExactly("short");
  }

  @Test
  void noLineIsWiderThanTheTerminal() {
    for (int columns = 2; columns < 120; columns++) {
      bytes.reset();
      for (int _ : bar(numbers(3), terminal(columns))) {
        pass(Duration.ofSeconds(2));
      }
      for (String drawn : written().split("[\r\n]+")) {
        assertThat(drawn.length()).as("'%s' in %d columns", drawn, columns).isLessThan(columns);
      }
    }
  }

  @Test
  void wideLettersCountTwice() {
    var bar =
        new ProgressBar<>(List.of(1), "訓練訓練訓練", OptionalLong.of(1), true, terminal(24), () -> now);
    bar.forEach(_ -> {});
    assertThat(screen().getFirst()).isEqualTo("訓練訓練訓練 100% 1/1");
  }

  @Test
  void aDescriptionCannotBreakTheLine() {
    var bar =
        new ProgressBar<>(
            List.of(1), "two\nlines\u001b[2J", OptionalLong.of(1), true, file(), () -> now);
    bar.forEach(_ -> {});
    assertThat(written().lines()).containsExactly("two lines [2J 100% 1/1");
  }

  @Test
  void inAFileShortLoopsLeaveOneLine() {
    for (int _ : bar(numbers(4), file())) {
      pass(Duration.ofMillis(500));
    }
    assertThat(written().lines()).containsExactly("epoch 0 100% 4/4  2.0 it/s  0:02");
    assertThat(written()).doesNotContain("\r");
  }

  @Test
  void inAFileLongLoopsLeaveALineForEveryTenPercent() {
    for (int _ : bar(numbers(1000), file())) {
      pass(Duration.ofSeconds(10));
    }
    assertThat(written().lines()).hasSize(11).first().asString().contains("10% 100/1000");
  }

  @Test
  void inAFileLoopsOfUnknownLengthSpeakLessAndLess() {
    var bar =
        new ProgressBar<>(numbers(1000), "stream", OptionalLong.empty(), true, file(), () -> now);
    for (int _ : bar) {
      pass(Duration.ofSeconds(1));
    }
    assertThat(written().lines().map(text -> text.split(" +")[1]))
        .containsExactly("10", "20", "40", "80", "160", "320", "640", "1000");
  }

  @Test
  void anEmptyLoopIsDone() {
    bar(List.of(), file()).forEach(_ -> {});
    assertThat(written().lines()).containsExactly("epoch 0 100% 0/0");
  }

  @Test
  void otherRanksShowNothing() {
    var seen = new ArrayList<Integer>();
    var bar =
        new ProgressBar<>(
            List.of(1, 2), "epoch 0", OptionalLong.of(2), false, terminal(80), () -> now);
    bar.forEach(seen::add);
    assertThat(seen).containsExactly(1, 2);
    assertThat(written()).isEmpty();
  }

  @Test
  void innerBarsStandAboveTheOuterOne() {
    var line = terminal(60);
    var outer = new ProgressBar<>(numbers(2), "all", OptionalLong.of(2), true, line, () -> now);
    for (int _ : outer) {
      for (int _ : bar(numbers(2), line)) {
        pass(Duration.ofSeconds(1));
      }
    }
    assertThat(screen())
        .extracting(text -> text.split(" +")[0] + text.replaceAll(".*\\]", ""))
        .containsExactly(
            "epoch 2/2  1.0 it/s  0:02",
            "epoch 2/2  1.0 it/s  0:02",
            "all 2/2  2.0 s/it  0:04",
            "");
  }

  @Test
  void aLoopThatIsLeftEarlyKeepsItsLineWhenClosed() {
    try (var bar = bar(numbers(4), terminal(60))) {
      int done = 0;
      for (int _ : bar) {
        pass(Duration.ofSeconds(1));
        if (++done == 3) {
          break;
        }
      }
    }
    assertThat(screen().getFirst()).startsWith("epoch 0  75%").endsWith("3/4  1.0 it/s  0:03");
  }

  @Test
  void aLoopThatIsLeftEarlyMakesRoomForTheNext() {
    var line = terminal(60);
    bar(numbers(4), line).iterator().hasNext();
    bar(numbers(1), line).forEach(_ -> {});
    assertThat(screen()).hasSize(2).first().asString().contains("1/1");
  }

  @Test
  void printedTextStandsAboveTheLine() {
    var line = terminal(60);
    for (int i : bar(List.of(1, 2), line)) {
      line.print(out, "loss of " + i);
      pass(Duration.ofSeconds(1));
    }
    assertThat(screen().subList(0, 2)).containsExactly("loss of 1", "loss of 2");
    assertThat(screen().get(2)).startsWith("epoch 0 100%");
  }

  @Test
  void failingItemsEndTheLine() {
    Iterable<Integer> failing =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                throw new IllegalStateException("damaged");
              }

              @Override
              public Integer next() {
                return 0;
              }
            };
    var bar =
        new ProgressBar<>(failing, "epoch 0", OptionalLong.of(2), true, terminal(60), () -> now);
    assertThatThrownBy(() -> bar.forEach(_ -> {})).hasMessage("damaged");
    assertThat(screen()).hasSize(2);
  }

  @Test
  void closingABarClosesItsSource() {
    boolean[] closed = new boolean[1];
    final class Source implements Iterator<Integer>, AutoCloseable {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Integer next() {
        return 1;
      }

      @Override
      public void close() {
        closed[0] = true;
      }
    }
    var bar =
        new ProgressBar<>(Source::new, "endless", OptionalLong.empty(), true, file(), () -> now);
    bar.iterator().next();
    bar.close();
    assertThat(closed).containsExactly(true);
  }

  @Test
  void aLoaderTellsHowManyBatchesItHas() {
    var loader =
        DataLoader.of(Dataset.of(Arrays.asList(1, 2, 3, 4, 5)).map(dev.weft.engine.Tensor::scalar))
            .batchSize(2)
            .build();
    assertThat(ProgressBar.total(loader)).hasValue(3);
  }

  @Test
  void numbersLookAlikeEverywhere() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      for (int _ : bar(numbers(2), file())) {
        pass(Duration.ofMillis(400));
      }
    } finally {
      Locale.setDefault(before);
    }
    assertThat(written().lines()).containsExactly("epoch 0 100% 2/2  2.5 it/s  0:00");
  }
}
