#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <capnp/message.h>
#include <capnp/serialize-packed.h>
#include <kj/exception.h>
#include <kj/io.h>

#include "connectors/file/file_sink.h"
#include "connectors/file/file_source.h"
#include "connectors/file/framing.h"
#include "connectors/file/record_parser.h"

// Only for those who include it and link penstock_capnp_format: nothing else in api/ or connectors/
// knows Cap'n Proto.

namespace penstock {

namespace internal {

/// What Cap'n Proto calls fn(reader) for; its exceptions become errors.
template <typename Schema, typename T, typename Read>
class CapnpParser final : public RecordParser {
 public:
  explicit CapnpParser(Read read) : read_(std::move(read)) {}

  Status Parse(std::string_view bytes, void* record, Arena&) override {
    const auto failure = kj::runCatchingExceptions([&] {
      kj::ArrayInputStream stream(
          kj::arrayPtr(reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()));
      capnp::PackedMessageReader message(stream);
      *static_cast<T*>(record) = read_(message.getRoot<Schema>());
    });
    KJ_IF_MAYBE (exception, failure) {
      return Status::InvalidArgument(std::string("not a Cap'n Proto message of that schema: ") +
                                     exception->getDescription().cStr());
    }
    return Status::Ok();
  }

 private:
  Read read_;
};

/// For formats that are only read.
struct NoCapnpWriter {};

}  // namespace internal

/// Cap'n Proto messages in their packed stream form, one after the other, as `capnp
/// ::writePackedMessage` writes them. `read` is a pure function of (Schema::Reader) to the record;
/// `write`, for sinks, one of (const Record&, Schema::Builder). Made by capnp_records.
template <typename Schema, typename Read, typename Write = internal::NoCapnpWriter>
class CapnpRecords {
 public:
  using Record = std::decay_t<std::invoke_result_t<const Read&, typename Schema::Reader>>;

  explicit CapnpRecords(Read read, Write write = {})
      : read_(std::move(read)), write_(std::move(write)) {}

  std::string name() const { return "capnp"; }
  std::string extension() const { return ".capnp"; }
  Framing framing() const { return Framing::kPackedMessages; }
  std::uint32_t record_size() const { return 0; }
  Status Validate() const { return Status::Ok(); }
  std::string Header() const { return ""; }

  void AppendRow(const Record& record, std::string& out) const {
    static_assert(std::is_invocable_v<const Write&, const Record&, typename Schema::Builder>,
                  "to write records give capnp_records a second function, of (const Record&, "
                  "Schema::Builder)");
    capnp::MallocMessageBuilder message;
    write_(record, message.initRoot<Schema>());
    kj::VectorOutputStream stream;
    capnp::writePackedMessage(stream, message);
    const auto bytes = stream.getArray();
    out.append(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
  }
  Result<std::unique_ptr<RecordParser>> NewParser() const {
    return std::unique_ptr<RecordParser>(
        std::make_unique<internal::CapnpParser<Schema, Record, Read>>(read_));
  }

 private:
  Read read_;
  Write write_;
};

/// For tcp_source, tcp_listen_source and tcp_sink:
///   capnp_records<schema::Tick>([](schema::Tick::Reader t) { return Tick{t.getId(), …}; })
template <typename Schema, typename Read>
CapnpRecords<Schema, Read> capnp_records(Read read) {
  return CapnpRecords<Schema, Read>(std::move(read));
}
template <typename Schema, typename Read, typename Write>
CapnpRecords<Schema, Read, Write> capnp_records(Read read, Write write) {
  return CapnpRecords<Schema, Read, Write>(std::move(read), std::move(write));
}

/// Reads files of such messages, each file by one subtask; has the options of FileSource:
///   env.from("ticks", capnp_file_source(path, capnp_records<schema::Tick>(…)))
template <typename Format>
RecordsFileSource<Format> capnp_file_source(std::string path, Format format) {
  return RecordsFileSource<Format>(std::move(path), std::move(format));
}

/// Writes files of such messages, exactly once; has the options of FileSink.
template <typename Format>
RecordsFileSink<Format> capnp_file_sink(std::string directory, Format format) {
  return RecordsFileSink<Format>(std::move(directory), std::move(format));
}

}  // namespace penstock
