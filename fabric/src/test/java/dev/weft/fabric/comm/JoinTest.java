package dev.weft.fabric.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.fabric.comm.CollectiveException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks that find each other, and those who must not be let in. */
@Timeout(60)
class JoinTest {

  private static final JobSecret SECRET = JobSecret.random();
  private static final TcpOptions OPTIONS =
      TcpOptions.defaults().withTimeout(Duration.ofSeconds(30));

  private static void checkWorks(List<Communicator> world) {
    Ranks.run(world, communicator -> communicator.barrier().await());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void ranksJoinWhateverComesFirst(int size) {
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), size, SECRET)) {
      List<Communicator> world = TcpWorld.join(rendezvous, size, SECRET, OPTIONS);
      assertThat(world).extracting(Communicator::rank).isSorted().doesNotHaveDuplicates();
      checkWorks(world);
    }
  }

  @Test
  void everythingListensOnLoopbackWhenTheRendezvousDoes() throws IOException {
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 1, SECRET)) {
      assertThat(rendezvous.address().getAddress().isLoopbackAddress()).isTrue();
      assertThat(rendezvous.address().getPort()).isPositive();
    }
  }

  @Test
  void strangersNeitherGetInNorDelayTheOthers() throws IOException {
    List<Socket> strangers = new ArrayList<>();
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 3, SECRET)) {
      InetSocketAddress door = rendezvous.address();
      strangers.add(stranger(door, new byte[0])); // says nothing
      strangers.add(stranger(door, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
      strangers.add(stranger(door, new byte[Handshake.PROOF_BYTES - 1])); // half a handshake
      strangers.add(stranger(door, new byte[Handshake.PROOF_BYTES])); // a wrong proof
      strangers.add(stranger(door, new byte[1 << 20])); // far too much
      for (int i = 0; i < 400; i++) { // more than it keeps
        strangers.add(stranger(door, new byte[] {1}));
      }
      checkWorks(TcpWorld.join(rendezvous, 3, SECRET, OPTIONS));
    } finally {
      for (Socket stranger : strangers) {
        stranger.close();
      }
    }
  }

  private static Socket stranger(InetSocketAddress door, byte[] words) {
    try {
      Socket socket = new Socket(door.getAddress(), door.getPort());
      try {
        socket.getOutputStream().write(words);
      } catch (IOException e) {
        // It was thrown out while it was talking.
      }
      return socket;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aStrangerIsToldNothingButANonceAndARefusal() throws IOException {
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 2, SECRET);
        Socket stranger = stranger(rendezvous.address(), new byte[Handshake.PROOF_BYTES])) {
      byte[] heard = stranger.getInputStream().readAllBytes();
      assertThat(heard)
          .hasSizeLessThanOrEqualTo(Handshake.GREETING_BYTES + Handshake.VERDICT_BYTES);
    }
  }

  @Test
  void aRecordedProofIsWorthNothingLater() {
    var claim = new Handshake.Claim(Handshake.Purpose.JOIN, 0, 2, -1, TcpWorld.anyPort());
    var caller = new Handshake.Caller(SECRET, claim);
    var first = new Handshake.Listener(SECRET);
    byte[] proof = proof(caller, first);
    assertThat(first.check(proof)).contains(claim);
    assertThat(new Handshake.Listener(SECRET).check(proof)).isEmpty();
    proof[40] ^= 1;
    assertThat(first.check(proof)).isEmpty();
  }

  private static byte[] proof(Handshake.Caller caller, Handshake.Listener listener) {
    try {
      return caller.proof(listener.greeting().array()).array();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aRankWithAnotherSecretIsRefusedAndSaysWhy() {
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 2, SECRET)) {
      assertThatThrownBy(
              () -> TcpCommunicator.join(rendezvous.address(), 0, 2, JobSecret.random(), OPTIONS))
          .isInstanceOfSatisfying(
              CollectiveException.class, e -> assertThat(e.kind()).isEqualTo(Kind.JOIN))
          .hasMessageContaining("join of rank 0: ")
          .hasMessageContaining("do not know the same job secret");
      // The real ones still come together.
      checkWorks(TcpWorld.join(rendezvous, 2, SECRET, OPTIONS));
    }
  }

  @Test
  void ranksThatDoNotComeAreNamed() {
    Duration brief = Duration.ofMillis(300);
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 4, SECRET, brief)) {
      for (Future<Communicator> each : TcpWorld.joining(rendezvous, 2, 4, SECRET, OPTIONS)) {
        assertThatThrownBy(each::get)
            .isInstanceOf(ExecutionException.class)
            .hasMessageContaining("ranks [2, 3] did not join within PT0.3S");
      }
    }
  }

  @Test
  void ranksThatCountDifferentlyAreNamed() {
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 2, SECRET)) {
      assertThatThrownBy(() -> TcpCommunicator.join(rendezvous.address(), 1, 3, SECRET, OPTIONS))
          .hasMessageContaining("rank 1 counts on 3 ranks, the rendezvous on 2");
    }
  }

  @Test
  void aSecondRankWithTheSameNumberIsRefused() throws Exception {
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 2, SECRET)) {
      List<Future<Communicator>> joining = new ArrayList<>();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 2; i++) {
          joining.add(
              threads.submit(
                  () -> TcpCommunicator.join(rendezvous.address(), 0, 2, SECRET, OPTIONS)));
        }
        // One of the two is refused; then the world is completed.
        while (joining.stream().noneMatch(Future::isDone)) {
          Thread.onSpinWait();
        }
        Communicator other = TcpCommunicator.join(rendezvous.address(), 1, 2, SECRET, OPTIONS);
        List<Communicator> world = new ArrayList<>();
        int refused = 0;
        for (Future<Communicator> each : joining) {
          try {
            world.add(each.get());
          } catch (ExecutionException e) {
            refused++;
            assertThat(e).hasMessageContaining("rank 0 has joined already");
          }
        }
        assertThat(refused).isEqualTo(1);
        world.add(other);
        checkWorks(world);
      }
    }
  }

  @Test
  void aRankThatDiesWhileJoiningIsNamed() throws Exception {
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 3, SECRET)) {
      List<Future<Communicator>> joining;
      try (var channel = SocketChannel.open(rendezvous.address())) {
        shakeHands(
            channel, new Handshake.Claim(Handshake.Purpose.JOIN, 2, 3, -1, TcpWorld.anyPort()));
        channel.close();
        joining = TcpWorld.joining(rendezvous, 2, 3, SECRET, OPTIONS);
      }
      for (Future<Communicator> each : joining) {
        // It was told, or came when the rendezvous had already given up.
        assertThatThrownBy(each::get)
            .hasMessageContaining("rank 2 ended while the ranks were joining");
      }
    }
  }

  private static void shakeHands(SocketChannel channel, Handshake.Claim claim) throws IOException {
    var caller = new Handshake.Caller(SECRET, claim);
    byte[] greeting = channel.socket().getInputStream().readNBytes(Handshake.GREETING_BYTES);
    channel.write(caller.proof(greeting));
    byte[] verdict = channel.socket().getInputStream().readNBytes(Handshake.VERDICT_BYTES);
    assertThat(caller.isAccepted(greeting, verdict)).isTrue();
  }

  @Test
  void aRendezvousThatNeverComesUpIsGivenUp() throws IOException {
    InetSocketAddress nobody;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = (InetSocketAddress) socket.getLocalSocketAddress();
    }
    assertThatThrownBy(
            () ->
                TcpCommunicator.join(
                    nobody, 0, 2, SECRET, OPTIONS.withJoinTimeout(Duration.ofMillis(200))))
        .hasMessageContaining("no member of this job answers at")
        .hasMessageContaining("within PT0.2S");
    assertThatThrownBy(
            () ->
                TcpCommunicator.join(
                    InetSocketAddress.createUnresolved("no-such-host.invalid", 1), 0, 2, SECRET))
        .hasMessageContaining("no-such-host.invalid, is unknown");
  }

  @Test
  void aClosedRendezvousTellsThoseWhoWait() throws Exception {
    List<Future<Communicator>> joining;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 2, SECRET);
      joining =
          List.of(
              threads.submit(
                  () ->
                      TcpCommunicator.join(
                          rendezvous.address(),
                          0,
                          2,
                          SECRET,
                          OPTIONS.withJoinTimeout(Duration.ofMillis(300)))));
      rendezvous.close();
    }
    assertThatThrownBy(joining.getFirst()::get).hasRootCauseInstanceOf(IOException.class);
  }

  @Test
  void aSecretIsHiddenAndLongEnough() {
    assertThat(SECRET.toString()).doesNotContain(SECRET.toHex());
    assertThat(JobSecret.ofHex(SECRET.toHex()).sign(new byte[] {1}))
        .isEqualTo(SECRET.sign(new byte[] {1}))
        .isNotEqualTo(JobSecret.random().sign(new byte[] {1}));
    assertThatThrownBy(() -> JobSecret.of(new byte[15])).hasMessageContaining("can be guessed");
    assertThatThrownBy(() -> JobSecret.ofHex("not hexadecimal"))
        .hasMessageContaining("15 characters")
        .hasMessageNotContaining("not hexadecimal");
  }
}
