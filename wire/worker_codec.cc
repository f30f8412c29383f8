#include <kj/debug.h>

#include "wire/control_codec.h"

namespace penstock::control {
namespace {

struct CommandWriter {
  WorkerCommand::Builder to;

  void operator()(const StartHost& from) {
    auto start = to.initStartHost();
    Write(from.host, start.initHost());
    start.setGeneration(from.generation.value());
    Write(from.job, start.initJob());
    start.setSlots(from.slots);
  }
  void operator()(const ForwardToHost& from) {
    auto forward = to.initForwardToHost();
    Write(from.host, forward.initHost());
    Write(from.command, forward.initCommand());
  }
  void operator()(const KillHost& from) { Write(from.host, to.initKillHost()); }
  void operator()(const AskWorker& from) {
    auto ask = to.initAskWorker();
    ask.setId(from.id.value());
    Write(from.query, ask.initQuery());
  }
};

struct EventWriter {
  WorkerEvent::Builder to;

  void operator()(const WorkerHeartbeat& from) {
    auto heartbeat = to.initHeartbeat();
    heartbeat.setResidentBytes(from.resident_bytes);
    heartbeat.setCpuMillis(from.cpu_millis);
  }
  void operator()(const HostExited& from) {
    auto exited = to.initHostExited();
    Write(from.host, exited.initHost());
    exited.setClean(from.clean);
    exited.setOrdered(from.ordered);
    exited.setDescription(ToText(from.description));
    exited.setLogTail(ToText(from.log_tail));
    exited.setStack(ToText(from.stack));
  }
  void operator()(const FromHost& from) {
    auto from_host = to.initFromHost();
    Write(from.host, from_host.initHost());
    Write(from.event, from_host.initEvent());
  }
  void operator()(const penstock::QueryAnswer& from) { Write(from, to.initQueryAnswer()); }
};

}  // namespace

void Write(const penstock::WorkerCommand& from, WorkerCommand::Builder to) {
  std::visit(CommandWriter{to}, from);
}

penstock::WorkerCommand Read(WorkerCommand::Reader from) {
  switch (from.which()) {
    case WorkerCommand::START_HOST: {
      auto start = from.getStartHost();
      return StartHost{ReadId<HostId>(start.getHost()), Generation(start.getGeneration()),
                       Read(start.getJob()), start.getSlots()};
    }
    case WorkerCommand::FORWARD_TO_HOST: {
      auto forward = from.getForwardToHost();
      return ForwardToHost{ReadId<HostId>(forward.getHost()), Read(forward.getCommand())};
    }
    case WorkerCommand::KILL_HOST: return KillHost{ReadId<HostId>(from.getKillHost())};
    case WorkerCommand::ASK_WORKER: {
      auto ask = from.getAskWorker();
      return AskWorker{QueryId(ask.getId()), Read(ask.getQuery())};
    }
  }
  KJ_FAIL_REQUIRE("unknown command to a worker");
}

void Write(const penstock::WorkerEvent& from, WorkerEvent::Builder to) {
  std::visit(EventWriter{to}, from);
}

penstock::WorkerEvent Read(WorkerEvent::Reader from) {
  switch (from.which()) {
    case WorkerEvent::HEARTBEAT: {
      auto heartbeat = from.getHeartbeat();
      return WorkerHeartbeat{heartbeat.getResidentBytes(), heartbeat.getCpuMillis()};
    }
    case WorkerEvent::HOST_EXITED: {
      auto exited = from.getHostExited();
      return HostExited{ReadId<HostId>(exited.getHost()),
                        exited.getClean(),
                        exited.getOrdered(),
                        ReadText(exited.getDescription()),
                        ReadText(exited.getLogTail()),
                        ReadText(exited.getStack())};
    }
    case WorkerEvent::FROM_HOST: {
      auto from_host = from.getFromHost();
      return FromHost{ReadId<HostId>(from_host.getHost()), Read(from_host.getEvent())};
    }
    case WorkerEvent::QUERY_ANSWER: return Read(from.getQueryAnswer());
  }
  KJ_FAIL_REQUIRE("unknown event of a worker");
}

void Write(const penstock::WorkerRegistration& from, WorkerRegistration::Builder to) {
  Write(from.worker, to.initWorker());
  to.setAddress(ToText(from.address));
  to.setPid(from.pid);
  to.setSlots(from.slots);
  to.setMemoryBytes(from.memory_bytes);
  to.setDataDirectory(ToText(from.data_directory));
}

penstock::WorkerRegistration Read(WorkerRegistration::Reader from) {
  penstock::WorkerRegistration registration;
  registration.worker = ReadId<WorkerId>(from.getWorker());
  registration.address = ReadText(from.getAddress());
  registration.pid = from.getPid();
  registration.slots = from.getSlots();
  registration.memory_bytes = from.getMemoryBytes();
  registration.data_directory = ReadText(from.getDataDirectory());
  return registration;
}

}  // namespace penstock::control
