#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "api/runtime/channel_writer.h"
#include "api/runtime/typed_batch.h"

namespace penstock {

/// What waits for one channel: a batch when the channel is local, encoded records when it is
/// remote. Hands on when the batch is full, or the buffer, or the heap memory of the batch's
/// records, reaches kWireBufferBytes; an encoded record that is bigger than that travels alone.
/// Task thread only.
template <typename T>
class ChannelLane {
 public:
  explicit ChannelLane(ChannelWriter& writer)
      : writer_(&writer), local_(writer.local()), buffer_(local_ ? nullptr : &writer.buffer()) {}

  // Not inlined: half a dozen copies per record type would cost more to compile than they save.

  /// Takes the record; what stays in its place is unspecified.
  [[gnu::noinline]] void AddConsuming(T& record, Timestamp timestamp) {
    if (!local_) return AddRemote(record, timestamp);
    T& slot = Slot(timestamp);
    if constexpr (std::is_trivially_copyable_v<T>) {
      slot = record;
    } else {
      std::swap(slot, record);  // both sides keep memory to fill next
    }
    FinishLocal(slot);
  }
  [[gnu::noinline]] void AddCopy(const T& record, Timestamp timestamp) {
    if (!local_) return AddRemote(record, timestamp);
    T& slot = Slot(timestamp);
    slot = record;
    FinishLocal(slot);
  }

  bool pending() const { return local_ ? batch_ != nullptr : count_ > 0; }

  void Flush() {
    if (!pending()) return;
    if (local_) {
      SendBatch();
    } else {
      SendBuffer();
    }
  }

 private:
  T& Slot(Timestamp timestamp) {
    if (batch_ == nullptr) TakeBatch();
    return batch_->AppendSlot(timestamp);
  }
  [[gnu::noinline]] void TakeBatch() {
    std::unique_ptr<Batch> recycled = writer_->TakeRecycled();
    if (recycled == nullptr) {
      batch_ = std::make_unique<TypedBatch<T>>();
    } else {
      batch_.reset(static_cast<TypedBatch<T>*>(recycled.release()));
    }
  }
  void FinishLocal(T& slot) {
    Codec<T>::AdoptText(slot, batch_->arena());
    if constexpr (!Codec<T>::kFixedSize) heap_bytes_ += Codec<T>::HeapBytes(slot);
    if (batch_->full() || heap_bytes_ + batch_->arena().used() >= kWireBufferBytes) SendBatch();
  }
  void SendBatch() {
    heap_bytes_ = 0;
    writer_->SendBatch(std::move(batch_));
  }

  void AddRemote(const T& record, Timestamp timestamp) {
    const std::size_t begin = buffer_->size();
    Append(record, timestamp);
    ++count_;
    if (buffer_->size() < kWireBufferBytes) return;
    if (buffer_->size() > kWireBufferBytes && count_ > 1) SendAllButLast(begin);
    if (buffer_->size() >= kWireBufferBytes) SendBuffer();
  }
  void Append(const T& record, Timestamp timestamp) {
    if constexpr (Codec<T>::kFixedSize) {
      char bytes[sizeof(Timestamp) + Codec<T>::kSize];
      Codec<T>::Write(record, Codec<Timestamp>::Write(timestamp, bytes));
      buffer_->append(bytes, sizeof(bytes));
    } else {
      Codec<Timestamp>::Encode(timestamp, *buffer_);
      Codec<T>::Encode(record, *buffer_);
    }
  }
  [[gnu::cold]] void SendAllButLast(std::size_t begin) {
    const std::string last = buffer_->substr(begin);
    buffer_->resize(begin);
    --count_;
    SendBuffer();
    buffer_->append(last);
    count_ = 1;
  }
  void SendBuffer() {
    writer_->SendBuffer(std::exchange(count_, 0));
    buffer_ = &writer_->buffer();
  }

  ChannelWriter* const writer_;
  const bool local_;
  std::unique_ptr<TypedBatch<T>> batch_;  // local
  std::size_t heap_bytes_ = 0;            // local: of the records in the batch, beside its arena
  std::string* buffer_;                   // remote; the writer's
  std::uint32_t count_ = 0;               // remote: records in the buffer
};

}  // namespace penstock
