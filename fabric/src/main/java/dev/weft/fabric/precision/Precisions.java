package dev.weft.fabric.precision;

import dev.weft.engine.DType;
import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.text.Choices;
import dev.weft.fabric.text.Notices;
import java.util.List;
import java.util.Map;

/** The precisions that have names. */
public final class Precisions {

  /** Old names, and what they stand for. */
  private static final Map<String, String> ALIASES =
      Map.of("64", "64-true", "32", "32-true", "16", "16-mixed", "bf16", "bf16-mixed");

  private static final List<String> NAMES =
      List.of(
          "transformer-engine",
          "transformer-engine-float16",
          "16-true",
          "16-mixed",
          "bf16-true",
          "bf16-mixed",
          "32-true",
          "64-true");

  /** What users may write, in the order of messages. */
  private static final List<String> INPUTS =
      List.of(
          "transformer-engine",
          "transformer-engine-float16",
          "16-true",
          "16-mixed",
          "bf16-true",
          "bf16-mixed",
          "32-true",
          "64-true",
          "64",
          "32",
          "16",
          "bf16");

  private Precisions() {}

  /** Everything that may be written. */
  public static List<String> allowed() {
    return INPUTS;
  }

  /**
   * The name that an input stands for; warns of the two old names that hide a choice.
   *
   * @throws ConfigurationException listing what is allowed
   */
  public static String unified(String input) {
    if (NAMES.contains(input)) {
      return input;
    }
    String name = ALIASES.get(input);
    if (name == null) {
      throw new ConfigurationException(Choices.unknown("precision", input, INPUTS));
    }
    if (name.endsWith("mixed")) {
      Notices.warn("precision '" + input + "' is an old name; write '" + name + "' instead");
    }
    return name;
  }

  /**
   * The precision of a unified name.
   *
   * @param onCpu whether the accelerator is the CPU, where float16 is slow and needs no hardware:
   *     there {@code 16-mixed} becomes {@code bf16-mixed}, with a warning
   */
  public static Precision of(String name, boolean onCpu) {
    return switch (name) {
      case "32-true" -> new FullPrecision();
      case "64-true" -> new TruePrecision(name, DType.FLOAT64);
      case "16-true" -> new TruePrecision(name, DType.FLOAT16);
      case "bf16-true" -> new TruePrecision(name, DType.BFLOAT16);
      case "bf16-mixed" -> MixedPrecision.bfloat16();
      case "16-mixed" -> {
        if (onCpu) {
          Notices.warn("precision '16-mixed' is for GPUs; on the CPU 'bf16-mixed' is used");
          yield MixedPrecision.bfloat16();
        }
        yield MixedPrecision.float16();
      }
      default ->
          throw new ConfigurationException(
              "precision '"
                  + name
                  + "' needs NVIDIA's TransformerEngine, a native library of PyTorch that does not"
                  + " exist for the JVM; use 'bf16-mixed'");
    };
  }
}
