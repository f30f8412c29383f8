// Runs each job whole, as its plugin, with its real sources and sinks, and compares what it commits
// with the golden output or the independent reference: at parallelism 1; and checkpointed at 2,
// crashed, restored at 3.

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/testing/testing.h"
#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using testing::JobTest;
using Named = std::map<std::string, std::string>;

class PluginTest : public ::testing::Test {
 protected:
  static void Run(const std::string& name, const Named& arguments) {
    JobTest job(testing::load_job(PENSTOCK_JOBS_BUILD "/" + name + ".so"), arguments);
    job.run();
    EXPECT_EQ(0U, job.counter("numLateRecordsDropped"));
  }
  /// Crashes in the middle and once more near the end; the interleaving is that of `seed`.
  static void RunWithCrashes(const std::string& name, const Named& arguments, std::uint64_t seed) {
    JobTest job(testing::load_job(PENSTOCK_JOBS_BUILD "/" + name + ".so"), arguments);
    job.parallelism(2).seed(seed);
    for (std::uint64_t i = 0; i < 40 + seed; ++i) job.step();
    const testing::Checkpoint checkpoint = job.checkpoint();
    for (std::uint64_t i = 0; i < 40 + seed; ++i) job.step();
    job.restore(checkpoint, 3);
    for (std::uint64_t i = 0; i < 40 + seed; ++i) job.step();
    job.checkpoint();
    for (std::uint64_t i = 0; i < 10 + seed; ++i) job.step();
    job.crash();
    job.run();
  }
  /// All committed rows of a directory, sorted, without the header lines.
  static std::string Rows(const std::string& directory) {
    std::vector<std::string> rows;
    const std::vector<std::string> names = PosixFileSystem().List(directory).value();
    for (const std::string& name : names) {
      EXPECT_TRUE(name.starts_with("part-")) << name;
      Append(JoinPath(directory, name), rows);
    }
    return Sorted(std::move(rows));
  }
  static std::string Golden(const std::string& file) {
    std::vector<std::string> rows;
    Append(PENSTOCK_JOBS_SOURCE "/" + file, rows);
    return Sorted(std::move(rows));
  }

  TempDir dir_;

 private:
  static void Append(const std::string& path, std::vector<std::string>& rows) {
    std::istringstream content(ReadFile(PosixFileSystem(), path).value());
    std::string line;
    std::getline(content, line);
    while (std::getline(content, line)) rows.push_back(line);
  }
  static std::string Sorted(std::vector<std::string> rows) {
    std::sort(rows.begin(), rows.end());
    std::string text;
    for (const std::string& row : rows) text += row + "\n";
    return text;
  }
};

class FlightDelays : public PluginTest {
 protected:
  Named Arguments() const {
    return {{"input", PENSTOCK_JOBS_SOURCE "/flight_delays/data/flights-20k.json"},
            {"output", dir_.path()}};
  }
  void Compare() {
    EXPECT_EQ(Golden("flight_delays/golden/airports.csv"), Rows(dir_ / "airports"));
    EXPECT_EQ(Golden("flight_delays/golden/worst.csv"), Rows(dir_ / "worst"));
  }
};

TEST_F(FlightDelays, WhenRunThenTheOutputIsGolden) {
  Run("flight_delays", Arguments());
  Compare();
}

TEST_F(FlightDelays, WhenCrashedAndRescaledThenTheOutputIsGolden) {
  RunWithCrashes("flight_delays", Arguments(), 1);
  Compare();
}

class WordCount : public PluginTest {
 protected:
  Named Arguments() const {
    return {{"input", PENSTOCK_JOBS_SOURCE "/word_count/data/stream.txt"}, {"output", dir_.path()}};
  }
  void Compare() { EXPECT_EQ(Golden("word_count/golden/counts.csv"), Rows(dir_.path())); }
};

TEST_F(WordCount, WhenRunThenTheOutputIsGolden) {
  Run("word_count", Arguments());
  Compare();
}

TEST_F(WordCount, WhenCrashedAndRescaledThenTheOutputIsGolden) {
  RunWithCrashes("word_count", Arguments(), 2);
  Compare();
}

class KillCheck : public PluginTest {
 protected:
  Named Arguments(const std::string& partitions) const {
    return {{"output", dir_.path()}, {"partitions", partitions}, {"records", "20000"}};
  }
  void Check(const std::string& partitions) {
    const std::string check = "python3 -B " PENSTOCK_JOBS_SOURCE
                              "/../tests/e2e/check_output.py final " +
                              dir_.path() + " --partitions " + partitions + " --records 20000";
    EXPECT_EQ(0, std::system(check.c_str()));
  }
};

TEST_F(KillCheck, WhenRunThenTheCheckerFindsNothing) {
  Run("kill_check", Arguments("1"));
  Check("1");
}

TEST_F(KillCheck, WhenCrashedAndRescaledThenTheCheckerFindsNothing) {
  RunWithCrashes("kill_check", Arguments("2"), 3);
  Check("2");
}

}  // namespace
}  // namespace penstock
