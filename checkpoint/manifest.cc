#include "checkpoint/manifest.h"

#include <fmt/format.h>

#include "common/bytes.h"
#include "common/checksum.h"

namespace penstock {
namespace {

constexpr std::string_view kMagic = "PSTKMANI";
// Magic, version, length of the body.
constexpr std::size_t kHeaderSize = 8 + 4 + 8;
constexpr std::size_t kFooterSize = 8;

Status Damaged(const std::string& where, std::string_view expected, std::string_view found) {
  return Status::Corruption(
      fmt::format("checkpoint manifest {} is damaged: expected {}, found {}", where, expected,
                  found),
      "restore from another copy of this checkpoint, or start from an older one");
}

void EncodeTask(const TaskSnapshot& task, ByteWriter& out) {
  out.Fixed(task.subtask.vertex.value());
  out.Fixed(task.subtask.index);
  out.Fixed(static_cast<std::uint32_t>(task.files.size()));
  for (const SnapshotFile& file : task.files) {
    out.String(file.name);
    out.Fixed(file.size);
    out.Fixed(file.checksum);
  }
}

TaskSnapshot DecodeTask(ByteReader& in) {
  TaskSnapshot task;
  task.subtask.vertex = VertexId(in.Fixed<std::uint32_t>());
  task.subtask.index = in.Fixed<std::uint32_t>();
  const auto files = in.Fixed<std::uint32_t>();
  for (std::uint32_t i = 0; i < files && !in.failed(); ++i) {
    SnapshotFile file;
    file.name = in.String();
    file.size = in.Fixed<std::uint64_t>();
    file.checksum = in.Fixed<std::uint64_t>();
    task.files.push_back(std::move(file));
  }
  return task;
}

std::string EncodeBody(const CheckpointManifest& manifest) {
  std::string body;
  ByteWriter out(body);
  out.Fixed(manifest.job.high());
  out.Fixed(manifest.job.low());
  out.String(manifest.job_name);
  out.Fixed(manifest.generation.value());
  out.Fixed(manifest.checkpoint.value());
  out.Fixed(static_cast<std::uint8_t>(manifest.final));
  out.Fixed(manifest.created_millis);
  out.Fixed(manifest.graph_hash);
  out.Fixed(static_cast<std::uint32_t>(manifest.vertices.size()));
  for (const VertexParallelism& vertex : manifest.vertices) {
    out.Fixed(vertex.vertex.value());
    out.Fixed(vertex.parallelism);
    out.Fixed(vertex.max_parallelism);
  }
  out.Fixed(static_cast<std::uint32_t>(manifest.tasks.size()));
  for (const TaskSnapshot& task : manifest.tasks) EncodeTask(task, out);
  return body;
}

CheckpointManifest DecodeBody(ByteReader& in) {
  CheckpointManifest manifest;
  const auto high = in.Fixed<std::uint64_t>();
  manifest.job = JobId(high, in.Fixed<std::uint64_t>());
  manifest.job_name = in.String();
  manifest.generation = Generation(in.Fixed<std::uint64_t>());
  manifest.checkpoint = CheckpointId(in.Fixed<std::uint64_t>());
  manifest.final = in.Fixed<std::uint8_t>() != 0;
  manifest.created_millis = in.Fixed<std::int64_t>();
  manifest.graph_hash = in.Fixed<std::uint64_t>();
  const auto vertices = in.Fixed<std::uint32_t>();
  for (std::uint32_t i = 0; i < vertices && !in.failed(); ++i) {
    VertexParallelism vertex;
    vertex.vertex = VertexId(in.Fixed<std::uint32_t>());
    vertex.parallelism = in.Fixed<std::uint32_t>();
    vertex.max_parallelism = in.Fixed<std::uint32_t>();
    manifest.vertices.push_back(vertex);
  }
  const auto tasks = in.Fixed<std::uint32_t>();
  for (std::uint32_t i = 0; i < tasks && !in.failed(); ++i) {
    manifest.tasks.push_back(DecodeTask(in));
  }
  return manifest;
}

/// The body between header and footer, when both agree with it.
Result<std::string_view> CheckedBody(std::string_view bytes, const std::string& where) {
  if (bytes.size() < kHeaderSize + kFooterSize) {
    return Damaged(where, fmt::format("at least {} bytes", kHeaderSize + kFooterSize),
                   fmt::format("{} bytes", bytes.size()));
  }
  ByteReader header(bytes);
  if (header.Bytes(kMagic.size()) != kMagic) {
    return Damaged(where, fmt::format("a file that starts with '{}'", kMagic), "other bytes");
  }
  const auto version = header.Fixed<std::uint32_t>();
  if (version == 0 || version > kManifestVersion) {
    return Status::InvalidArgument(
        fmt::format("checkpoint manifest {} has format version {}, this release reads up to {}",
                    where, version, kManifestVersion),
        "use the release that wrote it, or a later one");
  }
  const auto length = header.Fixed<std::uint64_t>();
  const std::uint64_t found = bytes.size() - kHeaderSize - kFooterSize;
  if (length != found) {
    return Damaged(where, fmt::format("a body of {} bytes", length),
                   fmt::format("{} bytes", found));
  }
  ByteReader footer(bytes.substr(bytes.size() - kFooterSize));
  const auto expected = footer.Fixed<std::uint64_t>();
  const std::uint64_t actual = Checksum(bytes.substr(0, bytes.size() - kFooterSize));
  if (expected != actual) {
    return Damaged(where, fmt::format("checksum {:016x}", expected),
                   fmt::format("{:016x}", actual));
  }
  return bytes.substr(kHeaderSize, length);
}

}  // namespace

std::uint64_t TotalBytes(const CheckpointManifest& manifest) {
  std::uint64_t total = 0;
  for (const TaskSnapshot& task : manifest.tasks) {
    for (const SnapshotFile& file : task.files) total += file.size;
  }
  return total;
}

std::string EncodeManifest(const CheckpointManifest& manifest) {
  const std::string body = EncodeBody(manifest);
  std::string bytes;
  ByteWriter out(bytes);
  out.Bytes(kMagic);
  out.Fixed(kManifestVersion);
  out.Fixed(static_cast<std::uint64_t>(body.size()));
  out.Bytes(body);
  out.Fixed(Checksum(bytes));
  return bytes;
}

Result<CheckpointManifest> DecodeManifest(std::string_view bytes, const std::string& where) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string_view body, CheckedBody(bytes, where));
  ByteReader in(body);
  CheckpointManifest manifest = DecodeBody(in);
  if (in.failed() || in.remaining() != 0) {
    return Damaged(where, "a body whose parts fill it exactly",
                   in.failed() ? std::string("its end within a part")
                               : fmt::format("{} bytes left over", in.remaining()));
  }
  for (const TaskSnapshot& task : manifest.tasks) {
    for (const SnapshotFile& file : task.files) {
      if (!IsSafeFileName(file.name)) {
        return Damaged(where, "file names within the checkpoint", "'" + file.name + "'");
      }
    }
  }
  return manifest;
}

bool IsSafeFileName(std::string_view name) {
  if (name.empty() || name.front() == '/' || name == kManifestFile) return false;
  while (!name.empty()) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return part.find('\0') == std::string_view::npos;
    name.remove_prefix(slash + 1);
  }
  return false;
}

}  // namespace penstock
