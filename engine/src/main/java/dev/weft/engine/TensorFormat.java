package dev.weft.engine;

import java.lang.ref.Reference;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How tensors print: as PyTorch prints them, whatever the locale. Floating numbers have four
 * decimals, or none where all are whole, or an exponent where they spread too far; more than 1000
 * elements are abridged to three at each end of a dimension; then dtype and device follow where
 * they are not the default.
 *
 * <p>Source: the rules documented for {@code torch.set_printoptions}, with its default profile.
 */
final class TensorFormat {

  private static final int DECIMALS = 4;
  private static final int THRESHOLD = 1000;
  private static final int EDGE = 3;
  private static final int LINE = 80;
  private static final String PREFIX = "tensor(";

  private final Tensor x;
  private final boolean abridged;
  private final Column column;

  /** How imaginary parts are written; there is one for complex tensors only. */
  private final Optional<Column> imaginary;

  private TensorFormat(Tensor x) {
    this.x = x;
    this.abridged = x.numel() > THRESHOLD;
    var shown = new ArrayList<Object>();
    collect(0, x.layout().offset(), shown);
    if (x.isComplex()) {
      this.column = Column.of(x.dtype(), shown.stream().map(z -> (Object) ((Complex) z).re()));
      this.imaginary =
          Optional.of(Column.of(x.dtype(), shown.stream().map(z -> (Object) ((Complex) z).im())));
    } else {
      this.column = Column.of(x.dtype(), shown.stream());
      this.imaginary = Optional.empty();
    }
  }

  static String format(Tensor x) {
    if (x.isReleased()) {
      return PREFIX + "released, " + x.spec() + ")";
    }
    var suffixes = new ArrayList<String>();
    if (!x.device().isCpu()) {
      suffixes.add("device='" + x.device() + "'");
    }
    boolean empty = x.numel() == 0;
    boolean meta = x.device().isMeta();
    if (meta || empty && x.rank() != 1) {
      suffixes.add("size=" + (x.rank() == 1 ? "(" + x.numel() + ",)" : x.shape()));
    }
    DType preset = Context.current().defaultDtype();
    boolean evident =
        x.dtype() == DType.INT64
            || x.dtype() == DType.BOOL
            || x.isComplex() && x.dtype() == preset.toComplex();
    if (x.dtype() != preset && (meta || empty || !evident)) {
      suffixes.add("dtype=" + x.dtype());
    }
    if (x.requiresGrad()) {
      suffixes.add("requires_grad=True");
    }
    String elements = meta ? "..." : empty ? "[]" : elements(x);
    return withSuffixes(PREFIX + elements, suffixes);
  }

  private static String elements(Tensor x) {
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      Tensor host = x.to(Device.CPU);
      String text = new TensorFormat(host).text(0, host.layout().offset(), PREFIX.length());
      Reference.reachabilityFence(host);
      return text;
    }
  }

  /** Appends what follows the elements, on a new line where this one would grow too long. */
  private static String withSuffixes(String text, List<String> suffixes) {
    var result = new StringBuilder(text);
    int length = text.length() - text.lastIndexOf('\n') + 1;
    for (String suffix : suffixes) {
      if (length + suffix.length() + 2 > LINE) {
        result.append(",\n").append(" ".repeat(PREFIX.length())).append(suffix);
        length = PREFIX.length() + suffix.length();
      } else {
        result.append(", ").append(suffix);
        length += suffix.length() + 2;
      }
    }
    return result.append(')').toString();
  }

  private boolean isCut(int dim) {
    return abridged && x.size(dim) > 2 * EDGE;
  }

  /** The indices of a dimension that are shown. */
  private LongStream shown(int dim) {
    long size = x.size(dim);
    return isCut(dim)
        ? LongStream.concat(LongStream.range(0, EDGE), LongStream.range(size - EDGE, size))
        : LongStream.range(0, size);
  }

  private LongUnaryOperator positions(int dim, long at) {
    long stride = x.layout().stride(dim);
    return i -> at + i * stride;
  }

  private void collect(int dim, long at, List<Object> values) {
    if (dim == x.rank()) {
      values.add(value(at));
    } else {
      shown(dim).map(positions(dim, at)).forEach(p -> collect(dim + 1, p, values));
    }
  }

  /** A Double, Long, Boolean or Complex. */
  private Object value(long position) {
    long base = x.storage().address();
    return switch (x.dtype().category()) {
      case FLOATING -> Native.getDouble(x.dtype(), base, position);
      case INTEGER -> Native.getLong(x.dtype(), base, position);
      case BOOLEAN -> Native.getLong(x.dtype(), base, position) != 0;
      case COMPLEX -> {
        DType part = x.dtype().toReal();
        yield new Complex(
            Native.getDouble(part, base, 2 * position),
            Native.getDouble(part, base, 2 * position + 1));
      }
    };
  }

  private String cell(Object value) {
    if (!(value instanceof Complex z)) {
      return column.cell(value);
    }
    String im = imaginary.orElseThrow().cell(z.im()).strip();
    return column.cell(z.re()) + (im.startsWith("-") ? "" : "+") + im + "j";
  }

  private int cellWidth() {
    return column.width + imaginary.map(c -> c.width + 1).orElse(0);
  }

  private String text(int dim, long at, int indent) {
    int left = x.rank() - dim;
    if (left == 0) {
      return cell(value(at));
    }
    var parts = new ArrayList<String>();
    shown(dim)
        .map(positions(dim, at))
        .forEach(p -> parts.add(left == 1 ? cell(value(p)) : text(dim + 1, p, indent + 1)));
    if (isCut(dim)) {
      parts.add(EDGE, left == 1 ? " ..." : "...");
    }
    String margin = " ".repeat(indent + 1);
    return left == 1
        ? "[" + lines(parts, indent, ",\n" + margin) + "]"
        : "[" + String.join("," + "\n".repeat(left - 1) + margin, parts) + "]";
  }

  /** A row, broken where it is longer than a line. */
  private String lines(List<String> cells, int indent, String lineBreak) {
    int perLine = Math.max(1, (LINE - indent) / (cellWidth() + 2));
    var lines = new ArrayList<String>();
    for (int i = 0; i < cells.size(); i += perLine) {
      lines.add(String.join(", ", cells.subList(i, Math.min(cells.size(), i + perLine))));
    }
    return String.join(lineBreak, lines);
  }

  /** How all numbers of a tensor are written, so that they stand below each other. */
  private enum Style {
    /** Integers and bool. */
    PLAIN,
    /** Floating, but all of them whole: {@code 12.} */
    WHOLE,
    /** {@code 12.3400} */
    FIXED,
    /** {@code 1.2340e+01} */
    SCIENTIFIC
  }

  private record Column(Style style, int width) {

    static Column of(DType dtype, Stream<Object> values) {
      if (!dtype.isInexact()) {
        return widest(Style.PLAIN, values.toList());
      }
      List<Object> numbers =
          values.filter(v -> (double) v != 0 && Double.isFinite((double) v)).toList();
      if (numbers.isEmpty()) {
        return new Column(Style.WHOLE, 1);
      }
      double most = numbers.stream().mapToDouble(v -> Math.abs((double) v)).max().orElseThrow();
      double least = numbers.stream().mapToDouble(v -> Math.abs((double) v)).min().orElseThrow();
      boolean whole = numbers.stream().allMatch(v -> (double) v == Math.rint((double) v));
      if (most / least > 1000 || most > 1e8 || !whole && least < 1e-4) {
        return widest(Style.SCIENTIFIC, numbers);
      }
      return widest(whole ? Style.WHOLE : Style.FIXED, numbers);
    }

    private static Column widest(Style style, List<Object> values) {
      return new Column(
          style, values.stream().mapToInt(v -> write(style, v).length()).max().orElse(1));
    }

    String cell(Object value) {
      String text = write(style, value);
      return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    private static String write(Style style, Object value) {
      return switch (value) {
        case Boolean truth -> truth ? "True" : "False";
        case Double number -> write(style, (double) number);
        default -> value.toString();
      };
    }

    private static String write(Style style, double value) {
      if (Double.isNaN(value)) {
        return "nan";
      }
      String sign = Math.copySign(1, value) < 0 ? "-" : "";
      double magnitude = Math.abs(value);
      if (Double.isInfinite(magnitude)) {
        return sign + "inf";
      }
      // BigDecimal holds the exact binary value, so that rounding is that of C, ties to even.
      var exact = new BigDecimal(magnitude);
      return sign
          + switch (style) {
            case PLAIN, WHOLE -> exact.setScale(0, RoundingMode.HALF_EVEN).toPlainString() + ".";
            case FIXED -> exact.setScale(DECIMALS, RoundingMode.HALF_EVEN).toPlainString();
            case SCIENTIFIC -> scientific(exact);
          };
    }

    private static String scientific(BigDecimal value) {
      BigDecimal rounded = value.round(new MathContext(1 + DECIMALS, RoundingMode.HALF_EVEN));
      int exponent = value.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
      String digits =
          rounded
              .movePointLeft(exponent)
              .setScale(DECIMALS, RoundingMode.UNNECESSARY)
              .toPlainString();
      String power = Integer.toString(Math.abs(exponent));
      return digits + "e" + (exponent < 0 ? "-" : "+") + (power.length() < 2 ? "0" : "") + power;
    }
  }
}
