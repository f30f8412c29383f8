#include "checkpoint/restore_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/key_group.h"

namespace penstock {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Fingerprint kText = {{"value", "string"}};
const Fingerprint kNumber = {{"value", "i64"}};
const Fingerprint kSmallNumber = {{"value", "i32"}};

SnapshotTable Stored(const std::string& name, const Fingerprint& value = kNumber,
                     const Fingerprint& key = kText) {
  SnapshotTable table;
  table.name = name;
  table.kind = "value";
  table.key = key;
  table.value = value;
  return table;
}

StateSchema Declared(const std::string& name, const Fingerprint& value = kNumber) {
  return {name, "value", kText, {}, value, {}};
}

SnapshotMetadata Task(std::uint32_t subtask, std::vector<SnapshotOperator> operators) {
  SnapshotMetadata task;
  task.subtask.index = subtask;
  task.parallelism = 2;
  task.max_parallelism = 64;
  task.key_hash_version = kKeyHashVersion;
  task.operators = std::move(operators);
  return task;
}

/// Two subtasks of "alerts" with the states "count" and "last", and a source.
std::vector<SnapshotMetadata> Checkpoint() {
  const SnapshotOperator alerts{"alerts", "process", "", {Stored("count"), Stored("last")}};
  const SnapshotOperator anonymous{"#0", "filter", "x", {}};
  return {Task(0, {{"events", "file source", "x", {}}}), Task(0, {anonymous, alerts}),
          Task(1, {anonymous, alerts})};
}

std::vector<OperatorStates> Job() {
  return {{"events", "file source", true, 64, {}},
          {"alerts", "process", true, 64, {Declared("count"), Declared("last")}}};
}

RestoreReport Check(const std::vector<OperatorStates>& job, const RestoreCheckOptions& options = {},
                    const std::vector<SnapshotMetadata>& stored = Checkpoint()) {
  return CheckRestore(stored, job, options);
}

TEST(RestoreCheckTest, WhenTheJobIsTheSameThenItFitsWithoutNotes) {
  const RestoreReport report = Check(Job());
  EXPECT_TRUE(report.fits());
  EXPECT_TRUE(report.ToStatus().ok());
  EXPECT_THAT(report.notes, IsEmpty());
}

TEST(RestoreCheckTest, WhenOperatorsAndStatesAreNewThenTheyStartEmpty) {
  auto job = Job();
  job[1].states.push_back(Declared("first"));
  job.push_back({"extra", "reduce", true, 64, {Declared("reduced")}});
  job.push_back({"plain", "map", false, 64, {}});
  const RestoreReport report = Check(job);
  EXPECT_TRUE(report.fits());
  EXPECT_THAT(report.notes,
              ElementsAre("state 'first' of operator 'alerts' is new and starts empty",
                          "operator 'extra' (reduce) is new and starts without state"));
}

TEST(RestoreCheckTest, WhenStoredStateMatchesNothingThenAllOfItIsNamed) {
  const std::vector<OperatorStates> job = {{"alerts", "process", true, 64, {Declared("last")}}};
  const RestoreReport report = Check(job);
  EXPECT_THAT(report.problems,
              ElementsAre("the state of operator 'events' (file source) matches no operator of the "
                          "job",
                          "state 'count' of operator 'alerts' matches no state of the job"));
  EXPECT_EQ(report.ToStatus().message(),
            "the checkpoint does not fit the job:\n"
            "  - the state of operator 'events' (file source) matches no operator of the job\n"
            "  - state 'count' of operator 'alerts' matches no state of the job");
  EXPECT_NE(report.ToStatus().hint(), "");
}

TEST(RestoreCheckTest, WhenUnmatchedStateMayGoThenItIsNoted) {
  const std::vector<OperatorStates> job = {{"alerts", "process", true, 64, {Declared("last")}}};
  const RestoreReport report = Check(job, {.allow_non_restored = true, .uid_mapping = {}});
  EXPECT_TRUE(report.fits());
  EXPECT_THAT(report.notes, ElementsAre("the state of operator 'events' (file source) is dropped",
                                        "state 'count' of operator 'alerts' is dropped"));
}

TEST(RestoreCheckTest, WhenAUidIsMappedThenTheOperatorTakesTheState) {
  auto job = Job();
  job[1].uid = "warnings";
  EXPECT_FALSE(Check(job).fits());
  const RestoreReport report =
      Check(job, {.allow_non_restored = false, .uid_mapping = {{"alerts", "warnings"}}});
  EXPECT_TRUE(report.fits());
  EXPECT_THAT(report.notes, ElementsAre("operator 'warnings' takes the state of 'alerts'"));
}

TEST(RestoreCheckTest, WhenTheMappingIsWrongThenItSaysHow) {
  const RestoreReport report = Check(
      Job(),
      {.allow_non_restored = false, .uid_mapping = {{"alerts", "none"}, {"nobody", "events"}}});
  EXPECT_THAT(
      report.problems,
      ElementsAre("the uid mapping names 'none', which is no operator of the job",
                  "the uid mapping names 'nobody', which is no operator of the checkpoint"));
  EXPECT_THAT(
      Check(Job(), {.allow_non_restored = false, .uid_mapping = {{"events", "alerts"}}}).problems,
      ElementsAre("two operators of the checkpoint are mapped to 'alerts'"));
}

TEST(RestoreCheckTest, WhenKindsAndTypesDifferThenEachIsAProblem) {
  auto job = Job();
  job[1].states[0].kind = "panes";
  job[1].states[1] = Declared("last", kText);
  job[1].states[1].key = kNumber;
  EXPECT_THAT(
      Check(job).problems,
      ElementsAre("state 'count' of operator 'alerts' is of kind 'value' in the checkpoint and "
                  "'panes' in the job",
                  "the key type of state 'last' of operator 'alerts' has changed: it was (value "
                  "string) and is (value i64)",
                  "the value type of state 'last' of operator 'alerts' has changed: field 'value' "
                  "was i64 and is string"));
}

TEST(RestoreCheckTest, WhenATypeIsWidenedThenTheMigrationIsNoted) {
  auto stored = Checkpoint();
  for (auto task : {1, 2}) stored[task].operators[1].tables[0].value = kSmallNumber;
  const RestoreReport report = Check(Job(), {}, stored);
  EXPECT_TRUE(report.fits());
  EXPECT_THAT(report.notes, ElementsAre("state 'count' of operator 'alerts' is migrated: field "
                                        "'value' is widened from i32 to i64"));
}

TEST(RestoreCheckTest, WhenMaxParallelismOrHashDifferThenProblems) {
  auto job = Job();
  job[1].max_parallelism = 128;
  auto stored = Checkpoint();
  stored[0].key_hash_version = 77;
  EXPECT_THAT(
      Check(job, {}, stored).problems,
      ElementsAre("0-0-0.meta uses version 77 of the key hash, this build version 1",
                  "the state of operator 'alerts' has max parallelism 64, the job has 128"));
}

TEST(RestoreCheckTest, WhenTasksDisagreeThenItIsAProblem) {
  auto stored = Checkpoint();
  stored[2].operators[1].tables[0].value = kText;
  EXPECT_THAT(Check(Job(), {}, stored).problems,
              ElementsAre("the tasks of the checkpoint disagree on state 'count' of operator "
                          "'alerts'"));
}

TEST(RestoreCheckTest, WhenAMappingIsWrittenThenItIsRead) {
  using Mapping = std::map<std::string, std::string>;
  EXPECT_EQ(ParseUidMapping("").value(), Mapping());
  EXPECT_EQ(ParseUidMapping("a=b, c = d").value(), (Mapping{{"a", "b"}, {"c", "d"}}));
  for (const char* wrong : {"a", "a=", "=b", "a=b,a=c", "a=b,,c=d"}) {
    EXPECT_FALSE(ParseUidMapping(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace penstock
