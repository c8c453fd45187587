package dev.weft.engine;

import dev.weft.engine.op.DTypes;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.OpFamily;
import dev.weft.engine.op.Sample;
import dev.weft.engine.reference.ReferenceBackend;
import dev.weft.engine.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes {@code docs/ops.md}: one row for each op of the family, from what it declares and from the
 * documentation in its source.
 */
final class OpsPage {

  private static final Path SOURCES = Path.of("src", "main", "java", "dev", "weft", "engine", "op");
  private static final String HEAD =
      """
      # Ops

      Every op that there is, written by `OpsPageTest` from the op family: do not edit it by hand.
      Each of them is computed by the backends that are named, in every memory layout and every dtype that is named,
      and compared between them on its samples; a gradient is compared with finite differences, and so is its own.
      What is computed in complex64 and complex128 has "yes" under complex, be it as it is or on the parts; its results
      on real numbers and its gradients are compared as well.

      """;

  private OpsPage() {}

  /** The page, with {@code \\n} at the ends of lines. */
  static String text() {
    var page = new StringBuilder(HEAD);
    page.append(
        "| op | what | shape | dtypes | complex | gradient | backends | samples | refusals |\n");
    page.append("|---|---|---|---|---|---|---|---|---|\n");
    for (Class<? extends Op> type : OpFamily.classes()) {
      String source = source(type);
      if (type.isEnum()) {
        for (Op constant : type.getEnumConstants()) {
          page.append(
              row(
                  constant.toString(),
                  constantFormula(source, constant),
                  source,
                  type,
                  s -> s.op() == constant));
        }
      } else {
        page.append(row(names(type), documentation(source, type), source, type, _ -> true));
      }
    }
    return page.toString();
  }

  private interface Filter {
    boolean test(Sample sample);
  }

  private static String row(
      String name, String what, String source, Class<? extends Op> type, Filter filter) {
    List<Sample> samples = OpFamily.samples(type).stream().filter(filter::test).toList();
    Op op = samples.getFirst().op();
    long refusals =
        OpFamily.errors(type).stream().filter(error -> !type.isEnum() || error.op() == op).count();
    return "| "
        + String.join(
            " | ",
            name,
            cell(what),
            cell(shape(source, type).orElseGet(() -> shape(samples.getFirst()))),
            dtypes(op),
            samples.stream().anyMatch(OpsPage::takesComplex) ? "yes" : "no",
            op.gradient().exists() ? "yes" : "no",
            backends(samples),
            Integer.toString(samples.size()),
            Long.toString(refusals))
        + " |\n";
  }

  /** All names that a record's samples go by: its kinds. */
  private static String names(Class<? extends Op> type) {
    return OpFamily.samples(type).stream()
        .map(sample -> sample.op().toString().replaceAll("[\\[(].*[\\])]", ""))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String dtypes(Op op) {
    Map<Set<DType>, String> known = new LinkedHashMap<>();
    known.put(DTypes.ALL, "all");
    known.put(DTypes.NUMERIC, "all but bool");
    known.put(DTypes.FLOATING, "floating");
    known.put(DTypes.FULL, "float32, float64");
    known.put(DTypes.FULL_OR_COMPLEX, "float32, float64, complex");
    known.put(DTypes.COMPLEX, "complex");
    known.put(DTypes.INTEGRAL, "integer, bool");
    known.put(DTypes.INTEGER, "integer");
    Set<DType> own = EnumSet.copyOf(op.dtypes());
    return known.getOrDefault(
        own, own.stream().map(DType::toString).collect(Collectors.joining(", ")));
  }

  private static boolean takesComplex(Sample sample) {
    try (var _ = TensorScope.open()) {
      Tensor[] inputs = sample.inputs(DType.COMPLEX64, 1).toArray(Tensor[]::new);
      if (Stream.of(inputs).noneMatch(Tensor::isComplex)) {
        return false;
      }
      Dispatch.runAll(sample.op(), inputs);
      return true;
    } catch (DTypeException refusal) {
      return false;
    }
  }

  /** Those that compute the first sample. */
  private static String backends(List<Sample> samples) {
    Sample sample = samples.getFirst();
    DType dtype = sample.op().dtypes().iterator().next();
    var names = new ArrayList<String>();
    if (computes(Optional.of(new ReferenceBackend()), sample, dtype)) {
      names.add("reference");
    }
    if (computes(Optional.empty(), sample, dtype)) {
      names.add("cpu");
    }
    return String.join(", ", names);
  }

  private static boolean computes(Optional<Backend> backend, Sample sample, DType dtype) {
    try (var _ = TensorScope.open();
        var _ = backend.isPresent() ? Context.current().withBackend(backend.get()) : nothing()) {
      Tensor[] inputs = sample.inputs(dtype, 1).toArray(Tensor[]::new);
      Dispatch.runAll(sample.op(), inputs);
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  private static Scope nothing() {
    return () -> {};
  }

  // ------------------------------------------------------------------------------------------

  private static String source(Class<?> type) {
    try {
      return Files.readString(SOURCES.resolve(type.getSimpleName() + ".java"));
    } catch (IOException e) {
      throw new IllegalStateException("ops.md: no source of " + type, e);
    }
  }

  /** The first paragraph of what stands above the type. */
  private static String documentation(String source, Class<?> type) {
    return comment(source, type).split("<p>|@param|@snippet")[0];
  }

  private static String comment(String source, Class<?> type) {
    int declaration = source.indexOf(" " + type.getSimpleName() + (type.isEnum() ? " " : "("));
    int from = source.lastIndexOf("/**", declaration);
    return plain(source.substring(from + 3, source.indexOf("*/", from)));
  }

  /** What is said of shapes above the type. */
  private static Optional<String> shape(String source, Class<?> type) {
    Matcher matcher =
        Pattern.compile("Shape: (.*?)(?=\\. Dtype|\\.? *<p>|\\.? *@|\\. [A-Z]|\\.? *$)")
            .matcher(comment(source, type));
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static String shape(Sample sample) {
    DType dtype = sample.op().dtypes().iterator().next();
    List<TensorSpec> inputs = sample.inputs(dtype, 1).stream().map(Tensor::spec).toList();
    return "such as " + shapes(inputs) + " → " + shapes(sample.op().infer(inputs));
  }

  private static String shapes(List<TensorSpec> specs) {
    return specs.isEmpty()
        ? "nothing"
        : specs.stream().map(spec -> spec.shape().toString()).collect(Collectors.joining(", "));
  }

  /** What stands above an enum's constant, else its definition. */
  private static String constantFormula(String source, Op constant) {
    String name = ((Enum<?>) constant).name();
    Matcher row =
        Pattern.compile("(?:/\\*\\*((?:(?!\\*/).)*)\\*/)?\\s*\\b" + name + "\\(", Pattern.DOTALL)
            .matcher(source);
    if (!row.find()) {
      throw new IllegalStateException("ops.md: no row " + name);
    }
    String comment = row.group(1);
    return comment != null ? plain(comment).split("<p>")[0] : definition(source, row.end());
  }

  /** The first argument: {@code Math::exp} or {@code x -> -x}. */
  private static String definition(String source, int from) {
    int depth = 0;
    int to = from;
    while (depth > 0 || source.charAt(to) != ',' && source.charAt(to) != ')') {
      depth += source.charAt(to) == '(' ? 1 : source.charAt(to) == ')' ? -1 : 0;
      to++;
    }
    String text = source.substring(from, to).strip();
    int arrow = text.indexOf("->");
    text = (arrow < 0 ? text : text.substring(arrow + 2)).strip();
    if (text.startsWith("truth(")) { // a condition as 0 or 1
      text = text.substring("truth(".length(), text.length() - 1);
    }
    return switch (text) {
      case "Double::sum" -> "x + y";
      default -> {
        int colons = text.indexOf("::");
        yield colons < 0 ? text : text.substring(colons + 2) + "(x)";
      }
    };
  }

  private static String plain(String comment) {
    return comment
        .replaceAll("\\n\\s*\\* ?", " ")
        .replaceAll("\\{@(?:link|code|linkplain) #?([^}]*)\\}", "$1")
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&")
        .replaceAll("<(?!p>)/?[a-z]+>", "")
        .replaceAll("\\s+", " ")
        .strip();
  }

  private static String cell(String text) {
    return text.strip().replace("|", "\\|");
  }
}
