#include <kj/debug.h>

#include "wire/control_codec.h"

namespace penstock::control {

// Not in the unnamed namespace, where argument-dependent look-up would not find them.
static void Write(const penstock::HostAssignment& from, HostAssignment::Builder to) {
  Write(from.host, to.initHost());
  to.setEndpoint(ToText(from.endpoint));
  WriteList(from.subtasks, to.initSubtasks(from.subtasks.size()));
}

static penstock::HostAssignment Read(HostAssignment::Reader from) {
  return {ReadId<HostId>(from.getHost()), ReadText(from.getEndpoint()),
          ReadList(from.getSubtasks())};
}

static void Write(const penstock::RestorePoint& from, RestorePoint::Builder to) {
  to.setCheckpoint(from.checkpoint.value());
  to.setDirectory(ToText(from.directory));
  to.setFinal(from.final);
  WriteList(from.tasks, to.initTasks(from.tasks.size()));
}

static penstock::RestorePoint Read(RestorePoint::Reader from) {
  return {CheckpointId(from.getCheckpoint()), ReadText(from.getDirectory()), from.getFinal(),
          ReadList(from.getTasks())};
}

static void Write(const penstock::SnapshotTimings& from, SnapshotTimings::Builder to) {
  to.setStartDelay(from.start_delay);
  to.setAlignment(from.alignment);
  to.setSynchronous(from.synchronous);
  to.setAsynchronous(from.asynchronous);
}

static penstock::SnapshotTimings Read(SnapshotTimings::Reader from) {
  return {from.getStartDelay(), from.getAlignment(), from.getSynchronous(), from.getAsynchronous()};
}

static void Write(const penstock::EdgeMetrics& from, EdgeMetrics::Builder to) {
  to.setRecords(from.records);
  to.setBytes(from.bytes);
}

static penstock::EdgeMetrics Read(EdgeMetrics::Reader from) {
  return {from.getRecords(), from.getBytes()};
}

static void Write(const penstock::TaskMetrics& from, TaskMetrics::Builder to) {
  Write(from.subtask, to.initSubtask());
  auto counters = to.initCounters(from.counters.size());
  unsigned index = 0;
  for (const auto& [name, value] : from.counters) {
    auto counter = counters[index++];
    counter.setName(ToText(name));
    counter.setValue(value);
  }
  to.setWatermark(from.watermark);
  to.setIdle(from.idle);
  to.setAge(from.age);
  auto gauges = to.initGauges(from.gauges.size());
  index = 0;
  for (const auto& [name, value] : from.gauges) {
    auto gauge = gauges[index++];
    gauge.setName(ToText(name));
    gauge.setValue(value);
  }
  to.setOutputWatermark(from.output_watermark);
  to.setFurthest(from.furthest);
  to.setSlowestSplit(ToText(from.slowest_split));
  WriteList(from.edges, to.initEdges(from.edges.size()));
}

static penstock::TaskMetrics Read(TaskMetrics::Reader from) {
  penstock::TaskMetrics metrics;
  metrics.subtask = Read(from.getSubtask());
  for (auto counter : from.getCounters()) {
    metrics.counters.emplace(ReadText(counter.getName()), counter.getValue());
  }
  metrics.watermark = from.getWatermark();
  metrics.idle = from.getIdle();
  metrics.age = from.getAge();
  for (auto gauge : from.getGauges()) {
    metrics.gauges.emplace(ReadText(gauge.getName()), gauge.getValue());
  }
  metrics.output_watermark = from.getOutputWatermark();
  metrics.furthest = from.getFurthest();
  metrics.slowest_split = ReadText(from.getSlowestSplit());
  metrics.edges = ReadList(from.getEdges());
  return metrics;
}

static void Write(const penstock::SourceAlignment& from, SourceAlignment::Builder to) {
  Write(from.subtask, to.initSubtask());
  to.setOthers(from.others);
}

static penstock::SourceAlignment Read(SourceAlignment::Reader from) {
  return {Read(from.getSubtask()), from.getOthers()};
}

static void Write(const penstock::MemoryUse& from, MemoryUse::Builder to) {
  to.setExchange(from.exchange);
  to.setExchangeCapacity(from.exchange_capacity);
  to.setTables(from.tables);
  to.setCache(from.cache);
  to.setResident(from.resident);
}

static penstock::MemoryUse Read(MemoryUse::Reader from) {
  return {from.getExchange(), from.getExchangeCapacity(), from.getTables(), from.getCache(),
          from.getResident()};
}

namespace {

struct CommandWriter {
  HostCommand::Builder to;

  void operator()(const DeployTasks& from) {
    auto deploy = to.initDeployTasks();
    WriteList(from.hosts, deploy.initHosts(from.hosts.size()));
    WriteList(from.restore, deploy.initRestore(from.restore.size()));
    deploy.setCheckpointDirectory(ToText(from.checkpoint_directory));
  }
  void operator()(const StartTasks&) { to.setStartTasks(); }
  void operator()(const TriggerCheckpoint& from) {
    auto trigger = to.initTriggerCheckpoint();
    trigger.setCheckpoint(from.checkpoint.value());
    trigger.setFinal(from.final);
    trigger.setDirectory(ToText(from.directory));
  }
  void operator()(const CheckpointCompleted& from) {
    auto completed = to.initCheckpointCompleted();
    completed.setCheckpoint(from.checkpoint.value());
    completed.setFinal(from.final);
  }
  void operator()(const StopSources& from) { to.initStopSources().setDrain(from.drain); }
  void operator()(const CancelTasks&) { to.setCancelTasks(); }
  void operator()(const AlignSources& from) {
    WriteList(from.sources, to.initAlignSources().initSources(from.sources.size()));
  }
  void operator()(const AskedOfHost& from) {
    auto asked = to.initAskedOfHost();
    asked.setId(from.id.value());
    Write(from.query, asked.initQuery());
  }
};

struct EventWriter {
  HostEvent::Builder to;

  void operator()(const HostReady& from) { to.initHostReady().setEndpoint(ToText(from.endpoint)); }
  void operator()(const HostDeployed&) { to.setHostDeployed(); }
  void operator()(const SourceExhausted& from) { Write(from.subtask, to.initSourceExhausted()); }
  void operator()(const CheckpointAcknowledged& from) {
    auto acknowledged = to.initCheckpointAcknowledged();
    acknowledged.setCheckpoint(from.checkpoint.value());
    Write(from.snapshot, acknowledged.initSnapshot());
    Write(from.timings, acknowledged.initTimings());
    acknowledged.setNewBytes(from.new_bytes);
  }
  void operator()(const CheckpointDeclined& from) {
    auto declined = to.initCheckpointDeclined();
    declined.setCheckpoint(from.checkpoint.value());
    Write(from.subtask, declined.initSubtask());
    Write(from.reason, declined.initReason());
  }
  void operator()(const HostFinished&) { to.setHostFinished(); }
  void operator()(const HostFailed& from) {
    auto failed = to.initHostFailed();
    Write(from.error, failed.initError());
    Write(from.subtask, failed.initSubtask());
    failed.setOperatorName(ToText(from.operator_name));
  }
  void operator()(const HostMetrics& from) {
    auto metrics = to.initHostMetrics();
    WriteList(from.tasks, metrics.initTasks(from.tasks.size()));
    metrics.setStateBytes(from.state_bytes);
    Write(from.memory, metrics.initMemory());
  }
  void operator()(const penstock::QueryAnswer& from) { Write(from, to.initQueryAnswer()); }
};

penstock::DeployTasks ReadDeployTasks(HostCommand::DeployTasks::Reader from) {
  return {ReadList(from.getHosts()), ReadList(from.getRestore()),
          ReadText(from.getCheckpointDirectory())};
}

penstock::CheckpointAcknowledged ReadAcknowledged(HostEvent::CheckpointAcknowledged::Reader from) {
  return {CheckpointId(from.getCheckpoint()), Read(from.getSnapshot()), Read(from.getTimings()),
          from.getNewBytes()};
}

penstock::CheckpointDeclined ReadDeclined(HostEvent::CheckpointDeclined::Reader from) {
  return {CheckpointId(from.getCheckpoint()), Read(from.getSubtask()), Read(from.getReason())};
}

penstock::HostFailed ReadFailed(HostEvent::HostFailed::Reader from) {
  return {Read(from.getError()), Read(from.getSubtask()), ReadText(from.getOperatorName())};
}

}  // namespace

void Write(const penstock::HostCommand& from, HostCommand::Builder to) {
  std::visit(CommandWriter{to}, from);
}

penstock::HostCommand Read(HostCommand::Reader from) {
  switch (from.which()) {
    case HostCommand::DEPLOY_TASKS: return ReadDeployTasks(from.getDeployTasks());
    case HostCommand::START_TASKS: return StartTasks{};
    case HostCommand::TRIGGER_CHECKPOINT: {
      auto trigger = from.getTriggerCheckpoint();
      return TriggerCheckpoint{CheckpointId(trigger.getCheckpoint()), trigger.getFinal(),
                               ReadText(trigger.getDirectory())};
    }
    case HostCommand::CHECKPOINT_COMPLETED: {
      auto completed = from.getCheckpointCompleted();
      return CheckpointCompleted{CheckpointId(completed.getCheckpoint()), completed.getFinal()};
    }
    case HostCommand::STOP_SOURCES: return StopSources{from.getStopSources().getDrain()};
    case HostCommand::CANCEL_TASKS: return CancelTasks{};
    case HostCommand::ALIGN_SOURCES:
      return AlignSources{ReadList(from.getAlignSources().getSources())};
    case HostCommand::ASKED_OF_HOST: {
      auto asked = from.getAskedOfHost();
      return AskedOfHost{QueryId(asked.getId()), Read(asked.getQuery())};
    }
  }
  KJ_FAIL_REQUIRE("unknown command to a task host");
}

void Write(const penstock::HostEvent& from, HostEvent::Builder to) {
  std::visit(EventWriter{to}, from);
}

penstock::HostEvent Read(HostEvent::Reader from) {
  switch (from.which()) {
    case HostEvent::HOST_READY: return HostReady{ReadText(from.getHostReady().getEndpoint())};
    case HostEvent::HOST_DEPLOYED: return HostDeployed{};
    case HostEvent::SOURCE_EXHAUSTED: return SourceExhausted{Read(from.getSourceExhausted())};
    case HostEvent::CHECKPOINT_ACKNOWLEDGED:
      return ReadAcknowledged(from.getCheckpointAcknowledged());
    case HostEvent::CHECKPOINT_DECLINED: return ReadDeclined(from.getCheckpointDeclined());
    case HostEvent::HOST_FINISHED: return HostFinished{};
    case HostEvent::HOST_FAILED: return ReadFailed(from.getHostFailed());
    case HostEvent::HOST_METRICS: {
      auto metrics = from.getHostMetrics();
      return HostMetrics{ReadList(metrics.getTasks()), metrics.getStateBytes(),
                         Read(metrics.getMemory())};
    }
    case HostEvent::QUERY_ANSWER: return Read(from.getQueryAnswer());
  }
  KJ_FAIL_REQUIRE("unknown event of a task host");
}

}  // namespace penstock::control
