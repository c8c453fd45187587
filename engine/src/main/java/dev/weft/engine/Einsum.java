package dev.weft.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Einstein's summation: a letter names a dimension, and letters that the result lacks are summed.
 *
 * <p>Operands are combined in pairs, by batched matrix products. The order is found greedily: the
 * pair whose result saves the most elements goes first.
 */
final class Einsum {

  /** Stands for the dimensions of an ellipsis: letters beyond those a user can write. */
  private static final char FIRST_HIDDEN = '\u0100';

  private final String equation;
  private final Map<Character, Long> sizes = new LinkedHashMap<>();

  /** A tensor and the letter of each of its dimensions, all different. */
  private record Term(Tensor tensor, String letters) {

    boolean has(char letter) {
      return letters.indexOf(letter) >= 0;
    }
  }

  private Einsum(String equation) {
    this.equation = equation;
  }

  static Tensor of(String equation, List<Tensor> operands) {
    return Operands.isHalf(operands) // rounded once, not after each pair
        ? new Einsum(equation)
            .evaluate(operands.stream().map(x -> x.to(DType.FLOAT32)).toList())
            .to(operands.getFirst().dtype())
        : new Einsum(equation).evaluate(operands);
  }

  private Tensor evaluate(List<Tensor> operands) {
    String text = equation.replace(" ", "");
    int arrow = text.indexOf("->");
    String left = arrow < 0 ? text : text.substring(0, arrow);
    String[] inputs = left.split(",", -1);
    if (inputs.length != operands.size()) {
      throw wrong(inputs.length + " operands are named, " + operands.size() + " are given");
    }
    var terms = new ArrayList<Term>();
    int hidden = 0;
    for (int i = 0; i < inputs.length; i++) {
      Tensor operand = operands.get(i);
      String letters = spelled(inputs[i], operand);
      hidden = Math.max(hidden, hiddenIn(letters));
      terms.add(diagonal(new Term(operand, letters)));
    }
    terms.forEach(this::measure);
    String output =
        arrow < 0 ? implicit(left, hidden) : explicit(text.substring(arrow + 2), hidden);
    terms.replaceAll(this::withoutRepeats);
    while (terms.size() > 1) {
      int[] pair = cheapest(terms, output);
      Term b = terms.remove(pair[1]);
      Term a = terms.remove(pair[0]);
      terms.add(product(a, b, needed(terms, output)));
    }
    Term last = summed(terms.getFirst(), output);
    return last.tensor.permute(output.chars().map(last.letters::indexOf).toArray());
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("einsum: '" + equation + "': " + what);
  }

  /** The letters of one operand, with hidden ones for the dimensions of an ellipsis. */
  private String spelled(String letters, Tensor operand) {
    int dots = letters.indexOf("...");
    int named = dots < 0 ? letters.length() : letters.length() - 3;
    int open = operand.rank() - named;
    if (dots < 0 ? open != 0 : open < 0) {
      throw new ShapeException(
          "einsum: '"
              + equation
              + "': '"
              + letters
              + "' names "
              + named
              + " dimensions of "
              + operand.shape());
    }
    return requireLetters(dots < 0 ? letters : letters.replace("...", hidden(open)));
  }

  /** The last {@code count} hidden letters, so that ellipses align at their last dimension. */
  private static String hidden(int count) {
    var letters = new StringBuilder();
    for (int i = count - 1; i >= 0; i--) {
      letters.append((char) (FIRST_HIDDEN + i));
    }
    return letters.toString();
  }

  private static int hiddenIn(String letters) {
    return (int) letters.chars().filter(c -> c >= FIRST_HIDDEN).count();
  }

  private String requireLetters(String letters) {
    for (char c : letters.toCharArray()) {
      if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= FIRST_HIDDEN)) {
        throw wrong("'" + c + "' is no letter");
      }
    }
    return letters;
  }

  /** A letter that occurs twice in one operand takes its diagonal. */
  private Term diagonal(Term term) {
    String letters = term.letters;
    Tensor x = term.tensor;
    for (int i = 0; i < letters.length(); i++) {
      int again = letters.indexOf(letters.charAt(i), i + 1);
      if (again >= 0) {
        if (x.size(i) != x.size(again)) {
          throw differ(letters.charAt(i), x.size(i), x.size(again));
        }
        String rest = new StringBuilder(letters).deleteCharAt(again).deleteCharAt(i).toString();
        return diagonal(new Term(x.diagonal(0, i, again), rest + letters.charAt(i)));
      }
    }
    return term;
  }

  /** Notes the size of every letter; sizes must agree, or be 1. */
  private void measure(Term term) {
    for (int d = 0; d < term.letters.length(); d++) {
      char letter = term.letters.charAt(d);
      long size = term.tensor.size(d);
      long known = size(letter);
      if (size != known && size != 1 && known != 1) {
        throw differ(letter, known, size);
      }
      sizes.put(letter, known == 1 ? size : known);
    }
  }

  private long size(char letter) {
    return sizes.getOrDefault(letter, 1L);
  }

  private ShapeException differ(char letter, long a, long b) {
    String name = letter >= FIRST_HIDDEN ? "..." : String.valueOf(letter);
    return new ShapeException(
        "einsum: '" + equation + "': sizes " + a + " and " + b + " of '" + name + "' differ");
  }

  private String explicit(String output, int hidden) {
    String letters = requireLetters(output.replace("...", hidden(hidden)));
    for (char c : letters.toCharArray()) {
      if (!sizes.containsKey(c)) {
        throw wrong("'" + c + "' of the result occurs in no operand");
      }
      if (letters.indexOf(c) != letters.lastIndexOf(c)) {
        throw wrong("'" + c + "' occurs twice in the result");
      }
    }
    return letters;
  }

  /** Without an arrow: the ellipsis, then the letters that occur once, in alphabetical order. */
  private static String implicit(String inputs, int hidden) {
    var counts = new TreeMap<Character, Integer>();
    for (char c : inputs.replace("...", "").replace(",", "").toCharArray()) {
      counts.merge(c, 1, Integer::sum);
    }
    var output = new StringBuilder(hidden(hidden));
    counts.forEach(
        (letter, count) -> {
          if (count == 1) {
            output.append(letter);
          }
        });
    return output.toString();
  }

  private Shape shape(String letters) {
    return Shape.of(letters.chars().mapToLong(c -> size((char) c)).toArray());
  }

  /** Without the dimensions of size 1 that other operands have larger: they repeat nothing. */
  private Term withoutRepeats(Term term) {
    Tensor x = term.tensor;
    var letters = new StringBuilder(term.letters);
    for (int d = letters.length() - 1; d >= 0; d--) {
      if (x.size(d) == 1 && size(letters.charAt(d)) != 1) {
        x = x.squeeze(d);
        letters.deleteCharAt(d);
      }
    }
    return new Term(x, letters.toString());
  }

  /** The letters that the result or another operand still needs. */
  private static String needed(List<Term> others, String output) {
    var letters = new StringBuilder(output);
    others.forEach(term -> letters.append(term.letters));
    return letters.toString();
  }

  /** The pair with the smallest result, less what it replaces. */
  private int[] cheapest(List<Term> terms, String output) {
    int[] best = {0, 1};
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < terms.size(); i++) {
      for (int j = i + 1; j < terms.size(); j++) {
        var others = new ArrayList<>(terms);
        others.remove(j);
        others.remove(i);
        String needed = needed(others, output);
        double elements = -terms.get(i).tensor.numel() - (double) terms.get(j).tensor.numel();
        double result = 1;
        for (char letter : union(terms.get(i), terms.get(j)).toCharArray()) {
          result *= needed.indexOf(letter) >= 0 ? size(letter) : 1;
        }
        if (elements + result < least) {
          least = elements + result;
          best = new int[] {i, j};
        }
      }
    }
    return best;
  }

  private static String union(Term a, Term b) {
    var letters = new StringBuilder(a.letters);
    b.letters.chars().filter(c -> !a.has((char) c)).forEach(c -> letters.append((char) c));
    return letters.toString();
  }

  /** Sums over the dimensions whose letters nobody needs. */
  private static Term summed(Term term, String needed) {
    int[] gone =
        IntStream.range(0, term.letters.length())
            .filter(d -> needed.indexOf(term.letters.charAt(d)) < 0)
            .toArray();
    if (gone.length == 0) {
      return term;
    }
    var letters = new StringBuilder();
    term.letters.chars().filter(c -> needed.indexOf(c) >= 0).forEach(c -> letters.append((char) c));
    return new Term(term.tensor.sum(gone, false), letters.toString());
  }

  /** Two operands as one batched matrix product: (batch, rows, sum) @ (batch, sum, columns). */
  private Term product(Term left, Term right, String needed) {
    Term a = summed(left, needed + right.letters);
    Term b = summed(right, needed + left.letters);
    var batch = new StringBuilder();
    var rows = new StringBuilder();
    var inner = new StringBuilder();
    var columns = new StringBuilder();
    for (char c : union(a, b).toCharArray()) {
      StringBuilder kind =
          !b.has(c) ? rows : !a.has(c) ? columns : needed.indexOf(c) >= 0 ? batch : inner;
      kind.append(c);
    }
    Tensor x = grouped(a, batch, rows, inner);
    Tensor y = grouped(b, batch, inner, columns);
    Tensor product = inner.isEmpty() ? x.mul(y) : x.bmm(y); // without a sum, sizes of 1 broadcast
    String letters = batch.toString() + rows + columns;
    return new Term(product.reshape(shape(letters)), letters);
  }

  /** The dimensions in this order, merged to three. */
  private Tensor grouped(Term term, CharSequence a, CharSequence b, CharSequence c) {
    String letters = a.toString() + b + c;
    int[] order = letters.chars().map(term.letters::indexOf).toArray();
    return term.tensor
        .permute(order)
        .reshape(
            shape(a.toString()).numel(), shape(b.toString()).numel(), shape(c.toString()).numel());
  }
}
