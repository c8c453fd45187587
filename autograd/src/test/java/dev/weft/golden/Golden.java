package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.engine.io.SafeTensors;
import dev.weft.engine.io.TensorFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What PyTorch computed, and for which inputs; the README beside the files has the format. */
final class Golden {

  /** How the manifest writes numbers that JSON has no words for. */
  static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private static final Path FOLDER = folder();
  private static final List<Case> CASES = manifests();
  private static final Map<String, SafeTensors> FILES = new HashMap<>();

  private Golden() {}

  /** {@code -Dweft.golden=FOLDER} names another folder, with all its cases in one manifest. */
  private static Path folder() {
    String other = System.getProperty("weft.golden");
    if (other != null) {
      return Path.of(other);
    }
    try {
      return Path.of(Golden.class.getResource("/golden/README.md").toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The cases of all manifests: of one per family, unless a case names its own. */
  private static List<Case> manifests() {
    var cases = new ArrayList<Case>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        String name = file.getFileName().toString();
        String family = name.substring(0, name.length() - ".json".length());
        for (Json entry : Json.parse(Files.readString(file)).get("cases")) {
          cases.add(new Case(entry.find("family").map(Json::text).orElse(family), entry));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return cases;
  }

  /** All cases. */
  static Stream<Case> all() {
    return CASES.stream();
  }

  /** The cases of these kinds. */
  static Stream<Case> cases(String... kinds) {
    return CASES.stream().filter(c -> List.of(kinds).contains(c.json.get("kind").text()));
  }

  /** One case. */
  record Case(String family, Json json) {

    String id() {
      return json.get("id").text();
    }

    String op() {
      return json.get("op").text();
    }

    /** Whether it says what comes out in this dtype. */
    boolean has(String run) {
      return json.get("tolerance").has(run);
    }

    /** The tensor stored under {@code key}, of rank and dtype as stored. */
    Tensor stored(String key) {
      try {
        String file = json.get("file").text();
        SafeTensors tensors = FILES.get(file);
        if (tensors == null) {
          tensors = SafeTensors.open(FOLDER.resolve(file));
          FILES.put(file, tensors);
        }
        return tensors.get(key);
      } catch (TensorFileException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Inputs, or with {@code "state"} the module's state, in the dtype of a run, laid out. */
    Map<String, Tensor> tensors(String group, String run) {
      var tensors = new LinkedHashMap<String, Tensor>();
      if (json.has(group)) {
        for (Json entry : json.get(group)) {
          Tensor values = stored(entry.get("key").text());
          if (entry.get("dtype").text().equals("float")) {
            values = values.to(DType.of(run.equals("as_is") ? "float32" : run));
          }
          String layout = entry.find("layout").map(Json::text).orElse("contiguous");
          tensors.put(entry.get("name").text(), lay(values, layout));
        }
      }
      return tensors;
    }

    /** The expected output of this name. */
    Tensor expected(Json output, String run) {
      return stored(output.get(run).text());
    }

    /** Compares the outputs in shape, dtype and values. */
    void checkOutputs(List<Tensor> got, String run) {
      List<Json> outputs = json.get("outputs").items();
      for (int i = 0; i < outputs.size(); i++) {
        String name = outputs.get(i).get("name").text();
        if (!name.equals("bits")) { // the same values once more, as integers
          assertThat(got).as("%s: outputs", id()).hasSizeGreaterThan(i);
          Tensor wanted = expected(outputs.get(i), run);
          assertThat(got.get(i).dtype())
              .as("%s: dtype of %s in %s", id(), name, run)
              .isEqualTo(wanted.dtype());
          check(name, got.get(i), wanted, run);
        }
      }
    }

    /** Compares shape and values; {@code tolerance} names the pair that the case gives. */
    void check(String what, Tensor got, Tensor wanted, String tolerance) {
      double rtol = number(json.get("tolerance").get(tolerance).get(0));
      double atol = number(json.get("tolerance").get(tolerance).get(1));
      assertThat(got.shape()).as("%s: shape of %s", id(), what).isEqualTo(wanted.shape());
      boolean signed = json.has("signed_zero") && json.get("signed_zero").booleanValue();
      double[] a = got.detach().to(DType.FLOAT64).toDoubleArray();
      double[] b = wanted.to(DType.FLOAT64).toDoubleArray();
      for (int i = 0; i < a.length; i++) {
        boolean same =
            Double.isNaN(b[i])
                ? Double.isNaN(a[i])
                : a[i] == b[i] || Math.abs(a[i] - b[i]) <= atol + rtol * Math.abs(b[i]);
        if (signed && a[i] == 0) {
          same = Double.compare(a[i], b[i]) == 0;
        }
        if (!same) {
          fail("%s: %s, element %d: %s instead of %s (%s)", id(), what, i, a[i], b[i], tolerance);
        }
      }
    }
  }

  /** A number, or the text of one that JSON has no number for. */
  static double number(Json value) {
    return value instanceof Json.Text(String text) ? Double.parseDouble(text) : value.doubleValue();
  }

  /** The same values, lying in memory as a case's {@code layout} says. */
  private static Tensor lay(Tensor x, String layout) {
    int rank = x.rank();
    return switch (layout) {
      case "contiguous" -> x;
      case "transposed" -> x.transpose(-1, -2).copy().transpose(-1, -2);
      case "permuted" -> {
        int[] reversed = new int[rank];
        for (int d = 0; d < rank; d++) {
          reversed[d] = rank - 1 - d;
        }
        yield x.permute(reversed).copy().permute(reversed);
      }
      case "channels_last" -> x.permute(0, 2, 3, 1).copy().permute(0, 3, 1, 2);
      case "strided" -> {
        Tensor wide = gaps(x.shape().with(-1, 2 * x.size(-1)), x.dtype());
        yield wide.slice(rank - 1, 0, 2 * x.size(-1), 2).copyFrom(x);
      }
      case "offset" -> {
        Tensor tall = gaps(x.shape().with(0, x.size(0) + 3), x.dtype());
        yield tall.narrow(0, 2, x.size(0)).copyFrom(x);
      }
      default -> {
        if (!layout.startsWith("expanded:")) {
          throw new IllegalArgumentException("layout " + layout);
        }
        int dim = Integer.parseInt(layout.substring(layout.indexOf(':') + 1));
        yield x.narrow(dim, 0, 1).copy().expand(x.shape());
      }
    };
  }

  private static Tensor gaps(Shape shape, DType dtype) {
    return Tensor.full(shape, dtype.isFloating() ? Double.NaN : 77, dtype, Device.CPU);
  }
}
