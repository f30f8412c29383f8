#include "worker/exchange/frame_receiver.h"

#include <utility>

#include <fmt/format.h>

#include "worker/exchange/control_codec.h"

namespace penstock::exchange {
namespace {

/// ZeroMQ lets messages up to this size share one read buffer; a copy doesn't keep the others'
/// bytes.
constexpr std::size_t kSharedReadBuffer = 8 * 1024;

Status CheckSequence(const FrameHeader& header, std::uint64_t& expected) {
  if (header.sequence == expected) {
    ++expected;
    return Status::Ok();
  }
  return Status::Corruption(fmt::format("frames are missing: expected sequence number {}, found {}",
                                        expected, header.sequence));
}

}  // namespace

void FrameReceiver::AddInput(ChannelId channel, std::uint32_t peer, std::shared_ptr<GateQueue> gate,
                             std::uint32_t input_index) {
  Input& input = inputs_[channel];
  input.peer = peer;
  input.gate = std::move(gate);
  input.index = input_index;
}

void FrameReceiver::AddOutput(ChannelId channel, std::uint32_t peer,
                              std::shared_ptr<SendCredit> credit) {
  Output& output = outputs_[channel];
  output.peer = peer;
  output.credit = std::move(credit);
}

Status FrameReceiver::Receive(std::uint32_t peer, const Frame& opened, Message frame) {
  const FrameHeader& header = opened.header;
  if (header.job != job_) {
    return Status::Fenced(fmt::format("frame of another job: expected {}, found {}", ToString(job_),
                                      ToString(header.job)));
  }
  if (header.generation != generation_) {
    return Status::Fenced(fmt::format("frame of another generation: expected {}, found {}",
                                      ToString(generation_), ToString(header.generation)));
  }
  Status status = Dispatch(peer, opened, std::move(frame));
  if (status.ok()) return status;
  return status.WithContext(fmt::format("channel {}", ToString(header.channel)));
}

Status FrameReceiver::Dispatch(std::uint32_t peer, const Frame& opened, Message frame) {
  const FrameHeader& header = opened.header;
  if (header.kind == FrameKind::kCredit) return ReceiveCredit(peer, header);
  auto found = inputs_.find(header.channel);
  if (found == inputs_.end() || found->second.peer != peer) {
    return Status::Internal(fmt::format("{} frame of a channel that doesn't come from that host",
                                        ToString(header.kind)));
  }
  PENSTOCK_RETURN_IF_ERROR(CheckSequence(header, found->second.next_sequence));
  return ReceiveElement(found->second, opened, std::move(frame));
}

Status FrameReceiver::ReceiveElement(Input& input, const Frame& opened, Message frame) {
  const FrameHeader& header = opened.header;
  if (header.kind == FrameKind::kData) {
    Message kept =
        frame.size() > kSharedReadBuffer ? std::move(frame) : Message::CopyOf(frame.bytes());
    return input.gate->PushFrame(input.index, std::move(kept), header.record_count,
                                 header.backlog_bytes != 0, header.credit_bytes);
  }
  if (header.kind != FrameKind::kControl) {
    return Status::Internal(fmt::format("unexpected {} frame", ToString(header.kind)));
  }
  PENSTOCK_ASSIGN_OR_RETURN(StreamElement element, ParseControl(opened.payload));
  input.gate->PushControl(input.index, std::move(element), header.credit_bytes);
  return Status::Ok();
}

Status FrameReceiver::ReceiveCredit(std::uint32_t peer, const FrameHeader& header) {
  auto found = outputs_.find(header.channel);
  if (found == outputs_.end() || found->second.peer != peer) {
    return Status::Internal("credit for a channel that doesn't go to that host");
  }
  PENSTOCK_RETURN_IF_ERROR(CheckSequence(header, found->second.next_sequence));
  found->second.credit->Add(header.credit_bytes);
  return Status::Ok();
}

FrameReceiver::CreditFrame FrameReceiver::NextCreditFrame(ChannelId channel, std::uint32_t bytes) {
  Input& input = inputs_.at(channel);
  return {input.peer,
          {.kind = FrameKind::kCredit,
           .channel = channel,
           .job = job_,
           .generation = generation_,
           .sequence = input.next_credit_sequence++,
           .credit_bytes = bytes}};
}

}  // namespace penstock::exchange
