package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Linalg;
import dev.weft.engine.MatrixNorm;
import dev.weft.engine.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Linear algebra on complex matrices and its gradients, against numbers that PyTorch gave. Of
 * vectors that are determined up to their phase, only what does not depend on it is compared.
 */
class ComplexLinalgTest {

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsAreThoseOfPyTorch() throws IOException {
    var tests = new ArrayList<DynamicTest>();
    for (String[] words : Numbers.cases("linalg-complex.txt")) {
      String name = words[0] + " of " + words[1].split(" ")[0];
      tests.add(dynamicTest(name, () -> check(words)));
    }
    assertThat(tests).hasSizeGreaterThan(140);
    return tests.stream();
  }

  private static void check(String[] words) {
    int inputs = words.length / 2 - 1;
    List<Tensor> x =
        Arrays.stream(words, 1, 1 + inputs)
            .map(word -> Numbers.tensor(word).requiresGrad(true))
            .toList();
    Tensor y = apply(words[0].split(" "), x.getFirst(), x.getLast());
    Numbers.assertClose(y, Numbers.tensor(words[1 + inputs]), 1e-11);
    List<Tensor> gradients = Autograd.grad(Numbers.weighted(y), x, Optional.empty(), false, false);
    for (int i = 0; i < inputs; i++) {
      Numbers.assertClose(gradients.get(i), Numbers.tensor(words[2 + inputs + i]), 1e-9);
    }
  }

  private static Tensor apply(String[] name, Tensor a, Tensor b) {
    return switch (name[0]) {
      case "inv" -> Linalg.inv(a);
      case "solve", "solveVector" -> Linalg.solve(a, b);
      case "det" -> Linalg.det(a);
      case "sign" -> Linalg.slogdet(a).sign();
      case "logabsdet" -> Linalg.slogdet(a).logabsdet();
      case "logdet" -> Linalg.logdet(a);
      case "cholesky" -> Linalg.cholesky(positive(a));
      case "choleskyUpper" -> Linalg.cholesky(positive(a), true);
      case "choleskySolve" -> Linalg.choleskySolve(b, Linalg.cholesky(positive(a)), false);
      case "choleskyInverse" -> Linalg.choleskyInverse(Linalg.cholesky(positive(a)), false);
      case "triangularLower" -> Linalg.solveTriangular(a, b, false);
      case "triangularRight" -> Linalg.solveTriangular(a, b, true, false, false);
      case "triangularUnit" -> Linalg.solveTriangular(a, b, true, true, true);
      case "eigvalsh" -> Linalg.eigvalsh(a.add(a.mH()).div(2));
      case "eighVectors" -> weighted(Linalg.eigh(a.add(a.mH()).div(2)).eigenvectors());
      case "eigvals" -> Linalg.eigvals(a);
      case "eigVectors" -> weighted(Linalg.eig(a).eigenvectors());
      case "matrixExp" -> Linalg.matrixExp(a);
      case "matrixPower" -> Linalg.matrixPower(a, -3);
      case "cond" -> Linalg.cond(a);
      case "qrQ" -> Linalg.qr(a).q();
      case "qrR" -> Linalg.qr(a).r();
      case "svdvals" -> Linalg.svdvals(a);
      case "svdVectors" -> {
        var svd = Linalg.svd(a);
        yield svd.u().mul(Tensor.arange(svd.s().size(-1)).add(1.0)).matmul(svd.vh());
      }
      case "pinv" -> Linalg.pinv(a);
      case "lstsq" -> Linalg.lstsq(a, b).solution();
      case "luP" -> Linalg.lu(a).p().add(a.sum().mul(0));
      case "luL" -> Linalg.lu(a).l();
      case "luU" -> Linalg.lu(a).u();
      case "norm" -> Linalg.matrixNorm(a, norm(name[1]));
      case "vectorNorm" -> Linalg.vectorNorm(a, exponent(name[1]));
      default -> throw new AssertionError(name[0]);
    };
  }

  private static Tensor positive(Tensor a) {
    return a.matmul(a.mH()).add(Tensor.eye(a.size(-1)).mul(a.size(-1)));
  }

  /** Σ k vₖ vₖᴴ. */
  private static Tensor weighted(Tensor v) {
    return v.mul(Tensor.arange(v.size(-1)).add(1.0)).matmul(v.mH());
  }

  private static MatrixNorm norm(String name) {
    return switch (name) {
      case "fro" -> MatrixNorm.FRO;
      case "nuc" -> MatrixNorm.NUC;
      case "1" -> MatrixNorm.ONE;
      case "-1" -> MatrixNorm.MINUS_ONE;
      case "2" -> MatrixNorm.TWO;
      case "-2" -> MatrixNorm.MINUS_TWO;
      case "inf" -> MatrixNorm.INF;
      default -> throw new AssertionError(name);
    };
  }

  private static double exponent(String text) {
    return switch (text) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }
}
