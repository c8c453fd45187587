package dev.weft.engine;

import java.util.Optional;

/**
 * The short-time Fourier transform: spectra of overlapping frames of a signal, and the way back.
 *
 * <p>Frame t holds nFft numbers from t · hopLength on, times a window of winLength that is centred
 * in it (1 where none is given). With {@code center}, the signal is first padded by nFft / 2 on
 * both sides, so that frame t lies around number t · hopLength. {@code normalized} divides by
 * √nFft. {@code onesided} keeps the nFft / 2 + 1 frequencies that determine the spectrum of a real
 * signal; it is chosen where signal and window are real, unless set. Immutable.
 *
 * {@snippet :
 * Stft stft = Stft.of(400).hopLength(160).window(Tensor.hannWindow(400, true));
 * Tensor spectrum = stft.apply(signal);   // (*, 201, frames)
 * Tensor again = stft.invert(spectrum);
 * }
 */
public record Stft(
    int nFft,
    int hopLength,
    int winLength,
    Optional<Tensor> window,
    boolean center,
    PadMode padMode,
    boolean normalized,
    Optional<Boolean> onesided) {

  public Stft {
    if (nFft < 1 || hopLength < 1 || winLength < 1 || winLength > nFft) {
      throw new IllegalArgumentException(
          "stft: nFft "
              + nFft
              + ", hopLength "
              + hopLength
              + ", winLength "
              + winLength
              + ": all must be positive, and the window no longer than nFft");
    }
    if (window.isPresent() && !window.get().shape().equals(Shape.of(winLength))) {
      throw new ShapeException(
          "stft: window " + window.get().shape() + ": must be a row of winLength " + winLength);
    }
  }

  /**
   * PyTorch's defaults: frames a quarter of nFft apart, no window, centred, padded by reflection.
   */
  public static Stft of(int nFft) {
    return new Stft(
        nFft,
        Math.max(1, nFft / 4),
        nFft,
        Optional.empty(),
        true,
        PadMode.REFLECT,
        false,
        Optional.empty());
  }

  /** With frames so far apart. */
  public Stft hopLength(int hop) {
    return new Stft(nFft, hop, winLength, window, center, padMode, normalized, onesided);
  }

  /** With this window, which may be shorter than a frame. */
  public Stft window(Tensor values) {
    int length = Math.toIntExact(values.numel());
    return new Stft(
        nFft, hopLength, length, Optional.of(values), center, padMode, normalized, onesided);
  }

  /** With a window of ones of this length. */
  public Stft winLength(int length) {
    return new Stft(
        nFft, hopLength, length, Optional.empty(), center, padMode, normalized, onesided);
  }

  /** Whether the signal is padded so that frames lie around their place, and how. */
  public Stft center(boolean padded, PadMode mode) {
    return new Stft(nFft, hopLength, winLength, window, padded, mode, normalized, onesided);
  }

  /** Whether spectra are divided by √nFft. */
  public Stft normalized(boolean divided) {
    return new Stft(nFft, hopLength, winLength, window, center, padMode, divided, onesided);
  }

  /** Whether only the first half of the frequencies is kept. */
  public Stft onesided(boolean half) {
    return new Stft(
        nFft, hopLength, winLength, window, center, padMode, normalized, Optional.of(half));
  }

  /**
   * The spectrum. Shape: (T) or (B, T) → (*, frequencies, frames), complex. Dtype: float32, float64
   * or complex.
   */
  public Tensor apply(Tensor signal) {
    requireRank("stft", signal, 1);
    boolean complex = signal.isComplex() || window.isPresent() && window.get().isComplex();
    boolean half = onesided.orElse(!complex);
    if (half && complex) {
      throw new DTypeException("stft: " + signal.spec() + ": a complex spectrum has no half");
    }
    Tensor x = center ? signal.pad(new long[] {nFft / 2, nFft / 2}, padMode) : signal;
    if (x.size(-1) < nFft) {
      throw new ShapeException(
          "stft: " + signal.shape() + ": is shorter than one frame of " + nFft);
    }
    Tensor frames = x.unfold(-1, nFft, hopLength).mul(weights(signal));
    Fft.Norm norm = normalized ? Fft.Norm.ORTHO : Fft.Norm.BACKWARD;
    Tensor spectra = half ? Fft.rfft(frames, nFft, -1, norm) : Fft.fft(frames, nFft, -1, norm);
    return spectra.mT();
  }

  /** {@link #invert(Tensor, long)} with all numbers that frames cover. */
  public Tensor invert(Tensor spectrum) {
    return inverse(spectrum, -1, true);
  }

  /** The complex signal whose spectrum this is, with all frequencies. */
  public Tensor invertComplex(Tensor spectrum) {
    return inverse(spectrum, -1, false);
  }

  /**
   * The real signal of so many numbers whose spectrum this is, given by all of its frequencies or
   * by half: the frames added up, each times the window, over the sum of squared windows. Source:
   * D. W. Griffin, J. S. Lim, "Signal estimation from modified short-time Fourier transform", 1984.
   *
   * @throws IllegalArgumentException where windows leave a number out
   */
  public Tensor invert(Tensor spectrum, long length) {
    if (length < 1) {
      throw new IllegalArgumentException("istft: length " + length + ": must be positive");
    }
    return inverse(spectrum, length, true);
  }

  private Tensor inverse(Tensor spectrum, long length, boolean real) {
    spectrum.spec().requireComplex("istft");
    requireRank("istft", spectrum, 2);
    boolean half = onesided.orElse(real);
    if (half && !real || real && window.isPresent() && window.get().isComplex()) {
      throw new DTypeException(
          "istft: "
              + spectrum.spec()
              + ": half of the frequencies gives a real signal, a complex window a complex one");
    }
    long frequencies = half ? nFft / 2 + 1 : nFft;
    if (spectrum.size(-2) != frequencies || spectrum.size(-1) == 0) {
      throw new ShapeException(
          "istft: " + spectrum.shape() + ": needs (*, " + frequencies + ", frames)");
    }
    Fft.Norm norm = normalized ? Fft.Norm.ORTHO : Fft.Norm.BACKWARD;
    Tensor spectra = spectrum.mT();
    Tensor frames = real ? Fft.irfft(spectra, nFft, -1, norm) : Fft.ifft(spectra, nFft, -1, norm);
    Tensor weights = weights(frames);
    Tensor y = overlapped(frames.mul(weights));
    Tensor covered = overlapped(weights.square().expand(spectrum.size(-1), nFft));
    long start = center ? nFft / 2 : 0;
    long whole = y.size(-1);
    long end = length > 0 ? start + length : center ? whole - nFft / 2 : whole;
    long kept = Math.min(end, whole) - start;
    if (kept < 1) {
      throw new ShapeException("istft: " + spectrum.shape() + ": the frames hold no signal");
    }
    covered = covered.narrow(-1, start, kept);
    if (!covered.device().isMeta() && covered.detach().abs().min().item() < 1e-11) {
      throw new IllegalArgumentException(
          "istft: the windows are 0 somewhere in the signal; use another window or hopLength");
    }
    Tensor signal = y.narrow(-1, start, kept).div(covered);
    return end > whole ? signal.pad(new long[] {0, end - whole}) : signal;
  }

  /** Frames added up where they lie. Shape: (*, frames, nFft) → (*, T). */
  private Tensor overlapped(Tensor frames) {
    long count = frames.size(-2);
    Shape batch = frames.shape().slice(0, frames.rank() - 2);
    Tensor places =
        Tensor.arange(count).mul(hopLength).unsqueeze(1).add(Tensor.arange((long) nFft));
    Shape whole = batch.concat(Shape.of(nFft + hopLength * (count - 1)));
    return Tensor.zeros(whole, frames.dtype(), frames.device())
        .indexAdd(
            -1,
            places.reshape(-1).to(frames.device()),
            frames.reshape(batch.concat(Shape.of(count * nFft))));
  }

  /** The window in the middle of a frame. */
  private Tensor weights(Tensor like) {
    Tensor values =
        window.orElseGet(
            () -> Tensor.ones(Shape.of(winLength), like.dtype().toReal(), like.device()));
    int left = (nFft - winLength) / 2;
    return winLength == nFft ? values : values.pad(new long[] {left, nFft - winLength - left});
  }

  private static void requireRank(String op, Tensor x, int least) {
    if (x.rank() < least || x.rank() > least + 1) {
      throw new ShapeException(
          op + ": " + x.shape() + ": needs " + least + " dimensions, or one more for a batch");
    }
  }
}
