package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the members of a job know and nobody else: every connection between them begins with a proof
 * of it in both directions. Make a new one for each run (and each restart), and hand it to the
 * ranks by a pipe, a file that only the user can read, or the environment, never on a command line.
 *
 * <p>It keeps strangers out; it does not encrypt what members send to each other. Immutable; {@link
 * #toString} does not show it.
 */
public final class JobSecret {

  private static final String ALGORITHM = "HmacSHA256";
  private static final int RANDOM_BYTES = 32;
  private static final int LEAST_BYTES = 16;

  /** Bytes of a proof. */
  static final int MAC_BYTES = 32;

  private final byte[] key;

  private JobSecret(byte[] key) {
    if (key.length < LEAST_BYTES) {
      throw new IllegalArgumentException(
          text(
              "job secret: %d bytes can be guessed; at least %d are needed",
              key.length, LEAST_BYTES));
    }
    this.key = key;
  }

  /** 32 bytes that nobody can guess. */
  public static JobSecret random() {
    byte[] key = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(key);
    return new JobSecret(key);
  }

  /** These bytes, 16 at least. */
  public static JobSecret of(byte[] key) {
    return new JobSecret(key.clone());
  }

  /** What {@link #toHex} wrote. */
  public static JobSecret ofHex(String hex) {
    try {
      return new JobSecret(HexFormat.of().parseHex(hex.strip()));
    } catch (IllegalArgumentException e) {
      // The text itself stays out of messages and logs.
      throw new IllegalArgumentException(
          text(
              "job secret: %d characters that are not 32 or more hexadecimal digits",
              hex.strip().length()));
    }
  }

  /** Hexadecimal digits, to hand it to another process. */
  public String toHex() {
    return HexFormat.of().formatHex(key);
  }

  /** HMAC-SHA-256 over the parts, whose lengths the caller has fixed. */
  byte[] sign(byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("job secret: this JDK has no " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "JobSecret[hidden]";
  }
}
