package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.fabric.comm.Handshake.Claim;
import dev.weft.fabric.comm.Handshake.Purpose;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the ranks of a job find each other. The launcher or rank 0 opens it; every rank reports
 * here where it listens, gets the addresses of all, and may go on when all have connected to all.
 * It either brings all ranks together or tells each of them why not: who is missing, or who died on
 * the way.
 *
 * <p>Only needed while ranks join. Strangers are kept out (see {@link JobSecret}) and delay nobody.
 * Thread-safe.
 *
 * {@snippet :
 * JobSecret secret = JobSecret.random();
 * var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
 * try (var rendezvous = Rendezvous.open(here, 2, secret)) {
 *   // start two processes that call TcpCommunicator.join(rendezvous.address(), rank, 2, secret)
 * }
 * }
 */
public final class Rendezvous implements AutoCloseable {

  /** How long ranks may take to come together. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  private final Door door;

  private Rendezvous(Door door) {
    this.door = door;
  }

  /** Waits for {@code size} ranks, for five minutes. */
  public static Rendezvous open(InetSocketAddress address, int size, JobSecret secret) {
    return open(address, size, secret, DEFAULT_TIMEOUT);
  }

  /**
   * Waits for {@code size} ranks, in the background.
   *
   * @param address where to listen: loopback, unless other machines take part; port 0 takes a free
   *     port
   * @param timeout after which ranks that did come are told which ones did not
   * @throws CollectiveException when it cannot listen there
   */
  public static Rendezvous open(
      InetSocketAddress address, int size, JobSecret secret, Duration timeout) {
    if (size < 1) {
      throw new IllegalArgumentException(text("rendezvous: %d ranks; at least 1 is needed", size));
    }
    try {
      var door = new Door(address, size, secret, GroupCommunicator.checked(timeout));
      door.open();
      return new Rendezvous(door);
    } catch (IOException e) {
      throw TcpJoin.failed(text("rendezvous: cannot listen at %s: %s", address, Text.reason(e)), e);
    }
  }

  /** Where it listens; with the port that was taken. */
  public InetSocketAddress address() {
    return door.address();
  }

  /** Ends it. Ranks that have not come together yet are told so. */
  @Override
  public void close() {
    door.close();
  }

  // What it says to a rank: a byte, and for two of them a length and bytes.

  /** The addresses of all ranks follow. */
  static final byte TABLE = 1;

  /** All ranks are connected to all. */
  static final byte GO = 2;

  /** It will not come about; the reason follows. */
  static final byte FAIL = 3;

  /** What a rank says: I am connected to all others. */
  static final byte READY = 4;

  private static final class Door extends Doorkeeper {

    /** How long a rank may take to read the last words. */
    private static final long FAREWELL_NANOS = 2_000_000_000L;

    private final int size;
    private final Duration timeout;
    private final long openedNanos = System.nanoTime();
    private final Map<Integer, Member> members = new TreeMap<>();
    private final List<Member> leaving = new ArrayList<>();
    private boolean over;

    /** What those hear who come when it is over. */
    private String ending = "";

    private long overNanos;

    Door(InetSocketAddress address, int size, JobSecret secret, Duration timeout)
        throws IOException {
      super("weft-rendezvous", address, secret);
      this.size = size;
      this.timeout = timeout;
    }

    @Override
    void welcome(SocketChannel channel, Claim claim) throws IOException {
      Member member = new Member(channel, claim);
      watch(channel, SelectionKey.OP_READ, member);
      int rank = claim.rank();
      if (over) {
        member.sendLast(ending);
      } else if (claim.purpose() != Purpose.JOIN || claim.target() != Claim.RENDEZVOUS) {
        member.sendLast("this is the rendezvous, not a rank");
      } else if (claim.size() != size) {
        failAll(text("rank %d counts on %d ranks, the rendezvous on %d", rank, claim.size(), size));
        member.sendLast(ending);
      } else if (rank < 0 || rank >= size) {
        failAll(text("rank %d is not among the %d ranks", rank, size));
        member.sendLast(ending);
      } else if (members.containsKey(rank)) {
        member.sendLast(text("rank %d has joined already", rank));
      } else {
        members.put(rank, member);
        if (members.size() == size) {
          byte[] table = table();
          for (Member each : List.copyOf(members.values())) {
            if (!over) { // one that is gone by now ends it for all
              each.send(TABLE, table);
            }
          }
        }
      }
    }

    private byte[] table() {
      ByteBuffer out = ByteBuffer.allocate(size * Handshake.ADDRESS_BYTES);
      members.values().forEach(each -> Handshake.putAddress(out, each.claim.address()));
      return out.array();
    }

    @Override
    void ready(SelectionKey key) {
      Member member = (Member) key.attachment();
      if (key.isWritable()) {
        member.flush();
      }
      if (key.isValid() && key.isReadable()) {
        member.read();
      }
    }

    private void memberIsReady() {
      if (!over && members.size() == size && members.values().stream().allMatch(m -> m.isReady)) {
        end("all ranks have joined already");
        members.values().forEach(each -> each.send(GO, new byte[0]));
      }
    }

    private void memberIsGone(Member member) {
      leaving.remove(member);
      if (!over && members.remove(member.claim.rank(), member)) {
        failAll(text("rank %d ended while the ranks were joining", member.claim.rank()));
      }
    }

    private void failAll(String reason) {
      end(reason); // first: a rank that cannot be told any more is no new failure
      members.values().forEach(each -> each.sendLast(reason));
    }

    private void end(String why) {
      over = true;
      ending = why;
      overNanos = System.nanoTime();
    }

    @Override
    void tick() {
      if (!over && System.nanoTime() - openedNanos > timeout.toNanos()) {
        String reason =
            members.size() < size
                ? text("%s did not join within %s", missing(), timeout)
                : text("not all ranks could connect to each other within %s", timeout);
        failAll(reason);
      }
      if (over && System.nanoTime() - overNanos > FAREWELL_NANOS) {
        List.copyOf(leaving).forEach(each -> closeQuietly(each.channel));
        leaving.clear();
      }
    }

    private String missing() {
      List<Integer> missing = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        if (!members.containsKey(rank)) {
          missing.add(rank);
        }
      }
      return Failure.names(missing);
    }

    @Override
    void leave() {
      if (!over) {
        failAll("the rendezvous was closed");
      }
      members.values().forEach(each -> closeQuietly(each.channel));
      leaving.forEach(each -> closeQuietly(each.channel));
    }

    /** A rank that has proved itself. */
    private final class Member {
      private final SocketChannel channel;
      private final Claim claim;
      private ByteBuffer out = ByteBuffer.allocate(0);
      private boolean isReady;
      private boolean isLast;

      Member(SocketChannel channel, Claim claim) {
        this.channel = channel;
        this.claim = claim;
      }

      void sendLast(String reason) {
        isLast = true;
        leaving.add(this);
        send(FAIL, reason.getBytes(StandardCharsets.UTF_8));
      }

      void send(byte type, byte[] body) {
        ByteBuffer next = ByteBuffer.allocate(out.remaining() + 1 + 4 + body.length);
        out = next.put(out).put(type).putInt(body.length).put(body).flip();
        flush();
      }

      void flush() {
        try {
          channel.write(out);
          if (out.hasRemaining()) {
            watch(channel, SelectionKey.OP_READ | SelectionKey.OP_WRITE, this);
          } else if (isLast) {
            channel
                .shutdownOutput(); // closing could overtake the last words; it closes when it has
            // read them
          } else {
            watch(channel, SelectionKey.OP_READ, this);
          }
        } catch (IOException e) {
          gone();
        }
      }

      void read() {
        ByteBuffer in = ByteBuffer.allocate(16);
        try {
          int count = channel.read(in);
          if (count < 0) {
            gone();
          } else if (count > 0 && in.get(0) == READY) {
            isReady = true;
            memberIsReady();
          }
        } catch (IOException e) {
          gone();
        }
      }

      private void gone() {
        closeQuietly(channel);
        memberIsGone(this);
      }
    }
  }
}
