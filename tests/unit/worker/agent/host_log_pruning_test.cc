#include "worker/agent/host_log_pruning.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "worker/agent/host_log.h"

namespace penstock {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Clock::WallTime kNow{hours(500'000)};
const std::string kHost(32, 'a');

EndedHostLog Log(const std::string& name, std::uint64_t bytes, hours age) {
  return {{name + ".log", name + ".1.log"}, bytes, kNow - age};
}

TEST(FilesToPruneTest, WhenTooManyHostsHaveLogsThenTheOldestGoWithAllTheirFiles) {
  EXPECT_THAT(
      FilesToPrune({Log("old", 1, hours(3)), Log("new", 1, hours(1)), Log("mid", 1, hours(2))},
                   {.hosts = 2}, kNow),
      ElementsAre("old.log", "old.1.log"));
}

TEST(FilesToPruneTest, WhenLogsAreTooLargeTogetherThenTheOldestGo) {
  EXPECT_THAT(
      FilesToPrune({Log("old", 50, hours(3)), Log("new", 60, hours(1))}, {.bytes = 100}, kNow),
      ElementsAre("old.log", "old.1.log"));
}

TEST(FilesToPruneTest, WhenALogIsTooOldThenItGoes) {
  EXPECT_THAT(
      FilesToPrune({Log("old", 1, hours(3)), Log("new", 1, hours(2))}, {.age = hours(2)}, kNow),
      ElementsAre("old.log", "old.1.log"));
}

TEST(FilesToPruneTest, WhenAllIsWithinLimitsThenNothingGoes) {
  EXPECT_THAT(FilesToPrune({Log("old", 1, hours(3))}, {}, kNow), IsEmpty());
}

std::string HostName(char digit) { return kHost + "-" + std::string(32, digit); }

TEST(PruneHostLogsTest, WhenLogsArePrunedThenThoseInUseAndOtherFilesStay) {
  TempDir dir;
  HostLog in_use(dir / (HostName('1') + ".log"));
  in_use.Append("runs on\n");
  for (const std::string& name :
       {HostName('1') + ".1.log", HostName('2') + ".log", HostName('2') + ".1.log",
        std::string("worker-1.log"), std::string("coordinator.1.log"), HostName('3') + ".txt"}) {
    std::ofstream(dir / name) << "text\n";
  }
  PruneHostLogs(dir.path(), {.hosts = 0}, SystemClock::Instance().Wall());
  EXPECT_THAT(*PosixFileSystem().List(dir.path()),
              ElementsAre(HostName('1') + ".1.log", HostName('1') + ".log", HostName('3') + ".txt",
                          "coordinator.1.log", "worker-1.log"));
}

TEST(PruneHostLogsTest, WhenThereIsNoDirectoryThenNothingHappens) {
  PruneHostLogs("/no/such/directory", {.hosts = 0}, kNow);
  EXPECT_THAT(FindEndedHostLogs("/no/such/directory"), IsEmpty());
}

}  // namespace
}  // namespace penstock
