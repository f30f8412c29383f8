#include "connectors/net/tcp_connection.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "connectors/format/binary_header.h"

namespace penstock {
namespace {

constexpr std::size_t kChunk = 64 * 1024;

}  // namespace

TcpConnection::TcpConnection(TcpSocket socket, std::string address, StreamFraming framing)
    : socket_(std::move(socket)),
      address_(std::move(address)),
      framing_(framing),
      header_taken_(!HasHeader(framing.framing)) {}

Result<TcpConnection::Step> TcpConnection::Next(RecordParser& parser, RawRecord& record) {
  while (true) {
    PENSTOCK_ASSIGN_OR_RETURN(const Frame frame, FindFrame(parser));
    if (frame.kind == Frame::Kind::kRecord) {
      record.bytes = waiting().substr(frame.begin, frame.end - frame.begin);
      record.offset = offset_ + frame.begin;
      record.number = ++records_;
      head_ += frame.next;
      offset_ += frame.next;
      return Step::kRecord;
    }
    PENSTOCK_ASSIGN_OR_RETURN(const Step step, Receive());
    if (step != Step::kRecord) return step;
  }
}

Result<Frame> TcpConnection::FindFrame(RecordParser& parser) {
  if (!header_taken_) {
    const Frame header = NextBinaryHeader(waiting(), false);
    if (header.kind == Frame::Kind::kBroken) return Status::InvalidArgument(header.problem);
    if (header.kind == Frame::Kind::kNeedMore) return header;
    PENSTOCK_RETURN_IF_ERROR(parser.TakeHeader(waiting().substr(0, header.next)));
    head_ += header.next;
    offset_ += header.next;
    header_taken_ = true;
  }
  const Frame frame =
      NextFrame(framing_.framing, waiting(), {records_ == 0, false, framing_.record_size});
  if (frame.kind == Frame::Kind::kBroken) {
    return Status::InvalidArgument("at byte " + std::to_string(offset_ + frame.begin) + ": " +
                                   frame.problem);
  }
  const bool whole = frame.kind == Frame::Kind::kRecord;
  if ((whole ? frame.end - frame.begin : waiting().size()) > framing_.record_limit) {
    return Status::InvalidArgument("the record at byte " + std::to_string(offset_) +
                                   " is longer than the limit of " +
                                   std::to_string(framing_.record_limit) + " bytes");
  }
  return frame;
}

/// kRecord when something has arrived.
Result<TcpConnection::Step> TcpConnection::Receive() {
  if (head_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + head_, tail_ - head_);
    tail_ -= std::exchange(head_, 0);
  }
  const std::size_t wanted = std::max(kChunk, tail_) + tail_ + RecordParser::kPadding;
  if (buffer_.size() < tail_ + kChunk / 2 + RecordParser::kPadding) buffer_.resize(wanted);
  const std::size_t room = buffer_.size() - tail_ - RecordParser::kPadding;
  PENSTOCK_ASSIGN_OR_RETURN(const SocketResult got, socket_.Read(buffer_.data() + tail_, room));
  tail_ += got.bytes;
  switch (got.step) {
    case SocketStep::kDone: return Step::kRecord;
    case SocketStep::kWouldBlock: return Step::kNothingYet;
    case SocketStep::kClosed: break;
  }
  return Step::kClosed;
}

bool TcpConnection::cut_off() const {
  const Frame rest =
      NextFrame(framing_.framing, waiting(), {records_ == 0, true, framing_.record_size});
  return rest.kind == Frame::Kind::kRecord || rest.kind == Frame::Kind::kBroken;
}

}  // namespace penstock
