package dev.weft.bench;

import dev.weft.bench.Work.Mlp;
import dev.weft.bench.Work.NanoGpt;
import dev.weft.engine.io.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;

/**
 * A process of the report: trains a model for some steps from a cold start and says when the steps
 * were done and how much memory the process had at most.
 *
 * <p>Arguments: engine, threads, "mlp" or "gpt", file for the results.
 */
final class Start {

  static final String MLP = "MLP (64, 784-256-10)";
  static final String GPT = "nanoGPT";

  private static final int STEPS = 50;

  private Start() {}

  public static void main(String[] args) throws IOException {
    long main = System.nanoTime();
    // The operating system's time of the start, and how long the JVM took until here.
    long toMain =
        System.currentTimeMillis()
            - ProcessHandle.current()
                .info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .orElseGet(() -> ManagementFactory.getRuntimeMXBean().getStartTime());
    Engine engine = Engines.named(args[0]);
    engine.threads(Integer.parseInt(args[1]));
    Work work = args[2].equals("mlp") ? new Mlp(64, 784, 256, 10) : new NanoGpt();
    var members = new LinkedHashMap<String, Json>();
    if (engine.has(work)) {
      Engine.Task task = engine.task(work);
      for (int step = 1; step <= STEPS; step++) {
        task.run();
        if (step == 1 || step == 10) {
          double micros = (System.nanoTime() - main) / 1e3;
          members.put(step + " after main", Json.of(micros));
          members.put(step + " after start", Json.of(micros + toMain * 1e3));
        }
      }
      members.put("memory", Json.of(peakMemory()));
    }
    Files.writeString(Path.of(args[3]), new Json.Obj(members).toString());
  }

  /** The most resident memory of this process so far, in KiB; 0 where the system does not say. */
  private static long peakMemory() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }
}
