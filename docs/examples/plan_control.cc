// The examples of docs/writing-jobs.md, chapter "Distribution and plan".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/penstock.h"
#include "connectors/basic/discard_sink.h"
#include "connectors/basic/sequence_source.h"
#include "tests/support/recording_builder.h"

using namespace penstock;

namespace {

using penstock::testing::BuildJob;
using ::testing::IsEmpty;

struct Event {
  std::uint64_t user = 0;
};
bool Keep(const Event&) { return true; }
Event Make(std::uint64_t i) { return {i}; }

void Distribute(Environment& env, const Arguments&) {
  const auto events = env.from("events", sequence(100, &Make));
  // [distribution]
  events.rebalance().filter(&Keep).sink_to(discard());  // to all subtasks in turn
  events.rescale().filter(&Keep).sink_to(discard());    // in turn, each to its own few
  events.shuffle().filter(&Keep).sink_to(discard());    // at random
  events.broadcast().filter(&Keep).sink_to(discard());  // all to all
  events.global().filter(&Keep).sink_to(discard());     // all to the first
  events
      .partition_custom([](std::uint64_t user, std::uint32_t subtasks) { return user % subtasks; },
                        &Event::user)
      .filter(&Keep)
      .sink_to(discard());
  // [distribution]
}

TEST(PlanExamples, Distribution) {
  const auto built = BuildJob(&Distribute);
  EXPECT_THAT(built.problems, IsEmpty());
  EXPECT_EQ(built.operators[1].inputs[0].edge->distribution(), Distribution::kRebalance);
  EXPECT_EQ(built.operators[11].inputs[0].edge->distribution(), Distribution::kCustom);
}

void Control(Environment& env, const Arguments&) {
  // [plan]
  env.from("events", sequence(100, &Make))
      .set_parallelism(1)
      .filter(&Keep)
      .name("only the good ones")
      .set_parallelism(4)
      .set_max_parallelism(128)
      .start_new_chain()  // a task of its own, which the sink shares
      .slot_sharing_group("heavy")
      .sink_to(discard())
      .disable_chaining();  // …or not
  // [plan]
}

TEST(PlanExamples, Plan) {
  const auto built = BuildJob(&Control);
  EXPECT_THAT(built.problems, IsEmpty());
  EXPECT_EQ(built.operators[1].parallelism, 4U);
  EXPECT_EQ(built.operators[1].slot_sharing_group, "heavy");
  EXPECT_EQ(built.operators[2].chaining, Chaining::kNever);
}

}  // namespace
