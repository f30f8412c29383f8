#include "worker/task/record_tap.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/runtime/edge_type_of.h"
#include "api/runtime/stateless_operators.h"
#include "api/runtime/typed_batch.h"
#include "tests/unit/coordinator/manual_clock.h"
#include "worker/task/operator_chain.h"
#include "worker/task/record_taps.h"

namespace penstock {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Flight {
  std::string carrier;
  std::int64_t delay = 0;
};

/// Its encoding throws when a test wants it.
struct Moody {
  std::int64_t value = 0;
  static inline bool throws = false;
};

}  // namespace

template <>
struct Codec<Moody> : CustomCodec<Moody> {
  static constexpr const char* kTypeName = "moody";
  static void Encode(const Moody& value, std::string& out) {
    if (Moody::throws) throw std::runtime_error("cannot encode this");
    Codec<std::int64_t>::Encode(value.value, out);
  }
  static bool Decode(ByteReader& in, Moody& value) {
    value.value = in.Fixed<std::int64_t>();
    return !in.failed();
  }
};

namespace {

constexpr milliseconds kLease{1000};

std::unique_ptr<TypedBatch<Flight>> Flights(std::int64_t count, std::int64_t first = 0) {
  auto batch = std::make_unique<TypedBatch<Flight>>();
  for (std::int64_t i = first; i < first + count; ++i) batch->Append({"AA", i}, {1000 + i});
  return batch;
}

class RecordTapTest : public ::testing::Test {
 protected:
  ManualClock clock_;
  PlainEdge<Flight> edge_{Distribution::kForward};
  RecordTap tap_{{{VertexId(0), 3}, "flights"}, edge_, clock_};
};

TEST_F(RecordTapTest, WhenNobodyWatchesThenItIsOff) {
  EXPECT_FALSE(tap_.watched());
  const TappedRecords records = tap_.Collect();
  EXPECT_THAT(records.lines, IsEmpty());
  EXPECT_EQ(records.not_shown, 0U);
}

TEST_F(RecordTapTest, WhenSomebodyWatchesThenRecordsAreShownAsJson) {
  tap_.Watch(kLease, 10);
  ASSERT_TRUE(tap_.watched());
  const auto batch = Flights(1, 7);
  batch->Append({"B\"6", -1}, Timestamp::Min());
  tap_.Take(*batch);
  const TappedRecords records = tap_.Collect();
  EXPECT_THAT(
      records.lines,
      ElementsAre(
          R"({"subtask":3,"operator":"flights","timestamp":1007,"record":{"carrier":"AA","delay":7}})",
          R"({"subtask":3,"operator":"flights","timestamp":null,"record":{"carrier":"B\"6","delay":-1}})"));
  EXPECT_EQ(records.not_shown, 0U);
  EXPECT_THAT(tap_.Collect().lines, IsEmpty());
  EXPECT_EQ(batch->size(), 2U);  // the operator's own is as it was
  EXPECT_EQ((*batch)[0].carrier, "AA");
}

TEST_F(RecordTapTest, WhenMoreComeThanAreWantedThenTheRestIsCounted) {
  tap_.Watch(kLease, 3);
  tap_.Take(*Flights(2));
  tap_.Take(*Flights(10, 2));
  tap_.Take(*Flights(5, 12));
  TappedRecords records = tap_.Collect();
  EXPECT_THAT(records.lines, ElementsAre(HasSubstr("\"delay\":0}"), HasSubstr("\"delay\":1}"),
                                         HasSubstr("\"delay\":2}")));
  EXPECT_EQ(records.not_shown, 14U);
  tap_.Take(*Flights(4));  // all wanted ones have been shown
  records = tap_.Collect();
  EXPECT_THAT(records.lines, IsEmpty());
  EXPECT_EQ(records.not_shown, 4U);
  tap_.Watch(kLease, 3);
  tap_.Take(*Flights(4));
  EXPECT_THAT(tap_.Collect().lines, SizeIs(3));
}

TEST_F(RecordTapTest, WhenTheLeaseIsNotRenewedThenTheNextBatchSwitchesItOff) {
  tap_.Watch(kLease, 10);
  tap_.Take(*Flights(1));
  clock_.Advance(kLease - milliseconds(1));
  tap_.Watch(kLease, 10);
  clock_.Advance(kLease - milliseconds(1));
  tap_.Take(*Flights(1));
  EXPECT_TRUE(tap_.watched());
  clock_.Advance(milliseconds(1));
  tap_.Take(*Flights(1));
  EXPECT_FALSE(tap_.watched());
  EXPECT_THAT(tap_.Collect().lines, IsEmpty());  // nothing is kept for nobody
}

TEST_F(RecordTapTest, WhenAViewerHasGoneThenTheNextOneDoesNotSeeItsRecords) {
  tap_.Watch(kLease, 10);
  tap_.Take(*Flights(5));
  clock_.Advance(kLease);
  tap_.Watch(kLease, 10);
  const TappedRecords records = tap_.Collect();
  EXPECT_THAT(records.lines, IsEmpty());
  EXPECT_EQ(records.not_shown, 0U);
}

TEST_F(RecordTapTest, WhenNobodyCollectsThenOnlySoMuchIsKept) {
  tap_.Watch(kLease, 1000);
  TypedBatch<Flight> batch;
  batch.Append({std::string(100 << 10, 'x'), 1}, {1});
  for (int i = 0; i < 5; ++i) tap_.Take(batch);
  const TappedRecords records = tap_.Collect();
  EXPECT_THAT(records.lines, SizeIs(2));
  EXPECT_EQ(records.not_shown, 3U);
  // Long ones are shown as the beginning of their text.
  EXPECT_LT(records.lines[0].size(), 9000U);
  EXPECT_THAT(records.lines[0], HasSubstr(R"("record":"{\"carrier\":\"xxx)"));
  EXPECT_THAT(records.lines[0], EndsWith("x…\"}"));
}

TEST_F(RecordTapTest, WhenARecordHasACodecOfItsOwnThenItsBytesAreShownOneAtATime) {
  PlainEdge<Moody> edge(Distribution::kHash);
  RecordTap tap({{VertexId(0), 0}, "moody"}, edge, clock_);
  tap.Watch(kLease, 10);
  TypedBatch<Moody> batch;
  batch.Append({1}, {1});
  batch.Append({2}, {2});
  tap.Take(batch);
  const TappedRecords records = tap.Collect();
  EXPECT_THAT(records.lines, ElementsAre(HasSubstr(R"("hex":"0100000000000000")")));
  EXPECT_EQ(records.not_shown, 1U);
}

TEST_F(RecordTapTest, WhenEncodingThrowsThenTheTaskDoesNotNotice) {
  PlainEdge<Moody> edge(Distribution::kForward);
  RecordTap tap({{VertexId(0), 0}, "moody"}, edge, clock_);
  tap.Watch(kLease, 10);
  TypedBatch<Moody> batch;
  batch.Append({1}, {1});
  Moody::throws = true;
  EXPECT_NO_THROW(tap.Take(batch));
  Moody::throws = false;
  EXPECT_EQ(tap.Collect().not_shown, 1U);
  tap.Take(batch);
  EXPECT_THAT(tap.Collect().lines, SizeIs(1));
}

TEST_F(RecordTapTest, WhenASubtaskHasMoreThanOthersThenTheyTakeTurns) {
  RecordTaps taps;
  RecordTap& busy = taps.Add({VertexId(0), 0}, 1, "flights", edge_, clock_);
  RecordTap& quiet = taps.Add({VertexId(0), 1}, 1, "flights", edge_, clock_);
  const TailRecords query{VertexId(0), 1, 1000, 4};
  EXPECT_EQ(*taps.Tail(query), "0");
  busy.Take(*Flights(10));
  quiet.Take(*Flights(1, 50));
  const std::string answer = *taps.Tail(query);
  EXPECT_EQ(answer.substr(0, 2), "7\n");
  EXPECT_EQ(std::count(answer.begin(), answer.end(), '\n'), 4);
  EXPECT_THAT(answer, HasSubstr("\"delay\":50}"));
  EXPECT_EQ(taps.Tail({VertexId(0), 2, 1000, 4}).status().code(), ErrorCode::kNotFound);
}

/// Two operators behind one another; the second one's output is read by nobody.
class TappedChainTest : public ::testing::Test {
 protected:
  TappedChainTest() {
    const auto pass = [](const Flight&) { return true; };
    for (std::uint32_t i = 0; i < 2; ++i) {
      specs_.emplace_back().make = [pass] {
        return std::make_unique<FilterOperator<Flight, decltype(pass)>>(pass);
      };
      vertex_.operators.push_back({.index = i,
                                   .name = "op" + std::to_string(i),
                                   .kind = "transform",
                                   .input = static_cast<std::int32_t>(i) - 1});
    }
    specs_[1].inputs.push_back(
        {0, std::make_shared<PlainEdge<Flight>>(Distribution::kForward), "", 0});
  }

  ManualClock clock_;
  RecordTaps taps_;
  const TaskIdentity identity_{.job = JobId(1, 2),
                               .job_name = "job",
                               .generation = Generation(1),
                               .subtask = {VertexId(0), 0},
                               .state_directory = {},
                               .taps = &taps_,
                               .file_system = PosixFileSystem(),
                               .clock = clock_};
  JobVertex vertex_;
  std::vector<OperatorSpec> specs_;
};

TEST_F(TappedChainTest, WhenAnOperatorInsideAChainIsWatchedThenItsOutputIsShown) {
  OperatorChain chain(identity_, vertex_, {});
  ASSERT_TRUE(chain.Open(specs_).ok());
  const TailRecords first{VertexId(0), 0, 1000, 4};
  const auto unseen = Flights(1, 5);
  ASSERT_TRUE(chain.ProcessBatch(0, *unseen).ok());
  EXPECT_EQ(*taps_.Tail(first), "0");
  const auto batch = Flights(1, 6);
  ASSERT_TRUE(chain.ProcessBatch(0, *batch).ok());
  EXPECT_EQ(
      *taps_.Tail(first),
      "0\n"
      R"({"subtask":0,"operator":"op0","timestamp":1006,"record":{"carrier":"AA","delay":6}})");
  EXPECT_FALSE(taps_.Tail({VertexId(0), 1, 1000, 4}).ok());
}

}  // namespace
}  // namespace penstock
