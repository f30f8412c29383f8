#include "api/runtime/partitioner.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/runtime/edge_type_of.h"

namespace penstock {
namespace {

struct Event {
  std::string user;
  std::int64_t value = 0;
  Text note;
};

/// Keeps what is sent, decoded, and gives batches back.
class FakeChannel final : public ChannelWriter {
 public:
  explicit FakeChannel(bool local) : local_(local) {}

  bool local() const override { return local_; }
  void SendBatch(std::unique_ptr<Batch> batch) override {
    Keep(static_cast<TypedBatch<Event>&>(*batch));
    batch->Clear();
    recycled_.push_back(std::move(batch));
  }
  std::unique_ptr<Batch> TakeRecycled() override {
    if (recycled_.empty()) return nullptr;
    std::unique_ptr<Batch> batch = std::move(recycled_.back());
    recycled_.pop_back();
    return batch;
  }
  std::string& buffer() override { return buffer_; }
  void SendBuffer(std::uint32_t count) override {
    TypedBatch<Event> batch;
    EXPECT_TRUE(RecordTypeOf<Event>::Instance().Decode(buffer_, count, batch).ok());
    sizes.push_back(buffer_.size());
    Keep(batch);
    buffer_.clear();
  }

  std::vector<std::int64_t> values;
  std::vector<std::string> users;
  std::vector<std::string> notes;
  std::vector<std::size_t> counts;
  std::vector<std::size_t> sizes;  // remote: bytes of each send

 private:
  void Keep(const TypedBatch<Event>& batch) {
    counts.push_back(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      values.push_back(batch[i].value);
      users.push_back(batch[i].user);
      notes.push_back(batch[i].note.str());
      EXPECT_EQ(batch.timestamps()[i].millis, batch[i].value);
    }
  }

  const bool local_;
  std::string buffer_;
  std::vector<std::unique_ptr<Batch>> recycled_;
};

/// `n` channels, local and remote in turn.
class Channels {
 public:
  explicit Channels(std::size_t n, bool first_local = true) {
    for (std::size_t i = 0; i < n; ++i) {
      channels.push_back(std::make_unique<FakeChannel>((i % 2 == 0) == first_local));
    }
  }
  PartitionerSpec Spec(std::uint32_t subtask = 0) const {
    PartitionerSpec spec;
    spec.max_parallelism = 128;
    spec.subtask = subtask;
    for (const auto& channel : channels) spec.channels.push_back(channel.get());
    return spec;
  }
  std::vector<std::unique_ptr<FakeChannel>> channels;
};

std::unique_ptr<TypedBatch<Event>> Events(std::int64_t begin, std::int64_t end) {
  auto batch = std::make_unique<TypedBatch<Event>>();
  for (std::int64_t i = begin; i < end; ++i) {
    batch->Append({"user " + std::to_string(i % 10), i, Text("a note of more than twelve")}, {i});
  }
  return batch;
}

void EmitAndFlush(Partitioner& partitioner, std::size_t channels, std::int64_t events) {
  for (std::int64_t i = 0; i < events; i += 100) {
    auto batch = Events(i, std::min(i + 100, events));
    partitioner.Emit(*batch);
  }
  for (std::size_t i = 0; i < channels; ++i) {
    partitioner.Flush(i);
    EXPECT_FALSE(partitioner.HasPending(i));
  }
}

TEST(PartitionerTest, WhenForwardThenTheChannelGetsAllInOrder) {
  for (const bool local : {true, false}) {
    Channels to(1, local);
    auto partitioner = PlainEdge<Event>(Distribution::kForward).NewPartitioner(to.Spec());
    EmitAndFlush(*partitioner, 1, 3000);
    ASSERT_EQ(to.channels[0]->values.size(), 3000u);
    for (std::int64_t i = 0; i < 3000; ++i) ASSERT_EQ(to.channels[0]->values[i], i);
    EXPECT_EQ(to.channels[0]->notes.back(), "a note of more than twelve");
  }
}

TEST(PartitionerTest, WhenLocalRecordsAreLargeThenABatchHoldsFewOfThem) {
  Channels to(1, true);
  auto partitioner = PlainEdge<Event>(Distribution::kForward).NewPartitioner(to.Spec());
  const std::string text(20'000, 'x');
  for (const Event& event : {Event{text, 0, {}}, Event{"user", 0, Text(text)}}) {
    TypedBatch<Event> batch;
    for (int i = 0; i < 6; ++i) batch.Append(event, {0});
    partitioner->Emit(batch);
  }
  EXPECT_EQ(to.channels[0]->counts, (std::vector<std::size_t>{2, 2, 2, 2, 2, 2}));
}

TEST(PartitionerTest, WhenBatchIsNotFullThenItWaitsForFlush) {
  for (const bool local : {true, false}) {
    Channels to(1, local);
    auto partitioner = PlainEdge<Event>(Distribution::kForward).NewPartitioner(to.Spec());
    EXPECT_FALSE(partitioner->HasPending(0));
    partitioner->Emit(*Events(0, 3));
    EXPECT_TRUE(partitioner->HasPending(0));
    EXPECT_TRUE(to.channels[0]->values.empty());
    partitioner->Flush(0);
    EXPECT_EQ(to.channels[0]->values.size(), 3u);
    partitioner->Flush(0);
    EXPECT_EQ(to.channels[0]->counts.size(), 1u);
  }
}

TEST(PartitionerTest, WhenLocalThenBatchesAreFullAndRemoteThenBuffersStayInTheirLimit) {
  Channels to(2);
  auto partitioner = PlainEdge<Event>(Distribution::kRebalance).NewPartitioner(to.Spec());
  EmitAndFlush(*partitioner, 2, 20000);
  const auto& counts = to.channels[0]->counts;
  for (std::size_t i = 0; i + 1 < counts.size(); ++i) {
    EXPECT_EQ(counts[i], TypedBatch<Event>::kCapacity);
  }
  const auto& sizes = to.channels[1]->sizes;
  ASSERT_GT(sizes.size(), 3u);
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    EXPECT_LE(sizes[i], kWireBufferBytes);
    EXPECT_GT(sizes[i], kWireBufferBytes - 100);
  }
}

TEST(PartitionerTest, WhenRecordIsBiggerThanABufferThenItTravelsAlone) {
  Channels to(1, /*first_local=*/false);
  auto partitioner = PlainEdge<Event>(Distribution::kForward).NewPartitioner(to.Spec());
  TypedBatch<Event> batch;
  batch.Append({"small", 0, ""}, {0});
  batch.Append({std::string(100'000, 'x'), 1, ""}, {1});
  batch.Append({"small", 2, ""}, {2});
  partitioner->Emit(batch);
  partitioner->Flush(0);
  EXPECT_EQ(to.channels[0]->counts, (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(to.channels[0]->users[1].size(), 100'000u);
}

TEST(PartitionerTest, WhenRebalancedThenChannelsTakeTurnsFromTheSendersOwn) {
  Channels to(3);
  auto partitioner = PlainEdge<Event>(Distribution::kRebalance).NewPartitioner(to.Spec(4));
  EmitAndFlush(*partitioner, 3, 300);
  for (const auto& channel : to.channels) EXPECT_EQ(channel->values.size(), 100u);
  EXPECT_EQ(to.channels[1]->values[0], 0);
  EXPECT_EQ(to.channels[2]->values[0], 1);
  EXPECT_EQ(to.channels[0]->values[0], 2);
}

TEST(PartitionerTest, WhenBroadcastThenEveryChannelGetsAll) {
  Channels to(3);
  auto partitioner = PlainEdge<Event>(Distribution::kBroadcast).NewPartitioner(to.Spec());
  EmitAndFlush(*partitioner, 3, 1000);
  for (const auto& channel : to.channels) {
    ASSERT_EQ(channel->values.size(), 1000u);
    EXPECT_EQ(channel->users[999], "user 9");
    EXPECT_EQ(channel->notes[999], "a note of more than twelve");
  }
}

template <typename KeyFn>
void ExpectSentToOwners(KeyFn key) {
  Channels to(3);
  auto partitioner = HashEdge<Event, KeyFn>(key).NewPartitioner(to.Spec());
  EmitAndFlush(*partitioner, 3, 1000);
  std::size_t total = 0;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const FakeChannel& channel = *to.channels[i];
    total += channel.values.size();
    for (std::size_t j = 0; j < channel.values.size(); ++j) {
      const Event event{channel.users[j], channel.values[j], ""};
      const std::uint64_t hash =
          HashKey(EncodeToString<KeyOf<Event, KeyFn>>(std::invoke(key, event)));
      EXPECT_TRUE(KeyGroupRangeOf(i, 128, 3).Contains(KeyGroupOf(hash, 128)));
    }
  }
  EXPECT_EQ(total, 1000u);
}

TEST(PartitionerTest, WhenHashedThenTheOwnerOfTheKeyGroupGetsTheRecord) {
  ExpectSentToOwners(&Event::user);
  ExpectSentToOwners(&Event::value);
  ExpectSentToOwners([](const Event& event) { return Text(event.user); });
}

TEST(PartitionerTest, WhenEdgeIsHashedThenItDescribesItsKey) {
  const HashEdge<Event, std::string Event::*> edge(&Event::user);
  EXPECT_EQ(edge.distribution(), Distribution::kHash);
  EXPECT_EQ(edge.key(), (Fingerprint{{"value", "string"}}));
  EXPECT_EQ(edge.record_type().fingerprint(),
            (Fingerprint{{"user", "string"}, {"value", "i64"}, {"note", "string"}}));
  EXPECT_TRUE(PlainEdge<Event>(Distribution::kForward).key().empty());
}

}  // namespace
}  // namespace penstock
