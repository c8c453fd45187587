package dev.weft.fabric.cli;

import dev.weft.engine.io.TorchFile;
import dev.weft.fabric.checkpoint.ShardedCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code fabric consolidate}: makes one file of a sharded checkpoint. */
final class ConsolidateCommand {

  static final String NAME = "consolidate";

  private static final String OUTPUT = "--output_file";

  private ConsolidateCommand() {}

  static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.addPositional(
            PositionalParamSpec.builder()
                .index("0")
                .arity("1")
                .paramLabel("FOLDER")
                .description("a checkpoint that Lightning Fabric saved in shards")
                .build())
        .addOption(
            OptionSpec.builder(OUTPUT, "--output-file")
                .paramLabel("FILE")
                .type(String.class)
                .description("the file to write, which must not exist; else FOLDER.consolidated")
                .build())
        .addOption(FabricCommand.helpOption());
    spec.usageMessage()
        .description("Makes one file of a sharded checkpoint, for fabric.load and torch.load.")
        .footer(
            "",
            "Exit code: 0; 1 if the folder is no such checkpoint or is damaged, or if the file"
                + " exists; 2 for options that cannot be used.");
    return spec;
  }

  static int run(ParseResult parsed) {
    try {
      String name = parsed.matchedPositionalValue(0, "");
      if (name.isEmpty()) {
        throw CommandException.usage(
            "consolidate: no folder was given; write: fabric consolidate FOLDER");
      }
      Path folder = Path.of(name);
      String given = parsed.matchedOptionValue(OUTPUT, "");
      Path output = given.isEmpty() ? beside(folder) : Path.of(given);
      consolidate(folder, output);
      System.out.println("wrote " + output);
      return 0;
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("fabric: consolidate: " + e.getMessage());
      return Failures.FAILED;
    } catch (CommandException e) {
      return Failures.report(e);
    }
  }

  /** In the folder that it lies in, also for names such as {@code .} or {@code x/}. */
  private static Path beside(Path folder) {
    Path place = folder.toAbsolutePath().normalize();
    return place.resolveSibling(place.getFileName() + ".consolidated");
  }

  private static void consolidate(Path folder, Path output) throws IOException {
    if (!Files.exists(folder)) {
      throw refusal(folder + " does not exist");
    }
    if (!Files.isDirectory(folder)) {
      throw refusal(folder + " is a file, not the folder of a sharded checkpoint");
    }
    if (!ShardedCheckpoint.isOfFabric(folder)) {
      throw refusal(
          folder
              + " has no file meta.pt, so it is no checkpoint that Lightning Fabric saved in"
              + " shards; files that are whole are loaded as they are");
    }
    if (Files.exists(output, LinkOption.NOFOLLOW_LINKS)) {
      throw refusal(
          output + " exists already; choose another file with " + OUTPUT + ", or remove it first");
    }
    TorchFile.write(output, ShardedCheckpoint.read(folder));
  }

  private static CommandException refusal(String message) {
    return CommandException.script("fabric: consolidate: " + message);
  }
}
