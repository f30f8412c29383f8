#include "api/connected_streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/penstock.h"
#include "connectors/basic/discard_sink.h"
#include "connectors/basic/sequence_source.h"
#include "tests/support/recording_builder.h"

namespace penstock {
namespace {

using testing::BuildJob;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RecordingBuilder;
using ::testing::SizeIs;

struct Event {
  std::string user;
  std::int64_t value = 0;
};
Event MakeEvent(std::uint64_t i) { return {std::to_string(i % 3), static_cast<std::int64_t>(i)}; }
auto Events() { return sequence(100, &MakeEvent); }

const OutputTag<Event> kLate{"late"};

struct Both final : KeyedCoProcess<std::string, Event, Event, Event> {
  void process1(const Event& event, Context&, Collector<Event>& out) { out.collect(event); }
  void process2(const Event& event, Context&, Collector<Event>& out) { out.collect(event); }
};
struct Rules final : KeyedBroadcastProcess<std::string, Event, Event, Event> {
  void process(const Event& event, Context&, Collector<Event>& out) { out.collect(event); }
  void process_broadcast(const Event&, BroadcastContext&, Collector<Event>&) {}
};

TEST(ConnectedStreamsTest, WhenTwoKeyedStreamsAreConnectedThenTheOperatorHasTwoHashInputs) {
  const RecordingBuilder built = BuildJob([](Environment& env, const Arguments&) {
    const auto left = env.from("left", Events());
    const auto right = env.from("right", Events());
    left.key_by(&Event::user)
        .connect(right.key_by(&Event::user))
        .process("both", Both{})
        .sink_to(discard());
  });
  EXPECT_THAT(built.problems, IsEmpty());
  const auto& inputs = built.operators[2].inputs;
  ASSERT_THAT(inputs, SizeIs(2));
  EXPECT_EQ(inputs[0].edge->distribution(), Distribution::kHash);
  EXPECT_EQ(inputs[1].edge->distribution(), Distribution::kHash);
  EXPECT_EQ(inputs[1].from, 1U);
  EXPECT_EQ(inputs[1].input, 1U);
}

TEST(ConnectedStreamsTest, WhenTheSecondOfAKeyedConnectIsPlainThenTheJobSaysWhatToWrite) {
  const RecordingBuilder built = BuildJob([](Environment& env, const Arguments&) {
    const auto events = env.from("events", Events());
    events.key_by(&Event::user).connect(events).process("rules", Rules{}).sink_to(discard());
  });
  EXPECT_THAT(built.problems, ElementsAre(HasSubstr("other.broadcast()")));
}

TEST(ConnectedStreamsTest, WhenTheSecondIsBroadcastThenItsEdgeIs) {
  const RecordingBuilder built = BuildJob([](Environment& env, const Arguments&) {
    const auto events = env.from("events", Events());
    events.key_by(&Event::user)
        .connect(events.broadcast())
        .process("rules", Rules{})
        .sink_to(discard());
  });
  EXPECT_THAT(built.problems, IsEmpty());
  EXPECT_EQ(built.operators[1].inputs[1].edge->distribution(), Distribution::kBroadcast);
}

TEST(UnionTest, WhenStreamsAreUnitedThenTheReaderHasAnInputFromEach) {
  const RecordingBuilder built = BuildJob([](Environment& env, const Arguments&) {
    const auto a = env.from("a", Events());
    const auto b = env.from("b", Events());
    const auto c = env.from("c", Events());
    a.rebalance().union_with(b, c).filter([](const Event&) { return true; }).sink_to(discard());
  });
  EXPECT_THAT(built.problems, IsEmpty());
  const auto& inputs = built.operators[3].inputs;
  ASSERT_THAT(inputs, SizeIs(3));
  EXPECT_EQ(inputs[0].edge->distribution(), Distribution::kRebalance);
  EXPECT_EQ(inputs[1].edge->distribution(), Distribution::kForward);
  for (const auto& input : inputs) EXPECT_EQ(input.input, 0U);
}

TEST(UnionTest, WhenAUnionIsNamedThenTheJobSaysThatItIsNoOperator) {
  const RecordingBuilder built = BuildJob([](Environment& env, const Arguments&) {
    const auto a = env.from("a", Events());
    a.union_with(env.from("b", Events())).name("both").sink_to(discard());
  });
  EXPECT_THAT(built.problems, ElementsAre(HasSubstr("name() after union_with()")));
}

TEST(SideOutputTest, WhenASideOutputIsReadThenTheInputHasItsTag) {
  const RecordingBuilder built = BuildJob([](Environment& env, const Arguments&) {
    const auto events = env.from("events", Events());
    events.side_output(kLate).sink_to(discard());
    events.sink_to(discard());
  });
  EXPECT_EQ(built.operators[1].inputs[0].side, "late");
  EXPECT_EQ(built.operators[2].inputs[0].side, "");
}

TEST(PlanControlTest, WhenSettingsAreGivenThenTheOperatorHasThem) {
  const RecordingBuilder built = BuildJob([](Environment& env, const Arguments&) {
    env.from("events", Events())
        .filter([](const Event&) { return true; })
        .set_max_parallelism(8)
        .start_new_chain()
        .slot_sharing_group("heavy")
        .sink_to(discard())
        .disable_chaining();
  });
  EXPECT_EQ(built.operators[1].max_parallelism, 8U);
  EXPECT_EQ(built.operators[1].chaining, Chaining::kHead);
  EXPECT_EQ(built.operators[1].slot_sharing_group, "heavy");
  EXPECT_EQ(built.operators[2].chaining, Chaining::kNever);
}

}  // namespace
}  // namespace penstock
