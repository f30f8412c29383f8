#include "checkpoint/task_snapshot.h"

#include <fmt/format.h>

#include "checkpoint/snapshot_v1.h"
#include "common/bytes.h"
#include "common/checksum.h"

namespace penstock {
namespace {

constexpr std::string_view kMagic = "PSTKSNAP";
constexpr std::uint32_t kVersion = 2;

template <typename T, typename WriteOne>
void WriteList(ByteWriter& out, const std::vector<T>& list, WriteOne write_one) {
  out.Fixed(static_cast<std::uint32_t>(list.size()));
  for (const T& element : list) write_one(out, element);
}

/// Stops at the first element that runs over the end, so a damaged count costs nothing.
template <typename T, typename ReadOne>
std::vector<T> ReadList(ByteReader& in, ReadOne read_one) {
  std::vector<T> list;
  const auto count = in.Fixed<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) list.push_back(read_one(in));
  return list;
}

void WriteField(ByteWriter& out, const TypeField& field) {
  out.String(field.name);
  out.String(field.type);
}

TypeField ReadField(ByteReader& in) {
  TypeField field;
  field.name = in.String();
  field.type = in.String();
  return field;
}

void WriteTable(ByteWriter& out, const SnapshotTable& table) {
  out.String(table.name);
  out.String(table.kind);
  WriteList(out, table.key, WriteField);
  WriteList(out, table.space, WriteField);
  WriteList(out, table.value, WriteField);
}

SnapshotTable ReadTable(ByteReader& in, std::uint32_t version) {
  SnapshotTable table;
  table.name = in.String();
  table.kind = in.String();
  table.key = ReadList<TypeField>(in, ReadField);
  table.space = ReadList<TypeField>(in, ReadField);
  table.value = ReadList<TypeField>(in, ReadField);
  if (version > 1) return table;
  table.file = in.String();
  table.entries = in.Fixed<std::uint64_t>();
  in.Fixed<std::uint64_t>();  // size and checksum, which the manifest has too
  in.Fixed<std::uint64_t>();
  DescribeTableOfV1(table);
  return table;
}

void WriteOperator(ByteWriter& out, const SnapshotOperator& op) {
  out.String(op.key);
  out.String(op.name);
  out.String(op.state);
  WriteList(out, op.tables, WriteTable);
}

SnapshotOperator ReadOperator(ByteReader& in, std::uint32_t version) {
  SnapshotOperator op;
  op.key = in.String();
  op.name = in.String();
  op.state = in.String();
  op.tables = ReadList<SnapshotTable>(in, [&](ByteReader& r) { return ReadTable(r, version); });
  return op;
}

void WritePartFile(ByteWriter& out, const PartFile& file) {
  out.String(file.name);
  out.Fixed(file.level);
  out.Fixed(file.smallest_sequence);
  out.Fixed(file.largest_sequence);
  out.String(file.smallest_key);
  out.String(file.largest_key);
  out.Fixed(file.tail_checksum);
}

PartFile ReadPartFile(ByteReader& in) {
  PartFile file;
  file.name = in.String();
  file.level = in.Fixed<std::int32_t>();
  file.smallest_sequence = in.Fixed<std::uint64_t>();
  file.largest_sequence = in.Fixed<std::uint64_t>();
  file.smallest_key = in.String();
  file.largest_key = in.String();
  file.tail_checksum = in.Fixed<std::uint64_t>();
  return file;
}

void WritePart(ByteWriter& out, const SnapshotPart& part) {
  out.Fixed(part.groups.begin);
  out.Fixed(part.groups.end);
  WriteList(out, part.states, [](ByteWriter& w, std::uint32_t state) { w.Fixed(state); });
  WriteList(out, part.files, WritePartFile);
}

SnapshotPart ReadPart(ByteReader& in) {
  SnapshotPart part;
  part.groups.begin = in.Fixed<std::uint32_t>();
  part.groups.end = in.Fixed<std::uint32_t>();
  part.states = ReadList<std::uint32_t>(in, [](ByteReader& r) { return r.Fixed<std::uint32_t>(); });
  part.files = ReadList<PartFile>(in, ReadPartFile);
  return part;
}

SnapshotMetadata ReadBody(ByteReader& in, std::uint32_t version) {
  SnapshotMetadata metadata;
  metadata.version = version;
  metadata.checkpoint = CheckpointId(in.Fixed<std::uint64_t>());
  metadata.subtask.vertex = VertexId(in.Fixed<std::uint32_t>());
  metadata.subtask.index = in.Fixed<std::uint32_t>();
  metadata.parallelism = in.Fixed<std::uint32_t>();
  metadata.max_parallelism = in.Fixed<std::uint32_t>();
  metadata.key_hash_version = in.Fixed<std::uint32_t>();
  metadata.input_watermarks =
      ReadList<std::int64_t>(in, [](ByteReader& r) { return r.Fixed<std::int64_t>(); });
  metadata.operators =
      ReadList<SnapshotOperator>(in, [&](ByteReader& r) { return ReadOperator(r, version); });
  if (version > 1) metadata.parts = ReadList<SnapshotPart>(in, ReadPart);
  return metadata;
}

}  // namespace

std::string EncodeSnapshotMetadata(const SnapshotMetadata& metadata) {
  std::string bytes;
  ByteWriter out(bytes);
  out.Bytes(kMagic);
  out.Fixed(kVersion);
  out.Fixed(metadata.checkpoint.value());
  out.Fixed(metadata.subtask.vertex.value());
  out.Fixed(metadata.subtask.index);
  out.Fixed(metadata.parallelism);
  out.Fixed(metadata.max_parallelism);
  out.Fixed(metadata.key_hash_version);
  WriteList(out, metadata.input_watermarks,
            [](ByteWriter& w, std::int64_t watermark) { w.Fixed(watermark); });
  WriteList(out, metadata.operators, WriteOperator);
  WriteList(out, metadata.parts, WritePart);
  out.Fixed(Checksum(bytes));
  return bytes;
}

Result<SnapshotMetadata> DecodeSnapshotMetadata(std::string_view bytes) {
  constexpr std::size_t kSmallest = kMagic.size() + sizeof(kVersion) + sizeof(std::uint64_t);
  if (bytes.size() < kSmallest || !bytes.starts_with(kMagic)) {
    return Status::Corruption("not a snapshot metadata file");
  }
  const std::string_view content = bytes.substr(0, bytes.size() - sizeof(std::uint64_t));
  if (ByteReader(bytes.substr(content.size())).Fixed<std::uint64_t>() != Checksum(content)) {
    return Status::Corruption("snapshot metadata has a wrong checksum");
  }
  ByteReader in(content.substr(kMagic.size()));
  const auto version = in.Fixed<std::uint32_t>();
  if (version < 1 || version > kVersion) {
    return Status::InvalidArgument(
        fmt::format("snapshot metadata has format version {}, this build reads 1 to {}", version,
                    kVersion),
        "restore it with the version of Penstock that wrote it");
  }
  SnapshotMetadata metadata = ReadBody(in, version);
  if (in.failed() || in.remaining() != 0) {
    return Status::Corruption("snapshot metadata does not fill its file");
  }
  return metadata;
}

std::string SnapshotMetadataName(SubtaskId subtask) {
  return fmt::format("{}-{}-0.meta", subtask.vertex.value(), subtask.index);
}

std::string SnapshotTableName(SubtaskId subtask, std::uint64_t number) {
  return fmt::format("{}-{}-{}.sst", subtask.vertex.value(), subtask.index, number);
}

}  // namespace penstock
