package dev.weft.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A save replaces the file as a whole or not at all, whatever step fails or is the last. */
class AtomicFileTest {

  private static final byte[] OLD = "what was there before".getBytes();
  private static final byte[] NEW = "what comes instead, longer".repeat(10_000).getBytes();

  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void name() {
    target = folder.resolve("model.pt");
  }

  private static void save(Path target, Disk disk) throws IOException {
    AtomicFile.write(
        target,
        out -> {
          for (int from = 0; from < NEW.length; from += 70_000) {
            out.write(java.util.Arrays.copyOfRange(NEW, from, Math.min(NEW.length, from + 70_000)));
          }
        },
        disk);
  }

  /** Calls {@code event} before each step of a save, with its number from 0. */
  private static class Stepping extends Disk {
    interface Event {
      void at(int step) throws IOException;
    }

    final Event event;
    int steps;

    Stepping(Event event) {
      this.event = event;
    }

    private void step() throws IOException {
      event.at(steps++);
    }

    @Override
    FileChannel create(Path file) throws IOException {
      step();
      return super.create(file);
    }

    @Override
    int write(FileChannel channel, ByteBuffer bytes) throws IOException {
      step();
      // Half of what was asked for, as systems may do.
      ByteBuffer some = bytes.slice(bytes.position(), Math.max(1, bytes.remaining() / 2));
      int count = super.write(channel, some);
      bytes.position(bytes.position() + count);
      return count;
    }

    @Override
    void force(FileChannel channel) throws IOException {
      step();
      super.force(channel);
    }

    @Override
    void replace(Path source, Path file) throws IOException {
      step();
      super.replace(source, file);
    }

    @Override
    void forceFolder(Path path) throws IOException {
      step();
      super.forceFolder(path);
    }
  }

  private static int stepsOfASave(Path target) throws IOException {
    var counting = new Stepping(step -> {});
    save(target, counting);
    return counting.steps;
  }

  @Test
  void replacesAndLeavesNothingElse() throws IOException {
    Files.write(target, OLD);
    save(target, Disk.REAL);
    assertThat(target).hasBinaryContent(NEW);
    assertThat(folder.toFile().list()).containsExactly("model.pt");
  }

  @Test
  void whateverStepFailsTheOldFileStaysWholeUntilTheNewOneIs() throws IOException {
    int steps = stepsOfASave(target);
    assertThat(steps).isGreaterThan(10);
    for (int broken = 0; broken < steps; broken++) {
      Files.write(target, OLD);
      int failing = broken;
      var disk =
          new Stepping(
              step -> {
                if (step == failing) {
                  throw new IOException("No space left on device");
                }
              });
      assertThatThrownBy(() -> save(target, disk))
          .as("step %d", broken)
          .isInstanceOf(TensorFileException.class)
          .hasMessageStartingWith(target + ": was ")
          .hasMessageContaining("the disk is full");
      assertThat(target).hasBinaryContent(broken == steps - 1 ? NEW : OLD);
      assertThat(folder.toFile().list()).as("step %d", broken).containsExactly("model.pt");
    }
  }

  @Test
  void anExceptionOfTheContentLeavesNothing() {
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    target,
                    out -> {
                      out.write(NEW);
                      throw new IllegalStateException("of the content");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(folder).isEmptyDirectory();
  }

  /** Runs in a process of its own: args are the target and the step that is its last. */
  static final class Killed {
    public static void main(String[] args) throws IOException {
      int last = Integer.parseInt(args[1]);
      save(
          Path.of(args[0]),
          new Stepping(
              step -> {
                if (step == last) {
                  Runtime.getRuntime().halt(9);
                }
              }));
    }
  }

  @Test
  void aKilledSaveLeavesOneWholeFileAndTheNextSaveCleansUp() throws Exception {
    int steps = stepsOfASave(target);
    // After the name was taken, in the middle of the data, before the rename, and behind it.
    for (int last : List.of(1, steps / 2, steps - 2, steps - 1)) {
      Files.write(target, OLD);
      assertThat(killAt(last)).as("exit code at step %d", last).isEqualTo(9);
      assertThat(target).hasBinaryContent(last == steps - 1 ? NEW : OLD);
      assertThat(folder.toFile().list()).hasSize(last == steps - 1 ? 1 : 2);
      save(target, Disk.REAL);
      assertThat(folder.toFile().list()).containsExactly("model.pt");
      assertThat(target).hasBinaryContent(NEW);
    }
  }

  private int killAt(int step) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(classPath());
    command.add(Killed.class.getName());
    command.add(target.toString());
    command.add(Integer.toString(step));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    int exit = process.waitFor();
    assertThat(output).isEmpty();
    return exit;
  }

  /** The module under test is on the module path of this process, with the tests patched in. */
  private static String classPath() throws Exception {
    var parts = new ArrayList<String>();
    for (Class<?> type : List.of(AtomicFile.class, AtomicFileTest.class)) {
      String name = type.getName().replace('.', '/') + ".class";
      String url = type.getResource("/" + name).toURI().getPath();
      parts.add(url.substring(0, url.length() - name.length()));
    }
    parts.add(System.getProperty("java.class.path"));
    parts.add(System.getProperty("jdk.module.path", ""));
    return String.join(File.pathSeparator, parts);
  }

  @Test
  void aSaveThatIsStillGoingOnIsNotTakenForALeftover() throws IOException {
    var inner = new AtomicInteger();
    AtomicFile.write(
        target,
        out -> {
          out.write(OLD);
          out.flush();
          save(target, Disk.REAL); // finds the other's temporary file and must leave it
          inner.set(folder.toFile().list().length);
        });
    assertThat(inner).hasValue(2);
    assertThat(target).hasBinaryContent(OLD);
    assertThat(folder.toFile().list()).containsExactly("model.pt");
  }

  @Test
  void leftoversOfOtherFilesAndOtherPeopleStay() throws IOException {
    for (String name :
        List.of(".model.pt.tmp", ".other.pt.1-a1.weft-tmp", ".model.pt.x.1-a1.weft-tmp")) {
      Files.write(folder.resolve(name), OLD);
    }
    Files.write(folder.resolve(".model.pt.1-a1.weft-tmp"), OLD);
    save(target, Disk.REAL);
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder(
            "model.pt", ".model.pt.tmp", ".other.pt.1-a1.weft-tmp", ".model.pt.x.1-a1.weft-tmp");
  }

  @Test
  void permissionsAndLinksSurvive() throws IOException {
    assumeTrue(target.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Path link = folder.resolve("latest.pt");
    Files.write(target, OLD);
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));
    Files.createSymbolicLink(link, Path.of("model.pt"));
    save(link, Disk.REAL);
    assertThat(link).isSymbolicLink();
    assertThat(target).hasBinaryContent(NEW);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void placesThatCannotBeWrittenAreNamed() throws IOException {
    Path inNoFolder = folder.resolve("no/model.pt");
    assertThatThrownBy(() -> save(inNoFolder, Disk.REAL))
        .isInstanceOf(TensorFileException.class)
        .hasMessageStartingWith(inNoFolder.toString())
        .hasMessageContaining("does not exist; create it first");
    assertThatThrownBy(() -> save(folder, Disk.REAL)).hasMessageContaining("is a folder");
    assertThatThrownBy(() -> save(Path.of("/"), Disk.REAL)).isInstanceOf(TensorFileException.class);
    Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nowhere"));
    assertThatThrownBy(() -> save(dangling, Disk.REAL)).hasMessageContaining("which is missing");
    Files.write(target, OLD);
    var readOnly =
        new Stepping(
            step -> {
              throw new FileSystemException(target.toString(), null, "Read-only file system");
            });
    assertThatThrownBy(() -> save(target, readOnly))
        .hasMessage(
            target
                + ": was not saved, and what was there before is unchanged: Read-only file system");
  }
}
