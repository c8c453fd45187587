package dev.weft.golden;

import dev.weft.golden.Golden.Case;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;

/**
 * Keeps the account of the golden cases over all tests that carry it, and prints it when the last
 * of them has ended. A case has passed when every dynamic test with its id has.
 */
final class GoldenAccount implements BeforeAllCallback, InvocationInterceptor {

  /** A case that cannot be run: there is no row for its function, or for one of its arguments. */
  static final class NoRowException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoRowException(String message) {
      super(message);
    }
  }

  /** From the best to the worst, which counts. */
  private enum Outcome {
    PASSED,
    WITHOUT_ROW,
    FAILED
  }

  /** What the tests of one run have found. */
  private static final class Book implements AutoCloseable {
    private final Set<String> ids = Golden.all().map(Case::id).collect(Collectors.toSet());
    private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();

    void enter(String id, Outcome outcome) {
      if (ids.contains(id)) {
        outcomes.merge(id, outcome, (a, b) -> a.compareTo(b) > 0 ? a : b);
      }
    }

    /** The account of a whole run names every case once; of a part it says how many it left out. */
    @Override
    public void close() {
      var counts = new EnumMap<Outcome, Integer>(Outcome.class);
      Arrays.stream(Outcome.values()).forEach(outcome -> counts.put(outcome, 0));
      outcomes.values().forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
      int missing = ids.size() - outcomes.size();
      System.out.println(
          "golden: "
              + counts.get(Outcome.PASSED)
              + " passed, "
              + counts.get(Outcome.FAILED)
              + " failed, "
              + counts.get(Outcome.WITHOUT_ROW)
              + " without a row"
              + (missing == 0 ? "" : ", " + missing + " not run"));
    }
  }

  private static Book book(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(GoldenAccount.class))
        .computeIfAbsent("book", _ -> new Book(), Book.class);
  }

  /** Opens the account, so that it is closed with the run. */
  @Override
  public void beforeAll(ExtensionContext context) {
    book(context);
  }

  @Override
  public void interceptDynamicTest(
      Invocation<Void> invocation, DynamicTestInvocationContext test, ExtensionContext context)
      throws Throwable {
    Outcome outcome = Outcome.FAILED;
    try {
      invocation.proceed();
      outcome = Outcome.PASSED;
    } catch (NoRowException e) {
      outcome = Outcome.WITHOUT_ROW;
      throw e;
    } finally {
      book(context).enter(context.getDisplayName(), outcome);
    }
  }
}
