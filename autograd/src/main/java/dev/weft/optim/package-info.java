/** Optimizers and learning-rate schedules, with the update rules and defaults of PyTorch. */
@NullMarked
package dev.weft.optim;

import org.jspecify.annotations.NullMarked;
