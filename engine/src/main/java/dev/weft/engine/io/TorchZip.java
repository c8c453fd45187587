package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Pickled.StorageRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads PyTorch's zip format: {@code NAME/data.pkl} with the tree of values, and a record {@code
 * NAME/data/KEY} for each storage.
 */
final class TorchZip {

  /** Of the format, as {@code version} says. PyTorch's own limit, from versions.h. */
  private static final int NEWEST_VERSION = 10;

  private static final int LONGEST_NOTE = 64;

  private final FileInput in;
  private final TorchFile.Options options;
  private final ZipArchive archive;
  private final String root;

  TorchZip(FileInput in, TorchFile.Options options) throws TensorFileException {
    this.in = in;
    this.options = options;
    this.archive = ZipArchive.open(in);
    this.root = root();
  }

  Object read() throws TensorFileException {
    requireKnownFormat();
    ZipArchive.Entry pickle = entry("data.pkl");
    verify(archive.checksum(pickle), pickle);
    var budget = new Budget(options.heapBytes + in.size());
    Map<String, StorageRef> storages = new LinkedHashMap<>();
    var data = new PickleInput(in, pickle.name(), pickle.start(), pickle.packed());
    Object value = new Unpickler(data, budget, options.decoders, storages).load();
    if (data.left() != 0) {
      throw data.wrong(data.left() + " bytes follow the end of the pickle");
    }
    var tree = new Tree(value, pickle.packed(), in, budget);
    tree.check();
    Map<StorageRef, ZipArchive.Entry> records = new LinkedHashMap<>();
    for (StorageRef storage : storages.values()) {
      records.put(storage, record(storage));
    }
    verifyAllBut(records.values().stream().map(ZipArchive.Entry::name).collect(Collectors.toSet()));
    return complete(tree, records);
  }

  private Object complete(Tree tree, Map<StorageRef, ZipArchive.Entry> records)
      throws TensorFileException {
    Map<StorageRef, Storage> memory = new HashMap<>();
    var holders = new ArrayList<Tensor>();
    try {
      for (var entry : records.entrySet()) {
        StorageRef storage = entry.getKey();
        ZipArchive.Entry record = entry.getValue();
        Tensor bytes = TensorData.read(in, record.start(), Shape.of(storage.bytes), DType.UINT8);
        holders.add(bytes);
        verify(ZipOutput.checksum(bytes.segment()), record);
        TensorData.normalise(bytes.segment(), storage.holdsBools ? DType.BOOL : DType.UINT8);
        memory.put(storage, bytes.storage());
      }
      return tree.complete(memory);
    } finally {
      holders.forEach(Tensor::release); // each tensor of the tree holds its storage itself
    }
  }

  // ----------------------------------------------------------------------------------- records

  /** The folder that everything lies in. */
  private String root() throws TensorFileException {
    List<String> names = List.copyOf(archive.entries().keySet());
    List<String> pickles = names.stream().filter(name -> name.matches("[^/]+/data\\.pkl")).toList();
    if (pickles.size() != 1) {
      throw in.wrong(
          pickles.isEmpty() ? otherArchive(names) : "there are several data.pkl: " + pickles);
    }
    String folder = pickles.getFirst().substring(0, pickles.getFirst().indexOf('/') + 1);
    if (names.contains(folder + "constants.pkl")
        || names.stream().anyMatch(name -> name.startsWith(folder + "code/"))) {
      throw in.wrong(
          "is a TorchScript archive, which holds code: save the module's state_dict instead");
    }
    for (ZipArchive.Entry entry : archive.entries().values()) {
      String shown = Excerpt.of(entry.name());
      if (!entry.name().startsWith(folder)) {
        throw in.wrong("record " + shown + " lies outside of " + Excerpt.of(folder));
      }
      if (entry.method() != ZipArchive.STORED) {
        throw in.wrong(
            "record "
                + shown
                + " is compressed ("
                + entry.packed()
                + " bytes for "
                + entry.size()
                + "), which PyTorch never does; unpack the archive and store it uncompressed");
      }
    }
    return folder;
  }

  private static String otherArchive(List<String> names) {
    String kind =
        names.stream().allMatch(name -> name.endsWith(".npy")) && !names.isEmpty()
            ? "a NumPy archive; read it with Npz"
            : names.stream().anyMatch(name -> name.endsWith("archive_format"))
                ? "a program of torch.export, which holds code; save a state_dict instead"
                : names.stream().anyMatch(name -> name.endsWith(".class"))
                    ? "a Java archive"
                    : "a zip archive without a record NAME/data.pkl";
    return "is no PyTorch file but " + kind;
  }

  private ZipArchive.Entry entry(String name) throws TensorFileException {
    ZipArchive.Entry entry = archive.entries().get(root + name);
    if (entry == null) {
      throw in.wrong("the record " + Excerpt.of(root + name) + " is missing");
    }
    return entry;
  }

  private ZipArchive.Entry record(StorageRef storage) throws TensorFileException {
    ZipArchive.Entry record = entry("data/" + storage.key);
    if (record.packed() != storage.bytes) {
      throw in.wrong(
          "record "
              + Excerpt.of(record.name())
              + " has "
              + record.packed()
              + " bytes; the storage it is for has "
              + storage.bytes);
    }
    return record;
  }

  private void requireKnownFormat() throws TensorFileException {
    if (archive.entries().containsKey(root + "version")) {
      String version = note("version");
      if (!version.matches("[0-9]{1,4}") || Integer.parseInt(version) > NEWEST_VERSION) {
        throw in.wrong(
            "version '"
                + Excerpt.of(version)
                + "' of the format is not known; up to "
                + NEWEST_VERSION
                + " are");
      }
    }
    if (archive.entries().containsKey(root + "byteorder")) {
      String order = note("byteorder");
      if (!order.equals("little")) {
        throw in.wrong(
            order.equals("big")
                ? "was written on a big-endian machine, which is not supported"
                : "the byte order '" + Excerpt.of(order) + "' is unknown");
      }
    }
  }

  private String note(String name) throws TensorFileException {
    ZipArchive.Entry entry = entry(name);
    if (entry.packed() > LONGEST_NOTE) {
      throw in.wrong("record " + name + " has " + entry.packed() + " bytes; it should be one word");
    }
    byte[] bytes = in.bytes(entry.start(), (int) entry.packed()).array();
    return new String(bytes, StandardCharsets.ISO_8859_1).strip();
  }

  // --------------------------------------------------------------------------------- checksums

  private void verifyAllBut(Set<String> records) throws TensorFileException {
    for (ZipArchive.Entry entry : archive.entries().values()) {
      if (!records.contains(entry.name())) {
        verify(archive.checksum(entry), entry);
      }
    }
  }

  private void verify(long checksum, ZipArchive.Entry entry) throws TensorFileException {
    if (checksum == entry.crc()) {
      return;
    }
    String record = "record " + Excerpt.of(entry.name()) + " at byte " + entry.start() + ": ";
    if (entry.crc() != 0) {
      throw in.wrong(
          String.format(
              java.util.Locale.ROOT,
              "%sis damaged: its checksum is %08x and should be %08x",
              record,
              checksum,
              entry.crc()));
    }
    if (!options.withoutChecksums) {
      throw in.wrong(
          record
              + "has no checksum, so damage would not be found (PyTorch was told to leave it out);"
              + " to read it all the same, use TorchFile.Options.acceptMissingChecksums()");
    }
  }
}
