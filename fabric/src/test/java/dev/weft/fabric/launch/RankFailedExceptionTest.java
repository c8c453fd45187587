package dev.weft.fabric.launch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankFailedExceptionTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "0, \" ended before it had joined the others (does its program launch Fabric?)\"",
        "1, \" failed with exit code 1, see its message\"",
        "70, \" ended because another rank had failed\"",
        "128, \" failed with exit code 128, see its message\"",
        "137, \" was killed by signal 9\"",
        "192, \" was killed by signal 64\"",
        "193, \" failed with exit code 193, see its message\""
      })
  void theExitCodeIsPutIntoWords(int code, String words) {
    var failure = RankFailedException.ended(3, code, new IllegalStateException());

    assertThat(failure).hasMessage("rank 3" + words + "; the other ranks were stopped");
    assertThat(failure.exitCode()).hasValue(code);
  }
}
