package dev.weft.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Who may know whom: fabric → autograd → engine ← cuda-kernels. The module descriptors say so too,
 * but not for packages within a module, nor for cuda-kernels, which lives on the class path.
 */
@Tag("architecture")
class LayeringTest {

  private static final String[] JDK = {"java..", "jdk.incubator.vector..", "com.sun.management.."};
  private static final String NULLNESS = "org.jspecify.annotations..";
  private static final String ENGINE = "dev.weft.engine..";
  private static final String[] AUTOGRAD = {
    "dev.weft.autograd..", "dev.weft.nn..", "dev.weft.optim.."
  };
  private static final String CUDA = "dev.weft.cuda..";
  private static final String FABRIC = "dev.weft.fabric..";
  private static final String ARROW = "org.apache.arrow..";
  private static final String ARROW_MEMORY = "org.apache.arrow.memory.unsafe..";

  private static final JavaClasses WEFT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.weft", "org.apache.arrow.memory.unsafe");

  @Test
  void allModulesAreLookedAt() {
    for (String module : new String[] {"engine", "autograd", "cuda", "fabric"}) {
      assertThat(WEFT)
          .as(module)
          .anyMatch(c -> c.getPackageName().startsWith("dev.weft." + module));
    }
  }

  @Test
  void engineDependsOnTheJdkAlone() {
    onlyDependOn(ENGINE, JDK, NULLNESS, ENGINE);
  }

  @Test
  void autogradDependsOnEngineAlone() {
    for (String layer : AUTOGRAD) {
      onlyDependOn(layer, JDK, NULLNESS, ENGINE, AUTOGRAD);
    }
  }

  @Test
  void cudaKernelsDependOnEngineAndJCudaAlone() {
    onlyDependOn(CUDA, JDK, NULLNESS, ENGINE, CUDA, "jcuda..");
  }

  @Test
  void fabricKnowsNoGpuLibraryAndNoBench() {
    onlyDependOn(
        FABRIC,
        JDK,
        "javax.crypto..",
        "javax.lang.model..",
        "javax.tools..",
        "jdk.net..",
        NULLNESS,
        ENGINE,
        AUTOGRAD,
        FABRIC,
        "picocli..",
        ARROW);
  }

  @Test
  void arrowStaysInTheDataPackage() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.weft.fabric.data..", ARROW_MEMORY)
            .should()
            .dependOnClassesThat(resideInAnyPackage(ARROW)));
  }

  @Test
  void nothingIsSerializedTheJavaWay() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ObjectOutputStream.class));
  }

  /** Allowed are package patterns, one by one or as arrays of them. */
  private static void onlyDependOn(String layer, Object... allowed) {
    String[] packages =
        Stream.of(allowed)
            .flatMap(
                a -> a instanceof String[] several ? Stream.of(several) : Stream.of((String) a))
            .toArray(String[]::new);
    check(
        classes()
            .that()
            .resideInAPackage(layer)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(packages)));
  }

  private static void check(ArchRule rule) {
    rule.check(WEFT);
  }
}
