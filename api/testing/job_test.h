#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/output_tag.h"
#include "api/testing/checkpoint.h"
#include "api/testing/job_failure.h"
#include "api/testing/job_function.h"
#include "api/testing/job_input.h"
#include "api/testing/job_output.h"
#include "api/testing/local_job.h"
#include "common/faulty_file_system.h"

namespace penstock::testing {

/// Runs a whole job in the test's thread: all operators at any parallelism, with the runtime's
/// partitioners, key groups and rules for watermarks and barriers, and a clock that the test moves.
/// In which order channels are read depends on the seed alone, so a run can be repeated. The job
/// starts at the first call that runs it; settings, inputs and outputs come before that.
///
/// Calls throw JobFailure when the job function has problems or an operator fails; after that the
/// job must be given up, or go on with crash() or restore(). Not thread-safe.
class JobTest {
 public:
  using Duration = Clock::Duration;

  explicit JobTest(JobFunction job, std::map<std::string, std::string> arguments = {});
  JobTest(const JobTest&) = delete;
  JobTest& operator=(const JobTest&) = delete;
  ~JobTest();

  // Settings.
  /// Of operators that don't say their own. Default: 1.
  JobTest& parallelism(std::uint32_t parallelism);
  JobTest& max_parallelism(std::uint32_t maximum);
  /// Of all that is random. Default: 1.
  JobTest& seed(std::uint64_t seed);
  /// Moves all state out of memory, takes a checkpoint and crashes, after every batch that a source
  /// has emitted.
  JobTest& torture();
  /// How long to wait for answers of other threads, of real time. Default: 10 s.
  JobTest& time_limit(std::chrono::milliseconds limit);
  /// Calls return while answers are under way, instead of waiting for them; for tests of time-outs.
  JobTest& leave_answers_open();

  /// Replaces the source with that uid.
  template <typename T>
  JobInput<T>& input(const std::string& uid);
  /// Replaces the sink with that uid or, without one, name; of another operator it is what that
  /// emits. The same object every time.
  template <typename T>
  JobOutput<T>& output(const std::string& uid);
  /// What operator `uid`, or any operator, has emitted with that tag.
  template <typename U>
  std::vector<U> side_output(const std::string& uid, const OutputTag<U>& tag) {
    return SideRecordsOf<U>(&uid, tag);
  }
  template <typename U>
  std::vector<U> side_output(const OutputTag<U>& tag) {
    return SideRecordsOf<U>(nullptr, tag);
  }

  /// One action of one subtask: false when there is nothing to do now.
  bool step();
  /// As long as there is something to do without moving the clock; also waits for answers of other
  /// threads.
  void run_until_idle();
  /// To the end of the input, moving the clock to where sources want to go on, and through the last
  /// checkpoint.
  void run();
  /// Moves the clock; what comes due on the way is done in its time.
  void advance(Duration by);
  bool finished() const { return finished_; }

  /// Takes one, while the job works on; sinks commit.
  Checkpoint checkpoint();
  /// Throws the job's state away and goes on from the checkpoint; inputs and outputs do, too.
  /// Checkpoints that are younger are forgotten.
  void restore(const Checkpoint& from);
  void restore(const Checkpoint& from, std::uint32_t parallelism);
  /// All instances die; the job goes on from its last checkpoint, or from its beginning.
  void crash();
  /// Goes on as another version of the job; restore() follows. The arguments stay.
  void upgrade(JobFunction job);
  /// The job crashes, as with crash(), right after operator `uid` has worked on its `nth` record
  /// from now on; of a source: has emitted it.
  void fail_at(const std::string& uid, std::uint64_t nth);

  /// The job's file system. Faults of it fail the job.
  FaultyFileSystem& files() { return files_; }
  ManualClock& clock() { return surroundings_.clock; }
  /// Of all subtasks and restarts of operator `uid`, or of all operators.
  std::uint64_t counter(const std::string& uid, const std::string& name);
  std::uint64_t counter(const std::string& name);

 private:
  template <typename>
  friend class OperatorTestBase;

  /// Where fail_at() lets the job crash.
  struct CrashPoint {
    std::string uid;
    std::int64_t at = 0;  // of the operator's records in this run
  };

  void CheckNotStarted(const char* call) const;
  template <typename U>
  std::vector<U> SideRecordsOf(const std::string* uid, const OutputTag<U>& tag);
  RecordTap& SideTap(std::size_t op, const std::string& tag, const void* type_id);

  void Prepare();
  void CheckPure(const RecordedJob& job);
  void CheckProblems();
  void ReplaceSources();
  void TapOperators();
  void CheckRecords(std::size_t op, const void* type_id, const std::string& what);
  void Validate();
  std::size_t Find(const std::string& uid) const;

  void Start();
  void Begin(const Checkpoint* from);
  void End();
  void Rewind(const Checkpoint* to);
  void CheckClaims(const Checkpoint& from);
  void GoOn(const Checkpoint& from);

  bool TakeStep();
  bool TakeCrashPoint();
  bool WaitForAnswers();
  void MoveClock(Duration by) { surroundings_.clock.Advance(by); }
  std::optional<Checkpoint> TryCheckpoint(bool final);
  bool TryFinish();
  void Torment();
  void RestoreKeeping(const Checkpoint& from, std::uint32_t parallelism);

  void FailIf(const Status& status);

  JobFunction function_;
  const std::map<std::string, std::string> arguments_;
  JobDefaults defaults_;
  TestRandom random_{1};
  bool torture_ = false;
  bool wait_for_answers_ = true;

  FaultyFileSystem files_{PosixFileSystem()};
  TestSurroundings surroundings_;
  std::optional<RecordedJob> recorded_;
  std::map<std::string, std::unique_ptr<TestFeed>> feeds_;                             // by uid
  std::map<std::string, std::unique_ptr<RecordTap>> taps_;                             // by uid
  std::map<std::pair<std::string, std::string>, std::unique_ptr<SideRecords>> sides_;  // uid, tag
  std::vector<CrashPoint> crash_points_;

  std::unique_ptr<LocalJob> run_;
  bool started_ = false;
  bool finished_ = false;
  std::uint64_t generation_ = 0;
  Epoch next_checkpoint_ = 1;
  std::optional<Checkpoint> last_checkpoint_;
  std::set<Epoch> forgotten_;  // checkpoints of a future that a restore has left
};

template <typename T>
JobInput<T>& JobTest::input(const std::string& uid) {
  if (!feeds_.contains(uid)) {
    CheckNotStarted("input()");
    auto input = std::make_unique<JobInput<T>>();
    input->set_random(&random_);
    feeds_[uid] = std::move(input);
  }
  TestFeed& feed = *feeds_[uid];
  if (feed.type_id() != TypedBatch<T>::TypeId()) {
    Misuse("input '" + uid + "' is asked for with two types of records");
  }
  return static_cast<JobInput<T>&>(feed);
}

template <typename T>
JobOutput<T>& JobTest::output(const std::string& uid) {
  if (!taps_.contains(uid)) {
    CheckNotStarted("output()");
    taps_[uid] = std::make_unique<JobOutput<T>>();
  }
  RecordTap& tap = *taps_[uid];
  if (tap.type_id() != TypedBatch<T>::TypeId()) {
    Misuse("output '" + uid + "' is asked for with two types of records");
  }
  return static_cast<JobOutput<T>&>(tap);
}

template <typename U>
std::vector<U> JobTest::SideRecordsOf(const std::string* uid, const OutputTag<U>& tag) {
  std::vector<U> records;
  for (const auto& [place, side] : sides_) {
    if (place.second != tag.name || (uid != nullptr && place.first != *uid)) continue;
    if (side->type_id() != TypedBatch<U>::TypeId()) {
      Misuse("side output \"" + tag.name + "\" of '" + place.first +
             "' has records of another type");
    }
    side->template AppendTo<U>(records);
  }
  return records;
}

}  // namespace penstock::testing
