package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examples as {@code fabric run} runs them, and what they say that they reached. */
class ExamplesTest {

  private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();

  @TempDir Path folder;

  private String output(String example) throws IOException, InterruptedException {
    var result =
        new FabricProcess(folder)
            .run("run", EXAMPLES.resolve(example).toString(), "--accelerator=cpu");
    assertThat(result.code()).as("%s%s", result.out(), result.err()).isZero();
    return result.out();
  }

  /** The number behind {@code words}. */
  private static double number(String output, String words) {
    Matcher matcher =
        Pattern.compile(Pattern.quote(words) + " (-?\\d+(?:\\.\\d+)?)").matcher(output);
    assertThat(matcher.find()).as("'%s' in: %s", words, output).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void aConvolutionalNetworkLearnsDigits() throws Exception {
    assertThat(number(output("DigitsConvnet.java"), "test accuracy")).isGreaterThan(0.9);
  }

  @Test
  void diffusionTurnsNoiseIntoARing() throws Exception {
    String output = output("Diffusion.java");
    assertThat(number(output, "mean")).isBetween(1.9, 2.1);
    assertThat(number(output, "deviation")).isLessThan(0.25);
  }

  @Test
  void lowRankAdaptationLearnsANewTask() throws Exception {
    String output = output("Lora.java");
    assertThat(number(output, "digits: accuracy")).isGreaterThan(0.8);
    assertThat(number(output, "on mirrored digits")).isLessThan(0.6);
    assertThat(number(output, "fine-tuned on mirrored digits: accuracy")).isGreaterThan(0.75);
    assertThat(number(output, "fine-tuning")).isEqualTo(4 * (64 + 128) + 4 * (128 + 10));
  }
}
