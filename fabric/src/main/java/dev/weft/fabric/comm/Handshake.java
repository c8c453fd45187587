package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * How two members of a job recognise each other on a new connection, before anything else is said:
 *
 * <pre>
 * listener → caller    greeting  "WEFT", version, nonce of the listener
 * caller   → listener  proof     nonce of the caller, claim, HMAC(caller, both nonces, claim)
 * listener → caller    verdict   accepted, HMAC(listener, both nonces, claim), or refused
 * </pre>
 *
 * <p>All three have fixed sizes, so a stranger cannot make a member read or keep more than these
 * few bytes. The nonces make a recorded conversation useless, the words in the HMAC keep one side's
 * proof from being sent back as the other's, and the claim ties the connection to one rank and one
 * use.
 */
final class Handshake {

  private static final int VERSION = 1;
  private static final byte[] GREETING_WORD = "WEFT".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CALLER_WORD = "weft caller 1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LISTENER_WORD = "weft listener 1".getBytes(StandardCharsets.US_ASCII);
  private static final int NONCE_BYTES = 32;
  private static final byte REFUSED = 0;
  private static final byte ACCEPTED = 1;

  static final int GREETING_BYTES = 4 + 4 + NONCE_BYTES;
  static final int PROOF_BYTES = NONCE_BYTES + Claim.BYTES + JobSecret.MAC_BYTES;
  static final int VERDICT_BYTES = 1 + JobSecret.MAC_BYTES;

  private static final SecureRandom RANDOM = new SecureRandom();

  private Handshake() {}

  /** What a connection is for. */
  enum Purpose {
    /** A rank reports to the rendezvous. */
    JOIN,
    /** Collectives between two ranks. */
    DATA,
    /** Goodbyes and failures between two ranks. */
    CONTROL
  }

  /**
   * Who calls, and what for.
   *
   * @param rank the caller
   * @param size how many ranks the caller counts on
   * @param target the rank that is called; -1 for the rendezvous
   * @param address where the caller listens; only in a {@link Purpose#JOIN}
   */
  record Claim(Purpose purpose, int rank, int size, int target, InetSocketAddress address) {

    static final int BYTES = 1 + 4 + 4 + 4 + 4 + 1 + 16;
    static final int RENDEZVOUS = -1;

    byte[] encode() {
      ByteBuffer out = ByteBuffer.allocate(BYTES);
      out.put((byte) purpose.ordinal()).putInt(rank).putInt(size).putInt(target);
      putAddress(out, address);
      return out.array();
    }

    /**
     * Empty when the bytes are no claim; the caller proved that it knows the secret, so this is a
     * bug of ours.
     */
    static Optional<Claim> decode(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      int purpose = in.get();
      if (purpose < 0 || purpose >= Purpose.values().length) {
        return Optional.empty();
      }
      int rank = in.getInt();
      int size = in.getInt();
      int target = in.getInt();
      return getAddress(in)
          .map(address -> new Claim(Purpose.values()[purpose], rank, size, target, address));
    }
  }

  /** Bytes of an address on the wire. */
  static final int ADDRESS_BYTES = 4 + 1 + 16;

  static void putAddress(ByteBuffer out, InetSocketAddress address) {
    byte[] host = address.getAddress().getAddress();
    out.putInt(address.getPort()).put((byte) host.length).put(Arrays.copyOf(host, 16));
  }

  static Optional<InetSocketAddress> getAddress(ByteBuffer in) {
    int port = in.getInt();
    int length = in.get();
    byte[] host = new byte[16];
    in.get(host);
    if (port < 0 || port > 0xFFFF || (length != 4 && length != 16)) {
      return Optional.empty();
    }
    try {
      InetAddress address = InetAddress.getByAddress(Arrays.copyOf(host, length));
      return Optional.of(new InetSocketAddress(address, port));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The listener's side of one conversation. */
  static final class Listener {
    private final JobSecret secret;
    private final byte[] nonce = newNonce();

    Listener(JobSecret secret) {
      this.secret = secret;
    }

    ByteBuffer greeting() {
      return ByteBuffer.allocate(GREETING_BYTES)
          .put(GREETING_WORD)
          .putInt(VERSION)
          .put(nonce)
          .flip();
    }

    /** What the caller claims, if it has proved to be a member. */
    Optional<Claim> check(byte[] proof) {
      byte[] claim = Arrays.copyOfRange(proof, NONCE_BYTES, NONCE_BYTES + Claim.BYTES);
      byte[] mac = Arrays.copyOfRange(proof, NONCE_BYTES + Claim.BYTES, PROOF_BYTES);
      byte[] expected = secret.sign(CALLER_WORD, nonce, callerNonce(proof), claim);
      return MessageDigest.isEqual(expected, mac) ? Claim.decode(claim) : Optional.empty();
    }

    ByteBuffer accepted(byte[] proof) {
      byte[] claim = Arrays.copyOfRange(proof, NONCE_BYTES, NONCE_BYTES + Claim.BYTES);
      return ByteBuffer.allocate(VERDICT_BYTES)
          .put(ACCEPTED)
          .put(secret.sign(LISTENER_WORD, nonce, callerNonce(proof), claim))
          .flip();
    }

    static ByteBuffer refused() {
      return ByteBuffer.allocate(VERDICT_BYTES).put(REFUSED).position(0).limit(VERDICT_BYTES);
    }

    private static byte[] callerNonce(byte[] proof) {
      return Arrays.copyOf(proof, NONCE_BYTES);
    }
  }

  /** The caller's side of one conversation. */
  static final class Caller {
    private final JobSecret secret;
    private final byte[] nonce = newNonce();
    private final byte[] claim;

    Caller(JobSecret secret, Claim claim) {
      this.secret = secret;
      this.claim = claim.encode();
    }

    ByteBuffer proof(byte[] greeting) throws IOException {
      ByteBuffer in = ByteBuffer.wrap(greeting);
      byte[] word = new byte[GREETING_WORD.length];
      in.get(word);
      int version = in.getInt();
      if (!Arrays.equals(word, GREETING_WORD)) {
        throw new IOException("what listens there is no member of a Weft job");
      }
      if (version != VERSION) {
        throw new IOException(
            text(
                "version %d of Weft's protocol listens there, this is version %d",
                version, VERSION));
      }
      return ByteBuffer.allocate(PROOF_BYTES)
          .put(nonce)
          .put(claim)
          .put(secret.sign(CALLER_WORD, listenerNonce(greeting), nonce, claim))
          .flip();
    }

    /** Whether the listener has accepted and proved to be a member itself. */
    boolean isAccepted(byte[] greeting, byte[] verdict) {
      byte[] expected = secret.sign(LISTENER_WORD, listenerNonce(greeting), nonce, claim);
      byte[] mac = Arrays.copyOfRange(verdict, 1, VERDICT_BYTES);
      return verdict[0] == ACCEPTED && MessageDigest.isEqual(expected, mac);
    }

    private static byte[] listenerNonce(byte[] greeting) {
      return Arrays.copyOfRange(greeting, GREETING_BYTES - NONCE_BYTES, GREETING_BYTES);
    }
  }

  private static byte[] newNonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return nonce;
  }
}
