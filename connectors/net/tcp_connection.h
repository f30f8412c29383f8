#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/status.h"
#include "connectors/file/framing.h"
#include "connectors/file/raw_record.h"
#include "connectors/file/record_parser.h"
#include "connectors/net/tcp_socket.h"

namespace penstock {

/// How bytes that arrive are cut into records.
struct StreamFraming {
  Framing framing = Framing::kLines;
  std::uint32_t record_size = 0;           ///< Of Framing::kFixedSize.
  std::size_t record_limit = 1024 * 1024;  ///< Longest record, in bytes.
};

/// Records that arrive on one connection. Never waits. One thread at a time.
class TcpConnection {
 public:
  enum class Step : unsigned char {
    kRecord,
    kNothingYet,
    kClosed,  ///< By the peer; a record that was begun is lost, see cut_off().
  };

  TcpConnection(TcpSocket socket, std::string address, StreamFraming framing);

  /// The next record; the parser is shown the binary header before it. An error means that the
  /// connection is broken, or that its bytes are not what they should be: it must be dropped.
  Result<Step> Next(RecordParser& parser, RawRecord& record);

  /// After kClosed: the last record had no end.
  bool cut_off() const;
  const std::string& address() const { return address_; }
  TcpSocket& socket() { return socket_; }

 private:
  Result<Step> Receive();
  Result<Frame> FindFrame(RecordParser& parser);
  std::string_view waiting() const { return {buffer_.data() + head_, tail_ - head_}; }

  TcpSocket socket_;
  const std::string address_;
  const StreamFraming framing_;
  bool header_taken_;
  std::uint64_t offset_ = 0;  // of the first byte at hand, in the connection
  std::uint64_t records_ = 0;
  std::vector<char> buffer_;  // [head_, tail_) has arrived and is not taken
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace penstock
