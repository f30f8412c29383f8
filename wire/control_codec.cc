#include "wire/control_codec.h"

#include <kj/debug.h>

namespace penstock::control {
namespace {

using TextMap = std::map<std::string, std::string>;

void WriteMap(const TextMap& from, capnp::List<Entry>::Builder to) {
  unsigned index = 0;
  for (const auto& [key, value] : from) {
    auto entry = to[index++];
    entry.setKey(ToText(key));
    entry.setValue(ToText(value));
  }
}

TextMap ReadMap(capnp::List<Entry>::Reader from) {
  TextMap map;
  for (auto entry : from) map.emplace(ReadText(entry.getKey()), ReadText(entry.getValue()));
  return map;
}

}  // namespace

// Not in the unnamed namespace, where argument-dependent look-up would not find them.
static void Write(const penstock::SnapshotFile& from, SnapshotFile::Builder to) {
  to.setName(ToText(from.name));
  to.setSize(from.size);
  to.setChecksum(from.checksum);
}

static penstock::SnapshotFile Read(SnapshotFile::Reader from) {
  return {ReadText(from.getName()), from.getSize(), from.getChecksum()};
}

void Write(const penstock::Status& from, Status::Builder to) {
  to.setOk(from.ok());
  if (from.ok()) return;
  to.setDomain(static_cast<std::uint8_t>(from.domain()));
  to.setCode(static_cast<std::uint8_t>(from.code()));
  to.setMessage(ToText(from.message()));
  to.setHint(ToText(from.hint()));
}

penstock::Status Read(Status::Reader from) {
  if (from.getOk()) return penstock::Status::Ok();
  const auto domain = from.getDomain();
  const auto code = from.getCode();
  KJ_REQUIRE(domain <= static_cast<std::uint8_t>(ErrorDomain::kExternal), "unknown error domain");
  KJ_REQUIRE(code <= static_cast<std::uint8_t>(ErrorCode::kCancelled), "unknown error code");
  return penstock::Status::Error(static_cast<ErrorDomain>(domain), static_cast<ErrorCode>(code),
                                 ReadText(from.getMessage()), ReadText(from.getHint()));
}

void Write(penstock::SubtaskId from, SubtaskId::Builder to) {
  to.setVertex(from.vertex.value());
  to.setIndex(from.index);
}

penstock::SubtaskId Read(SubtaskId::Reader from) {
  return {VertexId(from.getVertex()), from.getIndex()};
}

void Write(const penstock::TaskSnapshot& from, TaskSnapshot::Builder to) {
  Write(from.subtask, to.initSubtask());
  WriteList(from.files, to.initFiles(from.files.size()));
}

penstock::TaskSnapshot Read(TaskSnapshot::Reader from) {
  return {Read(from.getSubtask()), ReadList(from.getFiles())};
}

void Write(const penstock::JobSpec& from, JobSpec::Builder to) {
  Write(from.id, to.initId());
  to.setName(ToText(from.name));
  to.setPluginHash(ToText(from.plugin_hash));
  WriteMap(from.arguments, to.initArguments(from.arguments.size()));
  to.setWorkingDirectory(ToText(from.working_directory));
  WriteMap(from.configuration, to.initConfiguration(from.configuration.size()));
  to.setGraphJson(ToText(from.graph_json));
}

penstock::JobSpec Read(JobSpec::Reader from) {
  penstock::JobSpec job;
  job.id = ReadId<JobId>(from.getId());
  job.name = ReadText(from.getName());
  job.plugin_hash = ReadText(from.getPluginHash());
  job.arguments = ReadMap(from.getArguments());
  job.working_directory = ReadText(from.getWorkingDirectory());
  job.configuration = ReadMap(from.getConfiguration());
  job.graph_json = ReadText(from.getGraphJson());
  return job;
}

void Write(const penstock::HostSetup& from, HostSetup::Builder to) {
  Write(from.host, to.initHost());
  to.setGeneration(from.generation.value());
  Write(from.job, to.initJob());
  to.setPluginPath(ToText(from.plugin_path));
  to.setMemoryBytes(from.memory_bytes);
  to.setBindAddress(ToText(from.bind_address));
  to.setClusterSecret(ToText(from.cluster_secret));
  to.setStateDirectory(ToText(from.state_directory));
  to.setSlots(from.slots);
}

penstock::HostSetup Read(HostSetup::Reader from) {
  penstock::HostSetup setup;
  setup.host = ReadId<HostId>(from.getHost());
  setup.generation = Generation(from.getGeneration());
  setup.job = Read(from.getJob());
  setup.plugin_path = ReadText(from.getPluginPath());
  setup.memory_bytes = from.getMemoryBytes();
  setup.bind_address = ReadText(from.getBindAddress());
  setup.cluster_secret = ReadText(from.getClusterSecret());
  setup.state_directory = ReadText(from.getStateDirectory());
  setup.slots = from.getSlots();
  return setup;
}

}  // namespace penstock::control
