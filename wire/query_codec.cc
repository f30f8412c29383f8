#include <kj/debug.h>

#include "wire/control_codec.h"

namespace penstock::control {
namespace {

struct HostQueryWriter {
  HostQuery::Builder to;

  void operator()(const DumpStacks& from) {
    WriteList(from.subtasks, to.initDumpStacks().initSubtasks(from.subtasks.size()));
  }
  void operator()(const SampleStacks& from) {
    auto sample = to.initSampleStacks();
    WriteList(from.subtasks, sample.initSubtasks(from.subtasks.size()));
    sample.setDurationMillis(from.duration_millis);
    sample.setKind(static_cast<std::uint8_t>(from.kind));
  }
  void operator()(const TailRecords& from) {
    auto tail = to.initTailRecords();
    tail.setVertex(from.vertex.value());
    tail.setPosition(from.position);
    tail.setLeaseMillis(from.lease_millis);
    tail.setMaxRecords(from.max_records);
  }
};

struct WorkerQueryWriter {
  WorkerQuery::Builder to;

  void operator()(const ListLogs&) { to.setListLogs(); }
  void operator()(const ReadLog& from) {
    auto read = to.initReadLog();
    read.setName(ToText(from.name));
    read.setOffset(from.offset);
    read.setMaxBytes(from.max_bytes);
    read.setFromEnd(from.from_end);
  }
  void operator()(const DumpWorkerStacks&) { to.setDumpWorkerStacks(); }
  void operator()(const AskHost& from) {
    auto ask = to.initAskHost();
    Write(from.host, ask.initHost());
    Write(from.query, ask.initQuery());
  }
};

}  // namespace

void Write(const penstock::HostQuery& from, HostQuery::Builder to) {
  std::visit(HostQueryWriter{to}, from);
}

penstock::HostQuery Read(HostQuery::Reader from) {
  switch (from.which()) {
    case HostQuery::DUMP_STACKS: return DumpStacks{ReadList(from.getDumpStacks().getSubtasks())};
    case HostQuery::SAMPLE_STACKS: {
      auto sample = from.getSampleStacks();
      // An unknown kind is one of a newer coordinator, which the host must not guess at.
      KJ_REQUIRE(sample.getKind() < kSampleKinds, "unknown kind of samples");
      return SampleStacks{ReadList(sample.getSubtasks()), sample.getDurationMillis(),
                          static_cast<SampleKind>(sample.getKind())};
    }
    case HostQuery::TAIL_RECORDS: {
      auto tail = from.getTailRecords();
      return TailRecords{VertexId(tail.getVertex()), tail.getPosition(), tail.getLeaseMillis(),
                         tail.getMaxRecords()};
    }
  }
  KJ_FAIL_REQUIRE("unknown query to a task host");
}

void Write(const penstock::WorkerQuery& from, WorkerQuery::Builder to) {
  std::visit(WorkerQueryWriter{to}, from);
}

penstock::WorkerQuery Read(WorkerQuery::Reader from) {
  switch (from.which()) {
    case WorkerQuery::LIST_LOGS: return ListLogs{};
    case WorkerQuery::READ_LOG: {
      auto read = from.getReadLog();
      return ReadLog{ReadText(read.getName()), read.getOffset(), read.getMaxBytes(),
                     read.getFromEnd()};
    }
    case WorkerQuery::DUMP_WORKER_STACKS: return DumpWorkerStacks{};
    case WorkerQuery::ASK_HOST: {
      auto ask = from.getAskHost();
      return AskHost{ReadId<HostId>(ask.getHost()), Read(ask.getQuery())};
    }
  }
  KJ_FAIL_REQUIRE("unknown query to a worker");
}

void Write(const penstock::QueryAnswer& from, QueryAnswer::Builder to) {
  to.setId(from.id.value());
  Write(from.status, to.initStatus());
  to.setText(ToText(from.text));
}

penstock::QueryAnswer Read(QueryAnswer::Reader from) {
  return {QueryId(from.getId()), Read(from.getStatus()), ReadText(from.getText())};
}

}  // namespace penstock::control
