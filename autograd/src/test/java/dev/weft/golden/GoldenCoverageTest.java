package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.golden.Golden.Case;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No golden case is left out: each is run by one of the tests. */
class GoldenCoverageTest {

  @Test
  void everyCaseIsRunByATest() {
    Set<String> run =
        Stream.of(
                FunctionGoldenTest.cases(),
                InitGoldenTest.cases(),
                ModuleGoldenTest.cases(),
                OptimizerGoldenTest.cases(),
                ProgramErrorGoldenTest.cases(),
                PromotionGoldenTest.cases(),
                ScheduleGoldenTest.cases(),
                TrainingGoldenTest.cases())
            .flatMap(cases -> cases)
            .map(Case::id)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(Golden.all().map(Case::id)).doesNotHaveDuplicates().allMatch(run::contains);
  }
}
