package dev.weft.bench;

import dev.weft.engine.io.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured for one row.
 *
 * @param unit "us", or "KiB" where memory is compared
 * @param ours absent when it was not measured
 * @param peers by engine
 * @param ceiling the least that the machine allows, where that is known
 * @param least the ratio that the row should reach
 */
record Result(
    String row,
    int threads,
    String unit,
    Optional<Double> ours,
    Map<String, Double> peers,
    Optional<Double> ceiling,
    double least) {

  Optional<Map.Entry<String, Double>> fastestPeer() {
    return peers.entrySet().stream().min(Map.Entry.comparingByValue());
  }

  /** How often ours fits into the fastest peer's time; above 1 ours is faster. */
  Optional<Double> ratio() {
    return fastestPeer().flatMap(peer -> ours.map(time -> peer.getValue() / time));
  }

  Json json() {
    var members = new LinkedHashMap<String, Json>();
    members.put("row", Json.of(row));
    members.put("threads", Json.of(threads));
    members.put("unit", Json.of(unit));
    members.put("ours_us", number(ours));
    members.put("peer", fastestPeer().map(p -> Json.of(p.getKey())).orElse(Json.Null.NULL));
    members.put("peer_us", number(fastestPeer().map(Map.Entry::getValue)));
    members.put("ratio", number(ratio()));
    members.put("least_ratio", Json.of(least));
    members.put("ceiling_us", number(ceiling));
    var all = new LinkedHashMap<String, Json>();
    peers.forEach((name, value) -> all.put(name, Json.of(value)));
    members.put("peers", new Json.Obj(all));
    return new Json.Obj(members);
  }

  private static Json number(Optional<Double> value) {
    return value.map(Json::of).orElse(Json.Null.NULL);
  }
}
