// Values of the job store: docs/formats/job-store.md.

#include <fmt/format.h>

#include "common/bytes.h"
#include "common/checksum.h"
#include "coordinator/job_store.h"

namespace penstock {
namespace {

constexpr std::uint32_t kVersion = 3;
constexpr std::size_t kOverhead = 4 + 8;

std::string Seal(const std::string& body) {
  std::string bytes;
  ByteWriter out(bytes);
  out.Fixed(kVersion);
  out.Bytes(body);
  out.Fixed(Checksum(bytes));
  return bytes;
}

Status Damaged(const std::string& what, const std::string& found) {
  return Status::Corruption("job store: " + what + " is damaged: " + found,
                            "restore the job store's directory from a copy");
}

struct Unsealed {
  std::uint32_t version = 0;
  std::string_view body;
};

Result<Unsealed> Unseal(std::string_view bytes, const std::string& what) {
  if (bytes.size() < kOverhead) return Damaged(what, fmt::format("{} bytes", bytes.size()));
  ByteReader footer(bytes.substr(bytes.size() - 8));
  const auto expected = footer.Fixed<std::uint64_t>();
  const std::uint64_t found = Checksum(bytes.substr(0, bytes.size() - 8));
  if (expected != found) {
    return Damaged(what, fmt::format("expected checksum {:016x}, found {:016x}", expected, found));
  }
  ByteReader header(bytes);
  const auto version = header.Fixed<std::uint32_t>();
  if (version == 0 || version > kVersion) {
    return Status::InvalidArgument(
        fmt::format("job store: {} has format version {}, this release reads up to {}", what,
                    version, kVersion),
        "use the release that wrote it, or a later one");
  }
  return Unsealed{version, bytes.substr(4, bytes.size() - kOverhead)};
}

void WriteMap(const std::map<std::string, std::string>& map, ByteWriter& out) {
  out.Fixed(static_cast<std::uint32_t>(map.size()));
  for (const auto& [key, value] : map) {
    out.String(key);
    out.String(value);
  }
}

std::map<std::string, std::string> ReadMap(ByteReader& in) {
  std::map<std::string, std::string> map;
  const auto size = in.Fixed<std::uint32_t>();
  for (std::uint32_t i = 0; i < size && !in.failed(); ++i) {
    std::string key(in.String());
    map.emplace(std::move(key), in.String());
  }
  return map;
}

void WriteFailure(const JobFailure& failure, ByteWriter& out) {
  out.Fixed(failure.wall_millis);
  out.String(failure.message);
  out.String(failure.hint);
  out.String(failure.task);
  out.String(failure.worker);
  out.Fixed(static_cast<std::uint32_t>(failure.followed_by.size()));
  for (const JobConsequence& later : failure.followed_by) {
    out.String(later.message);
    out.Fixed(later.wall_millis);
    out.String(later.task);
    out.String(later.worker);
  }
  out.String(failure.operator_name);
  out.Fixed(failure.generation.value());
  out.String(failure.stack);
}

JobFailure ReadFailure(ByteReader& in, std::uint32_t version) {
  JobFailure failure;
  failure.wall_millis = in.Fixed<std::int64_t>();
  failure.message = in.String();
  failure.hint = in.String();
  failure.task = in.String();
  failure.worker = in.String();
  const auto size = in.Fixed<std::uint32_t>();
  for (std::uint32_t i = 0; i < size && !in.failed(); ++i) {
    JobConsequence& later = failure.followed_by.emplace_back();
    later.message = in.String();
    if (version < 3) continue;
    later.wall_millis = in.Fixed<std::int64_t>();
    later.task = in.String();
    later.worker = in.String();
  }
  if (version >= 3) {
    failure.operator_name = in.String();
    failure.generation = Generation(in.Fixed<std::uint64_t>());
    failure.stack = in.String();
  }
  return failure;
}

}  // namespace

std::string EncodeJobSpec(const JobSpec& spec) {
  std::string body;
  ByteWriter out(body);
  out.Fixed(spec.id.high());
  out.Fixed(spec.id.low());
  out.String(spec.name);
  out.String(spec.plugin_hash);
  WriteMap(spec.arguments, out);
  out.String(spec.working_directory);
  WriteMap(spec.configuration, out);
  out.String(spec.graph_json);
  return Seal(body);
}

Result<JobSpec> DecodeJobSpec(std::string_view bytes, const std::string& what) {
  PENSTOCK_ASSIGN_OR_RETURN(const Unsealed value, Unseal(bytes, what));
  ByteReader in(value.body);
  JobSpec spec;
  const auto high = in.Fixed<std::uint64_t>();
  spec.id = JobId(high, in.Fixed<std::uint64_t>());
  spec.name = in.String();
  spec.plugin_hash = in.String();
  spec.arguments = ReadMap(in);
  spec.working_directory = in.String();
  spec.configuration = ReadMap(in);
  spec.graph_json = in.String();
  if (in.failed() || in.remaining() != 0) return Damaged(what, "its parts do not fill it");
  return spec;
}

std::string EncodeJobProgress(const JobProgress& progress) {
  std::string body;
  ByteWriter out(body);
  out.Fixed(static_cast<std::uint8_t>(progress.state));
  out.Fixed(static_cast<std::uint8_t>(progress.goal));
  out.Fixed(progress.generation.value());
  out.Fixed(progress.last_used.value());
  out.Fixed(progress.last_completed.value());
  out.Fixed(progress.restarts);
  out.Fixed(progress.submitted_millis);
  out.Fixed(progress.end_millis);
  for (const std::int64_t entered : progress.entered) out.Fixed(entered);
  out.Fixed(static_cast<std::uint32_t>(progress.failures.size()));
  for (const JobFailure& failure : progress.failures) WriteFailure(failure, out);
  out.Fixed(static_cast<std::uint8_t>(progress.drain));
  out.String(progress.stop_directory);
  out.String(progress.savepoint);
  out.Fixed(static_cast<std::uint8_t>(progress.discard_checkpoints));
  return Seal(body);
}

Result<JobProgress> DecodeJobProgress(std::string_view bytes, const std::string& what) {
  PENSTOCK_ASSIGN_OR_RETURN(const Unsealed value, Unseal(bytes, what));
  ByteReader in(value.body);
  JobProgress progress;
  const auto state = in.Fixed<std::uint8_t>();
  const auto goal = in.Fixed<std::uint8_t>();
  progress.generation = Generation(in.Fixed<std::uint64_t>());
  progress.last_used = CheckpointId(in.Fixed<std::uint64_t>());
  progress.last_completed = CheckpointId(in.Fixed<std::uint64_t>());
  progress.restarts = in.Fixed<std::uint64_t>();
  progress.submitted_millis = in.Fixed<std::int64_t>();
  progress.end_millis = in.Fixed<std::int64_t>();
  for (std::int64_t& entered : progress.entered) entered = in.Fixed<std::int64_t>();
  const auto failures = in.Fixed<std::uint32_t>();
  for (std::uint32_t i = 0; i < failures && !in.failed(); ++i) {
    progress.failures.push_back(ReadFailure(in, value.version));
  }
  if (value.version >= 2) {
    progress.drain = in.Fixed<std::uint8_t>() != 0;
    progress.stop_directory = in.String();
    progress.savepoint = in.String();
    progress.discard_checkpoints = in.Fixed<std::uint8_t>() != 0;
  }
  if (in.failed() || in.remaining() != 0 || state >= kJobStates ||
      goal > static_cast<std::uint8_t>(JobGoal::kCancel)) {
    return Damaged(what, "its parts do not fill it");
  }
  progress.state = static_cast<JobState>(state);
  progress.goal = static_cast<JobGoal>(goal);
  return progress;
}

}  // namespace penstock
