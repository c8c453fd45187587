package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;

/**
 * The order in which samples are visited. A sampler has no random state of its own: each epoch it
 * is handed a generator, so a loader can repeat an epoch exactly when it resumes.
 */
public interface Sampler {

  /** Draws the order of one epoch. */
  PrimitiveIterator.OfLong indices(Generator generator);

  /** How many indices an epoch has; empty when that is not known, or without end. */
  OptionalLong length();

  /** Told before each epoch, counted from 0; for samplers whose order follows from it. */
  default void setEpoch(long epoch) {}
}
