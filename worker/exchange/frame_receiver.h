#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "common/ids.h"
#include "common/status.h"
#include "wire/frame.h"
#include "worker/exchange/gate_queue.h"
#include "worker/exchange/send_credit.h"
#include "worker/exchange/zmq_socket.h"

namespace penstock::exchange {

/// Checks the frames of peers that have said hello and hands them to gates and senders. Every error
/// ends the attempt. Exchange thread only, after construction and Add….
class FrameReceiver {
 public:
  FrameReceiver(JobId job, Generation generation) : job_(job), generation_(generation) {}

  /// A channel that comes from `peer` and is `input_index` of `gate`.
  void AddInput(ChannelId channel, std::uint32_t peer, std::shared_ptr<GateQueue> gate,
                std::uint32_t input_index);
  /// A channel that goes to `peer`, whose credit arrives here.
  void AddOutput(ChannelId channel, std::uint32_t peer, std::shared_ptr<SendCredit> credit);

  /// `opened` is what OpenFrame found in `frame`.
  Status Receive(std::uint32_t peer, const Frame& opened, Message frame);

  /// Header of the next credit frame of an input channel, and its peer.
  struct CreditFrame {
    std::uint32_t peer = 0;
    FrameHeader header;
  };
  CreditFrame NextCreditFrame(ChannelId channel, std::uint32_t bytes);

 private:
  struct Input {
    std::uint32_t peer = 0;
    std::shared_ptr<GateQueue> gate;  // shared with the task and local senders
    std::uint32_t index = 0;
    std::uint64_t next_sequence = 0;
    std::uint64_t next_credit_sequence = 0;
  };
  struct Output {
    std::uint32_t peer = 0;
    std::shared_ptr<SendCredit> credit;  // shared with the task
    std::uint64_t next_sequence = 0;
  };

  Status Dispatch(std::uint32_t peer, const Frame& opened, Message frame);
  Status ReceiveElement(Input& input, const Frame& opened, Message frame);
  Status ReceiveCredit(std::uint32_t peer, const FrameHeader& header);

  const JobId job_;
  const Generation generation_;
  std::unordered_map<ChannelId, Input> inputs_;
  std::unordered_map<ChannelId, Output> outputs_;
};

}  // namespace penstock::exchange
