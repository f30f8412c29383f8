#include "api/operator_state.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/operator_process.h"
#include "api/process.h"
#include "api/runtime/process_operator.h"
#include "api/runtime/unkeyed_process_operator.h"
#include "tests/support/operator_harness.h"

namespace penstock {
namespace {

using testing::HarnessSetup;
using testing::HarnessSnapshot;
using testing::OperatorHarness;

/// Has no `<`.
struct RuleId {
  std::int32_t group = 0;
  std::string name;
};

using Texts = std::vector<std::string>;

/// Keeps texts: "list x", "union x", "rule x"; says "what" it has for "show". Keeps open() and
/// close() in mind.
struct Keeper : Process<std::string, std::string> {
  ListOperatorState<std::string> list{this, "list"};
  UnionListState<std::string> all{this, "union"};
  BroadcastState<RuleId, std::string> rules{this, "rules"};
  Texts at_open;
  bool opened = false;

  void open(Context&) {
    EXPECT_FALSE(opened);
    opened = true;
    at_open = list.get();
  }
  void process(const std::string& text, Context&, Collector<std::string>& out) {
    EXPECT_TRUE(opened);
    const std::string what = text.substr(0, text.find(' '));
    const std::string rest = text.substr(text.find(' ') + 1);
    if (what == "list") list.add(rest);
    if (what == "union") all.add(rest);
    if (what == "rule") rules.put({1, rest}, "is " + rest);
    if (what != "show") return;
    EXPECT_TRUE(std::equal(at_open.begin(), at_open.end(), list.begin()));
    for (const std::string& element : list) out.collect("list " + element);
    for (const std::string& element : all) out.collect("union " + element);
    for (const auto& [id, rule] : rules) out.collect("rule " + id.name + " " + rule);
  }
};

using Harness = OperatorHarness<std::string, std::string>;

template <typename Fn>
Harness::Make Make(Fn function) {
  return [function] {
    return std::make_unique<UnkeyedProcessOperator<std::string, Fn>>("keeper", function);
  };
}

/// What a subtask keeps, of one kind.
Texts Shown(Harness& harness, const std::string& kind) {
  const std::size_t before = harness.records().size();
  harness.Process("show");
  Texts shown;
  for (std::size_t i = before; i < harness.records().size(); ++i) {
    const std::string& text = harness.records()[i].record;
    if (text.starts_with(kind + " ")) shown.push_back(text.substr(kind.size() + 1));
  }
  EXPECT_TRUE(harness.status().ok()) << harness.status().message();
  return shown;
}

/// One checkpoint; `inputs` by subtask.
std::vector<HarnessSnapshot> SnapshotsOf(const std::vector<Texts>& inputs) {
  std::vector<HarnessSnapshot> snapshots;
  const auto parallelism = static_cast<std::uint32_t>(inputs.size());
  for (std::uint32_t subtask = 0; subtask < parallelism; ++subtask) {
    Harness harness(Make(Keeper{}), {.subtask = subtask, .parallelism = parallelism});
    for (const std::string& input : inputs[subtask]) harness.Process(input);
    snapshots.push_back(harness.Snapshot());
  }
  return snapshots;
}

/// What all subtasks keep after a restore with that parallelism.
std::vector<Texts> Restored(const std::vector<HarnessSnapshot>& snapshots,
                            std::uint32_t parallelism, const std::string& kind) {
  std::vector<Texts> shown;
  for (std::uint32_t subtask = 0; subtask < parallelism; ++subtask) {
    Harness harness(Make(Keeper{}), {.subtask = subtask, .parallelism = parallelism}, snapshots);
    shown.push_back(Shown(harness, kind));
  }
  return shown;
}

TEST(OperatorStateTest, WhenAListIsRestoredThenItsElementsAreDealtUnlessParallelismIsTheSame) {
  const auto snapshots = SnapshotsOf({{"list a", "list b", "list c", "list d"}, {"list e"}});
  EXPECT_EQ(Restored(snapshots, 2, "list"), (std::vector<Texts>{{"a", "b", "c", "d"}, {"e"}}));
  EXPECT_EQ(Restored(snapshots, 3, "list"), (std::vector<Texts>{{"a", "d"}, {"b", "e"}, {"c"}}));
  EXPECT_EQ(Restored(snapshots, 1, "list"), (std::vector<Texts>{{"a", "b", "c", "d", "e"}}));
}

TEST(OperatorStateTest, WhenAUnionIsRestoredThenEverySubtaskHasAllElements) {
  const auto snapshots = SnapshotsOf({{"union a", "union b"}, {}, {"union c"}});
  for (const std::uint32_t parallelism : {1U, 2U, 3U, 5U}) {
    EXPECT_EQ(Restored(snapshots, parallelism, "union"),
              std::vector<Texts>(parallelism, {"a", "b", "c"}));
  }
}

TEST(OperatorStateTest, WhenBroadcastStateIsRestoredThenEverySubtaskHasACopy) {
  const Texts inputs{"rule y", "rule x", "rule y"};
  const auto snapshots = SnapshotsOf({inputs, inputs});
  for (const std::uint32_t parallelism : {1U, 2U, 3U}) {
    EXPECT_EQ(Restored(snapshots, parallelism, "rule"),
              std::vector<Texts>(parallelism, {"x is x", "y is y"}));
  }
}

TEST(OperatorStateTest, WhenListsAreRedistributedAtRandomThenEachElementIsAtOneSubtask) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    auto parallelism = static_cast<std::uint32_t>(1 + random() % 5);
    std::vector<Texts> expected(parallelism);
    std::vector<Texts> inputs(parallelism);
    for (std::uint32_t i = 0; i < random() % 40; ++i) {
      const std::uint32_t subtask = random() % parallelism;
      expected[subtask].push_back(std::to_string(i));
      inputs[subtask].push_back("list " + std::to_string(i));
    }
    auto snapshots = SnapshotsOf(inputs);
    for (int restores = 0; restores < 4; ++restores) {
      const auto next = static_cast<std::uint32_t>(1 + random() % 5);
      if (next != parallelism) {
        std::vector<Texts> dealt(next);
        std::size_t position = 0;
        for (const Texts& list : expected) {
          for (const std::string& element : list) dealt[position++ % next].push_back(element);
        }
        expected = std::move(dealt);
      }
      EXPECT_EQ(Restored(snapshots, next, "list"), expected);
      parallelism = next;
      std::vector<HarnessSnapshot> taken;
      for (std::uint32_t subtask = 0; subtask < next; ++subtask) {
        Harness harness(Make(Keeper{}), {.subtask = subtask, .parallelism = next}, snapshots);
        taken.push_back(harness.Snapshot());
      }
      snapshots = std::move(taken);
    }
  }
}

TEST(OperatorStateTest, WhenRestoredAfterEveryCallThenNothingIsLost) {
  Harness harness(Make(Keeper{}), {.restore_after_every_call = true});
  for (const char* input : {"list a", "rule x", "union u", "list b"}) harness.Process(input);
  EXPECT_EQ(Shown(harness, "list"), (Texts{"a", "b"}));
  EXPECT_EQ(Shown(harness, "rule"), (Texts{"x is x"}));
  EXPECT_EQ(Shown(harness, "union"), (Texts{"u"}));
}

TEST(OperatorStateTest, WhenFunctionsAreCopiedThenTheirStatesAreSeparate) {
  const Keeper original;
  Harness first(Make(original));
  Harness second(Make(original));
  first.Process("list a");
  EXPECT_EQ(Shown(second, "list"), Texts{});
}

TEST(OperatorStateTest, WhenTheCheckpointDoesNotKnowTheOperatorThenItIsOpenedEmpty) {
  Harness harness(Make(Keeper{}), {}, {});
  EXPECT_EQ(Shown(harness, "list"), Texts{});
}

/// The same names with other layouts.
struct OtherElements : Process<std::string, std::string> {
  ListOperatorState<std::int64_t> list{this, "list"};
  void process(const std::string&, Context&, Collector<std::string>&) {}
};
struct OtherKind : Process<std::string, std::string> {
  UnionListState<std::string> list{this, "list"};
  void process(const std::string&, Context&, Collector<std::string>&) {}
};
struct Nothing : Process<std::string, std::string> {
  void process(const std::string&, Context&, Collector<std::string>&) {}
};

TEST(OperatorStateTest, WhenALayoutHasChangedThenTheRestoreIsRefusedNamingBoth) {
  const auto snapshots = SnapshotsOf({{"list a"}});
  const Status elements = Harness(Make(OtherElements{}), {}, snapshots).status();
  EXPECT_EQ(elements.message(),
            "state \"list\" of operator \"keeper\" has changed\n"
            "  in the checkpoint: list-operator (value string)\n"
            "  in the job:        list-operator (value i64)");
  EXPECT_FALSE(elements.hint().empty());
  const Status kind = Harness(Make(OtherKind{}), {}, snapshots).status();
  EXPECT_NE(kind.message().find("union (value string)"), std::string::npos);
}

TEST(OperatorStateTest, WhenAStateIsNotDeclaredAnyMoreThenItIsRefusedOrDroppedAsSaid) {
  const auto snapshots = SnapshotsOf({{"list a"}});
  Harness harness(Make(Nothing{}), {});
  OperatorRestore restore = testing::RestoreOf(snapshots, 0, 1);
  EXPECT_EQ(harness.op().Restore(restore).message(),
            "state \"list\" of operator \"keeper\" matches no state of the job");
  restore.ignore_unclaimed = true;
  EXPECT_TRUE(harness.op().Restore(restore).ok());
}

TEST(OperatorStateTest, WhenAStateIsNewThenItIsEmpty) {
  Harness before(Make(Nothing{}));
  Harness after(Make(Keeper{}), {}, {before.Snapshot()});
  EXPECT_EQ(Shown(after, "list"), Texts{});
}

TEST(OperatorStateTest, WhenAPartOfAUnionIsMissingThenTheRestoreIsRefused) {
  auto snapshots = SnapshotsOf({{"union a"}, {"union b"}});
  snapshots.pop_back();
  const Harness harness(Make(Keeper{}), {.subtask = 0, .parallelism = 2}, snapshots);
  EXPECT_EQ(harness.status().message(),
            "the checkpoint lacks parts of state \"union\" of \"keeper\"");
}

TEST(OperatorStateTest, WhenAnyByteIsMissingThenTheRestoreIsRefused) {
  const std::string state = SnapshotsOf({{"list a", "rule x"}})[0].state;
  for (std::size_t size = 0; size < state.size(); ++size) {
    Harness harness(Make(Keeper{}));
    EXPECT_EQ(harness.op().Restore(testing::RestoreOf(state.substr(0, size))).code(),
              ErrorCode::kCorruption)
        << size;
  }
  Harness harness(Make(Keeper{}));
  EXPECT_EQ(harness.op().Restore(testing::RestoreOf(state + "x")).code(), ErrorCode::kCorruption);
}

struct Golden : Process<std::string, std::string> {
  ListOperatorState<std::uint16_t> list{this, "l"};
  BroadcastState<std::uint8_t, std::uint8_t> map{this, "m"};
  void process(const std::string&, Context&, Collector<std::string>&) {
    list.add(258);
    map.put(3, 4);
  }
};

TEST(OperatorStateTest, WhenStatesAreStoredThenTheBytesAreThoseOfTheFormat) {
  Harness harness(Make(Golden{}));
  harness.Watermark({5});
  harness.Process("");
  const auto u32 = [](char value) { return std::string{value, 0, 0, 0}; };
  const auto text = [&](const std::string& value) {
    return u32(static_cast<char>(value.size())) + value;
  };
  const auto layout = [&](const std::string& type) { return u32(1) + text("value") + text(type); };
  const std::string expected =
      std::string{5, 0, 0, 0, 0, 0, 0, 0} + u32(1) + u32(2) +                               //
      text("l") + text("list-operator") + u32(0) + layout("u16") + u32(1) + text("\2\1") +  //
      text("m") + text("broadcast") + layout("u8") + layout("u8") + u32(1) + text("\3\4");
  EXPECT_EQ(harness.Snapshot().state, expected);
}

TEST(OperatorStateTest, WhenStatesAreDeclaredThenTheyAreDescribed) {
  const auto states = UnkeyedStates("keeper", Keeper{});
  ASSERT_EQ(states.size(), 3U);
  EXPECT_EQ(states[0].operator_uid, "keeper");
  EXPECT_EQ(states[0].name, "list");
  EXPECT_EQ(states[0].kind, "list-operator");
  EXPECT_EQ(states[0].value, FingerprintOf<std::string>());
  EXPECT_EQ(states[1].kind, "union");
  EXPECT_EQ(states[2].kind, "broadcast");
  EXPECT_EQ(states[2].key, FingerprintOf<RuleId>());
}

TEST(OperatorStateTest, WhenAStateIsNoMemberThenOpenSaysSo) {
  struct Outside : Process<std::string, std::string> {
    std::shared_ptr<ListOperatorState<std::string>> list =
        std::make_shared<ListOperatorState<std::string>>(this, "list");
    void process(const std::string&, Context&, Collector<std::string>&) {}
  };
  const Harness harness(Make(Outside{}));
  EXPECT_EQ(harness.status().message(),
            "state \"list\" of \"keeper\" is not a member of its function");
}

TEST(ProcessFunctionTest, WhenRecordsAreProcessedThenTheContextTellsWhereAndWhen) {
  struct Telling : Process<std::string, std::string> {
    bool* closed;
    explicit Telling(bool* flag) : closed(flag) {}
    void process(const std::string& text, Context& context, Collector<std::string>& out) {
      out.collect(text + " at " + std::to_string(context.timestamp().millis) + ", watermark " +
                  std::to_string(context.watermark().millis) + ", wall " +
                  std::to_string(context.processing_time().millis) + ", subtask " +
                  std::to_string(context.subtask()) + " of " +
                  std::to_string(context.parallelism()));
    }
    void close() { *closed = true; }
  };
  bool closed = false;
  Harness harness(Make(Telling(&closed)),
                  {.subtask = 1, .parallelism = 2, .restore_after_every_call = true});
  harness.Watermark({5});
  harness.Process("a", {7});
  EXPECT_EQ(harness.values(), (Texts{"a at 7, watermark 5, wall 3600000, subtask 1 of 2"}));
  EXPECT_EQ(harness.records()[0].timestamp, Timestamp{7});
  EXPECT_EQ(harness.last_watermark(), Timestamp{5});
  EXPECT_FALSE(closed);
  harness.Close();
  EXPECT_TRUE(closed);
}

/// Counts per key, and lists the keys it has met.
struct Census : KeyedProcess<std::string, std::string, std::string> {
  ListOperatorState<std::string> met{this, "met"};
  ValueState<std::int64_t> count{this, "count"};

  void process(const std::string& key, Context&, Collector<std::string>& out) {
    if (!count.has_value()) met.add(key);
    ++count.edit();
    for (const std::string& each : met) out.collect(each);
  }
};

TEST(OperatorStateTest, WhenAKeyedFunctionHasAListThenItIsKeptBesideTheKeys) {
  struct Same {
    const std::string& operator()(const std::string& key) const { return key; }
  };
  const Harness::Make make = [] { return MakeProcess<std::string>("census", Same{}, Census{}); };
  EXPECT_EQ(ProcessStates("census", Census{}).back().kind, "list-operator");
  Harness one(make, {.restore_after_every_call = true});
  for (const char* key : {"x", "y", "x"}) one.Process(key);
  EXPECT_EQ(one.values(), (Texts{"x", "x", "y", "x", "y"}));
  const std::vector<HarnessSnapshot> snapshots{one.Snapshot()};
  Texts met;
  for (std::uint32_t subtask = 0; subtask < 2; ++subtask) {
    Harness two(make, {.subtask = subtask, .parallelism = 2}, snapshots);
    const std::string state = two.Snapshot().state;
    EXPECT_NE(state.find(subtask == 0 ? "x" : "y"), std::string::npos);
    EXPECT_TRUE(two.status().ok()) << two.status().message();
  }
}

TEST(OperatorStateTest, WhenTwoStatesHaveOneNameThenThereIsAComplaint) {
  struct Twice : KeyedProcess<std::string, std::string, std::string> {
    ListOperatorState<int> a{this, "a"};
    ValueState<int> b{this, "a"};
  };
  struct Reserved : KeyedProcess<std::string, std::string, std::string> {
    UnionListState<int> timers{this, "processing-timers"};
  };
  EXPECT_NE(ProcessProblem("uid", Twice{}).find("\"a\""), std::string::npos);
  EXPECT_NE(ProcessProblem("uid", Reserved{}).find("\"processing-timers\""), std::string::npos);
}

}  // namespace
}  // namespace penstock
