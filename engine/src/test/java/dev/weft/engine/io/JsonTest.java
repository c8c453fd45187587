package dev.weft.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void readsEveryKindOfValue() {
    Json json =
        Json.parse(
            """
            { "text" : "a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é", "n":[0,-1,9223372036854775807],
            "d": -1.5e-3, "t":true,"f":false,"z":null,"o":{},"a":[] } \r\n\t\
            """);
    assertThat(json.get("text").text()).isEqualTo("a\"\\/\b\f\n\r\té\uD83D\uDE00é");
    assertThat(json.get("n").get(2).longValue()).isEqualTo(Long.MAX_VALUE);
    assertThat(json.get("n").size()).isEqualTo(3);
    assertThat(json.get("d").doubleValue()).isEqualTo(-0.0015);
    assertThat(json.get("t").booleanValue()).isTrue();
    assertThat(json.get("f").booleanValue()).isFalse();
    assertThat(json.get("z").isNull()).isTrue();
    assertThat(json.get("o")).isEmpty();
    assertThat(json.get("a")).isEmpty();
    assertThat(json.members().keySet()).containsExactly("text", "n", "d", "t", "f", "z", "o", "a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1}}",
        "1 2",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "0x1",
        "NaN",
        "Infinity",
        "tru",
        "truex",
        "nul",
        "\"a",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\\ud800\"",
        "\"\\ude00\\ud83d\"",
        "\"a\nb\"",
        "\uFEFF1",
        "/**/1",
        "[1]//",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}"
      })
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(JsonException.class)
        .hasMessageStartingWith("JSON, character ");
  }

  @Test
  void deepNestingIsALimitAndNoStackOverflow() {
    Json.parse("[".repeat(256) + "]".repeat(256));
    assertThatThrownBy(() -> Json.parse("[".repeat(1_000_000)))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("256 levels");
  }

  @Test
  void longNumbersAreALimit() {
    assertThatThrownBy(() -> Json.parse("1".repeat(1000)))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("512");
  }

  @Test
  void aValueOfAnotherKindIsNamed() {
    Json json = Json.parse("{\"a\":1.5,\"b\":1e999}");
    assertThatThrownBy(() -> json.get("c")).hasMessageContaining("'c'");
    assertThatThrownBy(() -> json.get("a").text()).hasMessageContaining("a string expected");
    assertThatThrownBy(() -> json.get("a").longValue()).hasMessageContaining("64 bits");
    assertThatThrownBy(() -> json.get("b").doubleValue()).isInstanceOf(JsonException.class);
    assertThatThrownBy(() -> json.get("a").items()).hasMessageContaining("an array expected");
    assertThatThrownBy(() -> json.get("a").get("x")).hasMessageContaining("an object expected");
    assertThatThrownBy(() -> Json.parse("[1]").get(1)).hasMessageContaining("no item 1");
    assertThatThrownBy(() -> Json.of(Double.NaN)).isInstanceOf(JsonException.class);
  }

  @Test
  void whatIsWrittenReadsBackTheSame() {
    var members = new LinkedHashMap<String, Json>();
    members.put("a\"\\\n\r\t\u0001é\uD83D\uDE00", Json.of("\u0000x"));
    members.put("n", Json.array(List.of(Json.of(Long.MIN_VALUE), Json.of(0.1), Json.of(1e300))));
    members.put("b", Json.array(List.of(Json.of(true), Json.of(false), Json.Null.NULL)));
    members.put("e", Json.object(new LinkedHashMap<>()));
    Json json = Json.object(members);
    assertThat(Json.parse(json.toString())).isEqualTo(json);
    assertThat(Json.parse(json.toString())).hasToString(json.toString());
  }
}
