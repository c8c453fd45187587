package dev.weft.fabric.logger;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Reads event files with Google's own decoder, by TensorFlow's and TensorBoard's published message
 * definitions, so far as TensorBoard reads them.
 */
final class EventReader {

  private static final FileDescriptor FILE = definitions();

  private EventReader() {}

  /**
   * The messages, one per line: name, then fields as number:name:type, with + for repeated ones.
   */
  private static final String DEFINITIONS =
      """
      Event 1:wall_time:double 2:step:int64 3:file_version:string 4:graph_def:bytes 5:summary:Summary
      Summary 1:value:+Value
      Value 1:tag:string 2:simple_value:float 4:image:Image 5:histo:Histogram 8:tensor:Tensor 9:metadata:Metadata
      Image 1:height:int32 2:width:int32 3:colorspace:int32 4:encoded_image_string:bytes
      Histogram 1:min:double 2:max:double 3:num:double 4:sum:double 5:sum_squares:double 6:bucket_limit:+double 7:bucket:+double
      Tensor 1:dtype:int32 2:tensor_shape:TensorShape 8:string_val:+bytes
      TensorShape 2:dim:+Dim
      Dim 1:size:int64
      Metadata 1:plugin_data:PluginData
      PluginData 1:plugin_name:string 2:content:bytes
      HParams 1:version:int32 2:experiment:Experiment 3:session_start_info:SessionStart 4:session_end_info:SessionEnd
      Experiment 4:hparam_infos:+HParamInfo 5:metric_infos:+MetricInfo
      HParamInfo 1:name:string 4:type:int32
      MetricInfo 1:name:MetricName
      MetricName 1:group:string 2:tag:string
      SessionStart 1:hparams:+Entry 4:group_name:string
      Entry 1:key:string 2:value:AnyValue
      AnyValue 2:number_value:double 3:string_value:string 4:bool_value:bool
      SessionEnd 1:status:int32
      GraphDef 1:node:+NodeDef 4:versions:VersionDef
      VersionDef 1:producer:int32
      NodeDef 1:name:string 2:op:string 3:input:+string 4:device:string 5:attr:+Attr
      Attr 1:key:string 2:value:AttrValue
      AttrValue 1:list:ListValue 2:s:bytes 6:type:int32
      ListValue 7:shape:+Shape
      Shape 2:dim:+Dim
      """;

  private static FileDescriptor definitions() {
    var file =
        FileDescriptorProto.newBuilder().setName("e.proto").setPackage("e").setSyntax("proto3");
    for (String line : DEFINITIONS.lines().toList()) {
      String[] words = line.split(" ", -1);
      var message = DescriptorProto.newBuilder().setName(words[0]);
      for (int i = 1; i < words.length; i++) {
        message.addField(field(words[i].split(":", -1)));
      }
      file.addMessageType(message);
    }
    try {
      return FileDescriptor.buildFrom(file.build(), new FileDescriptor[0]);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FieldDescriptorProto field(String[] parts) {
    boolean many = parts[2].startsWith("+");
    String type = many ? parts[2].substring(1) : parts[2];
    var field =
        FieldDescriptorProto.newBuilder()
            .setNumber(Integer.parseInt(parts[0]))
            .setName(parts[1])
            .setLabel(many ? Label.LABEL_REPEATED : Label.LABEL_OPTIONAL);
    if (Character.isUpperCase(type.charAt(0))) {
      return field.setType(Type.TYPE_MESSAGE).setTypeName(".e." + type).build();
    }
    return field.setType(Type.valueOf("TYPE_" + type.toUpperCase(java.util.Locale.ROOT))).build();
  }

  static Descriptor message(String name) {
    return FILE.findMessageTypeByName(name);
  }

  /** All events of the only event file in a folder; checksums are compared. */
  static List<DynamicMessage> events(Path folder) throws IOException {
    Path file;
    try (var files = Files.list(folder)) {
      file =
          files
              .filter(each -> each.getFileName().toString().startsWith("events.out.tfevents."))
              .findFirst()
              .orElseThrow();
    }
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    var events = new ArrayList<DynamicMessage>();
    while (bytes.hasRemaining()) {
      byte[] header = new byte[Long.BYTES];
      bytes.get(bytes.position(), header);
      byte[] message = new byte[Math.toIntExact(bytes.getLong())];
      require(bytes.getInt(), header);
      bytes.get(message);
      require(bytes.getInt(), message);
      events.add(DynamicMessage.parseFrom(message("Event"), message));
    }
    return events;
  }

  private static void require(int stored, byte[] data) {
    var crc = new CRC32C();
    crc.update(data);
    int value = (int) crc.getValue();
    int masked = ((value >>> 15) | (value << 17)) + 0xa282ead8;
    if (masked != stored) {
      throw new AssertionError("checksum");
    }
  }

  /** A field, by its path: {@code summary.value.tag}; the first of repeated messages. */
  static Object at(DynamicMessage message, String path) {
    Object at = message;
    for (String name : path.split("\\.", -1)) {
      var current = (DynamicMessage) at;
      FieldDescriptor field = current.getDescriptorForType().findFieldByName(name);
      boolean many = field.isRepeated() && field.getType() == FieldDescriptor.Type.MESSAGE;
      at = many ? current.getRepeatedField(field, 0) : current.getField(field);
    }
    return at;
  }
}
