#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/penstock.h"
#include "connectors/basic/discard_sink.h"
#include "connectors/basic/print_sink.h"
#include "connectors/basic/sequence_source.h"
#include "tests/support/recording_builder.h"

namespace penstock {
namespace {

using testing::RecordingBuilder;

struct Event {
  std::string user;
  std::int64_t value = 0;
  Timestamp at;
};
struct Count {
  std::int64_t count = 0;
  void add(const Event&) { ++count; }
  void merge(const Count& other) { count += other.count; }
};

/// Transactional by name only.
struct TransactionalSink final : Sink<Event> {
  std::string name() const override { return "files"; }
  Delivery delivery() const override { return Delivery::kTransactional; }
  Status Validate(FileSystem&) const override { return Status::Ok(); }
  Result<std::unique_ptr<SinkWriter<Event>>> NewWriter(OperatorContext&,
                                                       std::string_view) const override {
    return Status::Internal("not made in this test");
  }
};

RecordingBuilder Build(internal::JobFunction job, std::map<std::string, std::string> named = {}) {
  return testing::BuildJob(job, std::move(named));
}

Event MakeEvent(std::uint64_t i) {
  return {std::to_string(i % 3), static_cast<std::int64_t>(i), {}};
}
auto Events() { return sequence(100, &MakeEvent); }
Event Latest(const Event&, const Event& next) { return next; }

using Problems = std::vector<std::string>;

TEST(StreamTest, WhenJobIsDeclaredThenOperatorsAreInOrderWithTheirEdges) {
  const RecordingBuilder built = Build([](Environment& env, const Arguments&) {
    env.from("events", Events())
        .map([](const Event& event) { return event; })
        .set_parallelism(2)
        .filter([](const Event& event) { return event.value > 0; })
        .name("positive")
        .key_by(&Event::user)
        .reduce("latest", &Latest)
        .rebalance()
        .sink_to("out", discard())
        .name("nowhere");
  });
  EXPECT_EQ(built.problems, Problems{});
  ASSERT_EQ(built.operators.size(), 5u);
  EXPECT_EQ(built.operators[0].kind, OperatorKind::kSource);
  EXPECT_EQ(built.operators[0].uid, "events");
  EXPECT_EQ(built.operators[0].delivery, Delivery::kReplayable);
  EXPECT_EQ(built.operators[1].parallelism, 2u);
  EXPECT_FALSE(built.operators[2].parallelism.has_value());
  EXPECT_EQ(built.operators[2].name, "positive");
  EXPECT_TRUE(built.operators[3].stateful);
  ASSERT_EQ(built.operators[3].states.size(), 1u);
  EXPECT_EQ(built.operators[3].states[0].operator_uid, "latest");
  EXPECT_EQ(built.operators[4].kind, OperatorKind::kSink);
  EXPECT_EQ(built.operators[4].name, "nowhere");
  const Distribution distributions[] = {Distribution::kForward, Distribution::kForward,
                                        Distribution::kHash, Distribution::kRebalance};
  for (std::uint32_t i = 1; i < 5; ++i) {
    ASSERT_EQ(built.operators[i].inputs.size(), 1u);
    EXPECT_EQ(built.operators[i].inputs[0].from, i - 1);
    EXPECT_EQ(built.operators[i].inputs[0].edge->distribution(), distributions[i - 1]);
    EXPECT_NE(built.operators[i].make(), nullptr);
  }
}

TEST(StreamTest, WhenStreamIsUsedTwiceThenBothReadersReadIt) {
  const RecordingBuilder built = Build([](Environment& env, const Arguments&) {
    const auto events = env.from("events", Events());
    events.sink_to(print());
    events.broadcast().sink_to(discard());
  });
  ASSERT_EQ(built.operators.size(), 3u);
  EXPECT_EQ(built.operators[1].inputs[0].from, 0u);
  EXPECT_EQ(built.operators[2].inputs[0].from, 0u);
  EXPECT_EQ(built.operators[2].inputs[0].edge->distribution(), Distribution::kBroadcast);
}

TEST(StreamTest, WhenUidsAreMissingThenAllAreNamedAtOnce) {
  const RecordingBuilder built = Build([](Environment& env, const Arguments&) {
    const auto events = env.from(Events()).with_timestamps(ordered_timestamps(), &Event::at);
    events.key_by(&Event::user).reduce(&Latest).sink_to(TransactionalSink{});
    events.key_by(&Event::user)
        .window(tumbling(10min))
        .aggregate(Count{}, [](const std::string&, Window, const Count& c) { return c.count; })
        .sink_to(discard());
  });
  EXPECT_EQ(built.problems,
            (Problems{"source \"sequence of 100\" at position 1 needs a uid: write "
                      "env.from(\"my-name\", ...)",
                      "reduce after key_by at position 3 needs a uid: write "
                      ".reduce(\"my-name\", ...)",
                      "transactional sink \"files\" at position 4 needs a uid: write "
                      ".sink_to(\"my-name\", ...)",
                      "window after key_by at position 5 needs a uid: write "
                      ".window(\"my-name\", ...)"}));
}

struct Recent : Process<Event, Event> {
  ListOperatorState<Event> events{this, "events"};
  void process(const Event&, Context&, Collector<Event>&) {}
};
struct Stateless : Process<Event, std::int64_t> {
  void process(const Event& event, Context&, Collector<std::int64_t>& out) {
    out.collect(event.value);
  }
};

TEST(StreamTest, WhenAFunctionWithoutKeysIsPlacedThenItsStatesAreDeclared) {
  const RecordingBuilder built = Build([](Environment& env, const Arguments&) {
    env.from("events", Events())
        .process("recent", Recent{})
        .process("value", Stateless{})
        .sink_to(discard());
  });
  EXPECT_EQ(built.problems, Problems{});
  EXPECT_EQ(built.operators[1].uid, "recent");
  EXPECT_TRUE(built.operators[1].stateful);
  ASSERT_EQ(built.operators[1].states.size(), 1u);
  EXPECT_EQ(built.operators[1].states[0].kind, "list-operator");
  EXPECT_EQ(built.operators[1].states[0].operator_uid, "recent");
  EXPECT_EQ(built.operators[1].inputs[0].edge->distribution(), Distribution::kForward);
  EXPECT_NE(built.operators[1].make(), nullptr);
  EXPECT_FALSE(built.operators[2].stateful);
}

TEST(StreamTest, WhenAFunctionWithoutKeysIsWrongThenItIsReported) {
  struct Twice : Recent {
    UnionListState<int> again{this, "events"};
  };
  const RecordingBuilder built = Build([](Environment& env, const Arguments&) {
    env.from("events", Events()).process("twice", Twice{}).process(Recent{}).sink_to(discard());
  });
  ASSERT_EQ(built.problems.size(), 2u);
  EXPECT_TRUE(built.problems[0].starts_with("two states of \"twice\" are called \"events\""));
  EXPECT_EQ(built.problems[1],
            "process at position 3 needs a uid: write .process(\"my-name\", ...)");
}

TEST(StreamTest, WhenWindowMakesNoSenseThenItIsReported) {
  const RecordingBuilder built = Build([](Environment& env, const Arguments&) {
    env.from("events", Events())
        .key_by(&Event::user)
        .window("w", sliding(1min, 2min))
        .aggregate(Count{}, [](const std::string&, Window, const Count& c) { return c.count; })
        .sink_to(discard());
  });
  ASSERT_EQ(built.problems.size(), 1u);
  EXPECT_TRUE(built.problems[0].starts_with("window \"w\" at position 2: the slide"));
}

TEST(StreamTest, WhenJobIsEmptyThenItIsReported) {
  EXPECT_EQ(Build([](Environment&, const Arguments&) {}).problems.size(), 1u);
}

TEST(StreamTest, WhenFlatMapFunctionIsGenericThenItsOutputTypeIsSpelled) {
  const RecordingBuilder built = Build([](Environment& env, const Arguments&) {
    env.from("events", Events())
        .flat_map<std::string>([](const auto& event, auto& out) { out.collect(event.user); })
        .flat_map([](const std::string& user, Collector<std::int64_t>& out) {
          out.collect(static_cast<std::int64_t>(user.size()));
        })
        .sink_to(discard());
  });
  EXPECT_EQ(built.operators[2].inputs[0].edge->record_type().fingerprint(),
            (Fingerprint{{"value", "string"}}));
  EXPECT_EQ(built.operators[3].inputs[0].edge->record_type().fingerprint(),
            (Fingerprint{{"value", "i64"}}));
}

TEST(StreamTest, WhenOptionsAreSetThenTheBuilderHasThemInOrder) {
  const RecordingBuilder built = Build([](Environment& env, const Arguments&) {
    env.set("pipeline.max-parallelism", "64");
    env.set("no.such", "x");
    env.from("events", Events()).sink_to(discard());
  });
  EXPECT_EQ(built.options, (std::vector<std::pair<std::string, std::string>>{
                               {"pipeline.max-parallelism", "64"}, {"no.such", "x"}}));
  EXPECT_EQ(built.problems, Problems{});
}

TEST(PluginNoteTest, WhenMadeThenItsValuesAreFound) {
  static constexpr auto note =
      MakePluginNote(PENSTOCK_ABI_LINES "march=x86-64-v2\njob=word_count\n");
  const std::string_view descriptor(note.descriptor, note.descriptor_size);
  EXPECT_EQ(PluginNoteValue(descriptor, "abi"), "4");
  EXPECT_EQ(PluginNoteValue(descriptor, "pointer"), "64");
  EXPECT_EQ(PluginNoteValue(descriptor, "march"), "x86-64-v2");
  EXPECT_EQ(PluginNoteValue(descriptor, "job"), "word_count");
  EXPECT_EQ(PluginNoteValue(descriptor, "arch"), "");
  EXPECT_EQ(note.owner_size, 9u);
}

}  // namespace
}  // namespace penstock
