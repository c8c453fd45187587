package dev.weft.fabric.comm;

import java.time.Duration;
import java.util.List;

class TcpCommunicatorTest extends CommunicatorContract {

  @Override
  List<Communicator> world(int size, Duration timeout) {
    return TcpWorld.of(size, timeout);
  }
}
