package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page of ops is that of the ops there are. */
class OpsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "ops.md");

  @Test
  void docsOpsIsUpToDate() throws IOException {
    String text = OpsPage.text();
    if (Boolean.getBoolean("weft.writeDocs")) {
      Files.writeString(PAGE, text);
    }
    assertThat(Files.readString(PAGE).replace("\r\n", "\n"))
        .as(
            "docs/ops.md is stale: write it again with"
                + " mvn test -pl engine -Dtest=OpsPageTest -Dweft.writeDocs=true")
        .isEqualTo(text);
  }
}
