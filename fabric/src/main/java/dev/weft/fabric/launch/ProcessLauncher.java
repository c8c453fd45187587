package dev.weft.fabric.launch;

import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.comm.Communicator;
import dev.weft.fabric.comm.JobSecret;
import dev.weft.fabric.comm.Rendezvous;
import dev.weft.fabric.comm.TcpCommunicator;
import dev.weft.fabric.comm.TcpOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Ranks that are processes. Unless a cluster manager has started them all, this process is local
 * rank 0 and starts the same program again for each of the others, with the same JVM, flags, module
 * path and arguments; they find their place in {@code LOCAL_RANK}.
 *
 * <p>Children inherit standard output and error. Their standard input is a pipe that ends with this
 * process, so that none outlives it. When one fails, {@link RankFailedException} names it here.
 *
 * <p>All ranks prove to each other that they know the job's secret. Between processes of one
 * machine it is made afresh and handed on in the environment; over several machines the user sets
 * {@code WEFT_JOB_SECRET} to the same 32 or more hexadecimal digits on each.
 */
public final class ProcessLauncher implements Launcher {

  static final String SECRET = "WEFT_JOB_SECRET";

  /** The own address at which other machines reach this one, where it cannot be found out. */
  private static final String BIND = "WEFT_BIND_ADDRESS";

  /** Marks, for the whole process, that its ranks were started: it can be done once. */
  private static final String STARTED = "weft.ranksStarted";

  /** How a process ends that only heard of another one's failure; nobody reports it. */
  public static final int ECHO_EXIT_CODE = 70;

  private final ClusterEnvironment cluster;
  private final int devices;
  private final int nodes;
  private final Duration timeout;
  private final Environment environment;

  /**
   * @param devices ranks per machine
   * @param nodes machines
   * @param timeout how long a collective may take
   */
  public ProcessLauncher(
      ClusterEnvironment cluster,
      int devices,
      int nodes,
      Duration timeout,
      Environment environment) {
    this.cluster = cluster;
    this.devices = devices;
    this.nodes = nodes;
    this.timeout = timeout;
    this.environment = environment;
  }

  /** jshell's own program cannot be started again. */
  @Override
  public boolean isInteractiveCompatible() {
    return false;
  }

  @Override
  public <R> R launch(RankBody<R> body) {
    cluster.validateSettings(devices, nodes);
    Ranks own = cluster.ranks(devices, nodes);
    return cluster.createsProcessesExternally() ? follow(own, body) : lead(own, body);
  }

  @Override
  public RankContext join() {
    cluster.validateSettings(devices, nodes);
    Ranks own = cluster.ranks(devices, nodes);
    RankContext context;
    if (cluster.createsProcessesExternally()) {
      context = new RankContext(own, joined(own), environment);
    } else {
      var start = new Start(own);
      context = start.processes.whileJoining(start::join);
      start.processes.becomeBackground();
    }
    Communicator communicator = context.communicator();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(communicator::close));
    return context;
  }

  // ------------------------------------------------------------------------- local rank 0

  private <R> R lead(Ranks own, RankBody<R> body) {
    var start = new Start(own);
    return start.processes.supervise(
        () -> {
          RankContext context = start.join();
          return withCommunicator(context, body);
        });
  }

  private <R> R withCommunicator(RankContext context, RankBody<R> body) throws Exception {
    try (Communicator communicator = context.communicator()) {
      try {
        return RankThread.run(body, context, devices);
      } catch (Throwable e) {
        communicator.abort(e);
        throw e;
      }
    }
  }

  /** Children on their way, and the place where all ranks meet. */
  private final class Start {

    private final Ranks own;
    private final JobSecret secret;
    private final Optional<Rendezvous> rendezvous;
    private final InetSocketAddress address;
    final RankProcesses processes;

    Start(Ranks own) {
      if (System.getProperty(STARTED) != null) {
        throw new IllegalStateException(
            "launch: the ranks of this program were started already; launch once per program, or"
                + " use strategy 'ddp_spawn', whose ranks are threads");
      }
      System.setProperty(STARTED, "true");
      this.own = own;
      secret = nodes == 1 ? secretOrNew() : secret();
      rendezvous = own.isGlobalZero() ? Optional.of(openRendezvous(secret)) : Optional.empty();
      int port = rendezvous.map(r -> r.address().getPort()).orElseGet(ProcessLauncher.this::port);
      address = new InetSocketAddress(cluster.mainAddress(), port);
      environment
          .set("MASTER_ADDR", cluster.mainAddress())
          .set("MASTER_PORT", port)
          .set("NODE_RANK", own.nodeRank())
          .set("WORLD_SIZE", own.worldSize())
          .set("LOCAL_WORLD_SIZE", devices);
      Environment children =
          environment.copy().set(SECRET, secret.toHex()).set(Lifeline.VARIABLE, "stdin");
      processes =
          RankProcesses.start(
              environment.program().orElseGet(Program::command), children, own, devices);
    }

    RankContext join() {
      try (AutoCloseable _ = () -> rendezvous.ifPresent(Rendezvous::close)) {
        var communicator = connect(address, own, secret);
        processes.joined();
        return new RankContext(own, communicator, environment);
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e); // closing a rendezvous throws none
      }
    }
  }

  // ------------------------------------------------------------------------- any other rank

  private <R> R follow(Ranks own, RankBody<R> body) {
    Lifeline.watch(environment);
    RankContext context = new RankContext(own, joined(own), environment);
    try {
      return withCommunicator(context, body);
    } catch (Throwable e) {
      if (isForOthersToReport(e, own.globalRank(), environment)) {
        System.exit(ECHO_EXIT_CODE);
      }
      throw RankProcesses.unchecked(e);
    }
  }

  /**
   * Whether a rank that ends with {@code thrown} should do so in silence, with {@link
   * #ECHO_EXIT_CODE}: it only heard that another one failed, which is reported there or by the
   * launcher. If that is what has gone, the lifeline will speak; so wait for it.
   */
  public static boolean isForOthersToReport(Throwable thrown, int rank, Environment environment) {
    if (!Lifeline.isHeld(environment) || !Echoes.isEcho(thrown, rank)) {
      return false;
    }
    try {
      TimeUnit.MILLISECONDS.sleep(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private Communicator joined(Ranks own) {
    JobSecret secret = own.worldSize() == 1 ? secretOrNew() : secret();
    boolean meetHere = own.isGlobalZero();
    try (AutoCloseable _ = meetHere ? openRendezvous(secret) : () -> {}) {
      return connect(new InetSocketAddress(cluster.mainAddress(), port()), own, secret);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e); // closing a rendezvous throws none
    }
  }

  // ------------------------------------------------------------------------- meeting

  private Rendezvous openRendezvous(JobSecret secret) {
    int port = cluster.mainPort().orElse(0);
    if (nodes > 1 && port == 0) {
      throw new ConfigurationException(
          "numNodes=" + nodes + ": MASTER_PORT is not set; set it, and MASTER_ADDR, on every node");
    }
    InetSocketAddress here =
        nodes > 1
            ? new InetSocketAddress(port)
            : new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return Rendezvous.open(here, devices * nodes, secret);
  }

  private int port() {
    return cluster
        .mainPort()
        .orElseThrow(
            () ->
                new ConfigurationException(
                    "MASTER_PORT is not set; it says where rank 0 waits for the others"));
  }

  private Communicator connect(InetSocketAddress address, Ranks own, JobSecret secret) {
    TcpOptions options = TcpOptions.defaults().withTimeout(timeout);
    Optional<String> bind = environment.get(BIND);
    if (bind.isPresent()) {
      try {
        options = options.withBind(InetAddress.getByName(bind.get()));
      } catch (UnknownHostException e) {
        throw new ConfigurationException(BIND + "='" + bind.get() + "' is no known address", e);
      }
    }
    return TcpCommunicator.join(address, own.globalRank(), own.worldSize(), secret, options);
  }

  private JobSecret secretOrNew() {
    return environment.get(SECRET).map(JobSecret::ofHex).orElseGet(JobSecret::random);
  }

  private JobSecret secret() {
    return environment
        .get(SECRET)
        .map(JobSecret::ofHex)
        .orElseThrow(
            () ->
                new ConfigurationException(
                    SECRET
                        + " is not set: ranks that "
                        + (nodes > 1 ? "run on several machines" : cluster.name() + " started")
                        + " need it to know each other; set it to the same secret everywhere, for"
                        + " example the output of: openssl rand -hex 32"));
  }
}
