package dev.weft.fabric.strategy;

import dev.weft.engine.Device;
import dev.weft.fabric.comm.Communicator;
import dev.weft.fabric.launch.Ranks;
import dev.weft.fabric.precision.Precision;
import java.util.Optional;

/**
 * Where a strategy sits: one rank.
 *
 * @param ranks which one
 * @param device the device it drives
 * @param precision its number formats
 * @param communicator its connection to the others; empty before the launch
 */
public record Seat(
    Ranks ranks, Device device, Precision precision, Optional<Communicator> communicator) {}
