#pragma once

#include "wire/control.capnp.h"
#include "wire/messages.h"

// Field by field between wire/messages.h and wire/control.capnp; for wire/'s own sources. Read()
// throws kj::Exception for values that no message has, as the generated readers do for damaged
// ones.
namespace penstock::control {

void Write(const penstock::Status& from, Status::Builder to);
void Write(const penstock::HostSetup& from, HostSetup::Builder to);
void Write(const penstock::HostCommand& from, HostCommand::Builder to);
void Write(const penstock::HostEvent& from, HostEvent::Builder to);
void Write(const penstock::WorkerCommand& from, WorkerCommand::Builder to);
void Write(const penstock::WorkerEvent& from, WorkerEvent::Builder to);
void Write(const penstock::WorkerRegistration& from, WorkerRegistration::Builder to);

penstock::Status Read(Status::Reader from);
penstock::HostSetup Read(HostSetup::Reader from);
penstock::HostCommand Read(HostCommand::Reader from);
penstock::HostEvent Read(HostEvent::Reader from);
penstock::WorkerCommand Read(WorkerCommand::Reader from);
penstock::WorkerEvent Read(WorkerEvent::Reader from);
penstock::WorkerRegistration Read(WorkerRegistration::Reader from);

// query_codec.cc
void Write(const penstock::HostQuery& from, HostQuery::Builder to);
void Write(const penstock::WorkerQuery& from, WorkerQuery::Builder to);
void Write(const penstock::QueryAnswer& from, QueryAnswer::Builder to);
penstock::HostQuery Read(HostQuery::Reader from);
penstock::WorkerQuery Read(WorkerQuery::Reader from);
penstock::QueryAnswer Read(QueryAnswer::Reader from);

// Parts that more than one message has.
void Write(const penstock::JobSpec& from, JobSpec::Builder to);
void Write(penstock::SubtaskId from, SubtaskId::Builder to);
void Write(const penstock::TaskSnapshot& from, TaskSnapshot::Builder to);
penstock::JobSpec Read(JobSpec::Reader from);
penstock::SubtaskId Read(SubtaskId::Reader from);
penstock::TaskSnapshot Read(TaskSnapshot::Reader from);

template <typename Tag>
void Write(HexId<Tag> from, Id::Builder to) {
  to.setHigh(from.high());
  to.setLow(from.low());
}

template <typename HexIdType>
HexIdType ReadId(Id::Reader from) {
  return HexIdType(from.getHigh(), from.getLow());
}

inline kj::StringPtr ToText(const std::string& from) { return {from.c_str(), from.size()}; }
inline std::string ReadText(capnp::Text::Reader from) { return {from.cStr(), from.size()}; }

template <typename Items, typename ListBuilder>
void WriteList(const Items& from, ListBuilder to) {
  unsigned index = 0;
  for (const auto& item : from) Write(item, to[index++]);
}

template <typename ListReader>
auto ReadList(ListReader from) {
  std::vector<decltype(Read(from[0]))> items;
  for (auto item : from) items.push_back(Read(item));
  return items;
}

}  // namespace penstock::control
