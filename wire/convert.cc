#include "wire/convert.h"

#include <cstring>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include "wire/control_codec.h"

namespace penstock {
namespace {

template <typename Form, typename Message>
std::string Encode(const Message& message) {
  capnp::MallocMessageBuilder builder;
  control::Write(message, builder.initRoot<Form>());
  const kj::Array<capnp::word> words = capnp::messageToFlatArray(builder);
  const auto bytes = words.asChars();
  return {bytes.begin(), bytes.size()};
}

/// Bounds what a damaged message can make a reader do: every byte may be visited a few times,
/// because groups and structs count at each access.
capnp::ReaderOptions LimitsFor(std::size_t words) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = words * 8 + 64;
  return options;
}

template <typename Form>
auto DecodeOrThrow(kj::ArrayPtr<const capnp::word> words) {
  capnp::FlatArrayMessageReader reader(words, LimitsFor(words.size()));
  KJ_REQUIRE(reader.getEnd() == words.end(), "bytes after the message");
  return control::Read(reader.getRoot<Form>());
}

template <typename Form, typename Message>
Result<Message> Decode(std::string_view bytes, const char* what) {
  const std::string context = std::string("a damaged control message (") + what + ")";
  if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0 ||
      bytes.size() > kMaxControlMessage) {
    return Status::Corruption(context + ": impossible length " + std::to_string(bytes.size()));
  }
  // A copy, because the reader wants aligned words.
  auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
  std::memcpy(words.begin(), bytes.data(), bytes.size());

  Message message;
  auto exception = kj::runCatchingExceptions([&] { message = DecodeOrThrow<Form>(words); });
  KJ_IF_MAYBE (thrown, exception) {
    return Status::Corruption(context + ": " + thrown->getDescription().cStr());
  }
  return message;
}

}  // namespace

std::string EncodeHostSetup(const HostSetup& setup) { return Encode<control::HostSetup>(setup); }
Result<HostSetup> DecodeHostSetup(std::string_view bytes) {
  return Decode<control::HostSetup, HostSetup>(bytes, "host setup");
}

std::string EncodeHostCommand(const HostCommand& command) {
  return Encode<control::HostCommand>(command);
}
Result<HostCommand> DecodeHostCommand(std::string_view bytes) {
  return Decode<control::HostCommand, HostCommand>(bytes, "host command");
}

std::string EncodeHostEvent(const HostEvent& event) { return Encode<control::HostEvent>(event); }
Result<HostEvent> DecodeHostEvent(std::string_view bytes) {
  return Decode<control::HostEvent, HostEvent>(bytes, "host event");
}

std::string EncodeWorkerCommand(const WorkerCommand& command) {
  return Encode<control::WorkerCommand>(command);
}
Result<WorkerCommand> DecodeWorkerCommand(std::string_view bytes) {
  return Decode<control::WorkerCommand, WorkerCommand>(bytes, "worker command");
}

std::string EncodeWorkerEvent(const WorkerEvent& event) {
  return Encode<control::WorkerEvent>(event);
}
Result<WorkerEvent> DecodeWorkerEvent(std::string_view bytes) {
  return Decode<control::WorkerEvent, WorkerEvent>(bytes, "worker event");
}

std::string EncodeWorkerRegistration(const WorkerRegistration& registration) {
  return Encode<control::WorkerRegistration>(registration);
}
Result<WorkerRegistration> DecodeWorkerRegistration(std::string_view bytes) {
  return Decode<control::WorkerRegistration, WorkerRegistration>(bytes, "worker registration");
}

}  // namespace penstock
