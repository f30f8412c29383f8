// Parsers against recorded files of a machine with two processors.

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/procfs/procfs_parser.h"
#include "connectors/procfs/procfs_source.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/source_driver.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;
using testing::FakeContext;
using ::testing::HasSubstr;

constexpr const char* kStat =
    "cpu  1193109 713757 152154 742393 2783 10 3756 13761 5 7\n"
    "cpu0 593085 365052 76843 365987 1559 0 1668 6665 0 0\n"
    "cpu1 600023 348705 75311 376406 1223 0 2087 7095 0 0\n"
    "intr 123 4 5\nctxt 456\nbtime 1700000000\n";
constexpr const char* kMemory =
    "MemTotal:        4028432 kB\nMemFree:          207416 kB\nMemAvailable:    1007108 kB\n"
    "Buffers:           91236 kB\nSwapTotal:       1000 kB\nSwapFree:        250 kB\n"
    "HugePages_Total:       0\n";
constexpr const char* kDisks =
    "   7       0 loop0 9 0 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    " 253       0 vda 130236 45563 8437634 41201 1032877 889812 58893280 1410003 0 760436 1451204 "
    "0 "
    "0 0 0 0 0\n"
    " 253      16 vdb 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    "   1       0 ram0 5 0 5 0 5 0 5 0 0 5 5\n";
constexpr const char* kNetwork =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier compressed\n"
    "    lo: 3840053101 8065371    0    0    0     0          0         0 3840053101 8065371    0  "
    "  "
    "0    0     0       0          0\n"
    "  eth0:12345678901 1    0    0    0     0          0         0 42 1    0    0    0     0      "
    " "
    "0          0\n";

std::string ProcessStat(int pid, const std::string& name, int user, int kernel, int start) {
  return std::to_string(pid) + " (" + name + ") R 1 2 3 4 -1 4194304 105 0 0 0 " +
         std::to_string(user) + " " + std::to_string(kernel) + " 0 0 20 0 1 0 " +
         std::to_string(start) + " 2998272 415 18446744073709551615\n";
}

TEST(ProcfsParserTest, WhenStatIsParsedThenGuestTimeIsNotCountedTwice) {
  const auto cpus = ParseCpuTimes(kStat);
  ASSERT_EQ(3U, cpus.size());
  EXPECT_EQ((CpuTimes{"cpu", 1193109 + 713757 + 152154 + 10 + 3756 + 13761,
                      1193109 + 713757 + 152154 + 742393 + 2783 + 10 + 3756 + 13761}),
            cpus[0]);
  EXPECT_EQ("cpu1", cpus[2].name);
  EXPECT_TRUE(ParseCpuTimes("").empty());
  EXPECT_TRUE(ParseCpuTimes("cpu 1 2\nrubbish").empty());
}

TEST(ProcfsParserTest, WhenMemoryAndLoadAreParsedThenUnknownLinesArePassedOver) {
  EXPECT_EQ((MemoryUse{4028432ULL * 1024, 1007108ULL * 1024, 1000 * 1024, 250 * 1024}),
            ParseMemory(kMemory));
  EXPECT_FALSE(ParseMemory("MemTotal: 5 kB\n").has_value());
  EXPECT_EQ((std::vector<double>{0.52, 1.25, 10}), ParseLoad("0.52 1.25 10.00 3/512 12345\n"));
  EXPECT_FALSE(ParseLoad("0.52 x 1\n").has_value());
  EXPECT_FALSE(ParseLoad("").has_value());
}

TEST(ProcfsParserTest, WhenDevicesAreParsedThenOnlyRealOnesThatWereUsedAreThere) {
  EXPECT_EQ((std::vector<DiskCounters>{{"vda", 8437634ULL * 512, 58893280ULL * 512, 760436}}),
            ParseDisks(kDisks));
  EXPECT_EQ(
      (std::vector<NetworkCounters>{{"lo", 3840053101, 3840053101}, {"eth0", 12345678901, 42}}),
      ParseNetwork(kNetwork));
}

TEST(ProcfsParserTest, WhenAProcessHasAnOddNameThenItsColumnsAreFound) {
  EXPECT_EQ((ProcessTimes{17, "a) R (b c", 12, 99}),
            ParseProcess(ProcessStat(17, "a) R (b c", 5, 7, 99)));
  EXPECT_FALSE(ParseProcess("").has_value());
  EXPECT_FALSE(ParseProcess("17 (x) R 1 2").has_value());
  EXPECT_FALSE(ParseProcess("17 )x( R 1 2").has_value());
}

class ProcfsSourceTest : public ::testing::Test {
 protected:
  void Put(const std::string& name, const std::string& content) {
    ASSERT_TRUE(PosixFileSystem().MakeDirectories(ParentPath(dir_ / name)).ok());
    testing::WriteWhole(dir_ / name, content);
  }
  /// Samples of the next reading, by "metric instance".
  std::map<std::string, double> ReadOnce(SplitReader<MetricSample>& reader) {
    std::map<std::string, double> values;
    ReadResult result = ReadResult::kMore;
    while (result == ReadResult::kMore) {
      TypedBatch<MetricSample> batch;
      const auto read = reader.Read(batch);
      EXPECT_EQ("", read.status().message());
      if (!read.ok()) break;
      result = *read;
      for (std::size_t i = 0; i < batch.size(); ++i) {
        EXPECT_EQ(ToMillis(context_.manual_clock.Wall()), batch[i].time.millis);
        values[batch[i].metric + " " + batch[i].instance] = batch[i].value;
      }
    }
    return values;
  }

  TempDir dir_;
  FakeContext context_;
};

TEST_F(ProcfsSourceTest, WhenTimePassesThenCountersBecomeRatesAndTheBusiestProcessesAreNamed) {
  Put("stat", "cpu 100 0 0 100 0 0 0 0\n");
  Put("meminfo", kMemory);
  Put("loadavg", "0.5 1.5 2.5 1/2 3\n");
  Put("diskstats", "8 0 sda 1 0 10 0 1 0 10 0 0 1000 0\n");
  Put("net/dev", "eth0: 1000 1 0 0 0 0 0 0 500 1\n");
  Put("1/stat", ProcessStat(1, "idle", 5, 5, 1));
  Put("20/stat", ProcessStat(20, "busy", 0, 0, 2));
  Put("3/stat", ProcessStat(3, "busier", 10, 10, 3));
  Put("4/stat", ProcessStat(4, "old", 10, 10, 4));
  const auto source = procfs_source(1s).top(2).root(dir_.path());
  const auto split = source.Splits(context_).value()[0];
  auto reader = std::move(source.NewReader(context_, split)).value();
  EXPECT_TRUE(ReadOnce(*reader).empty());
  EXPECT_EQ(context_.manual_clock.Now() + 1s, reader->next_read());

  context_.manual_clock.Advance(2s);
  Put("stat", "cpu 130 0 0 170 0 0 0 0\n");
  Put("diskstats", "8 0 sda 1 0 30 0 1 0 10 0 0 2000 0\n");
  Put("net/dev", "eth0: 100 1 0 0 0 0 0 0 700 1\n");  // received has gone back
  Put("20/stat", ProcessStat(20, "busy", 10, 10, 2));
  Put("3/stat", ProcessStat(3, "busier", 100, 20, 3));
  Put("4/stat", ProcessStat(4, "new with the pid of old", 1000, 0, 5));
  const std::map<std::string, double> expected = {{"cpu.percent ", 30},
                                                  {"memory.available_bytes ", 1007108.0 * 1024},
                                                  {"memory.used_percent ", 75},
                                                  {"swap.used_percent ", 75},
                                                  {"load.1m ", 0.5},
                                                  {"load.5m ", 1.5},
                                                  {"load.15m ", 2.5},
                                                  {"disk.read_bytes_per_s sda", 5120},
                                                  {"disk.write_bytes_per_s sda", 0},
                                                  {"disk.busy_percent sda", 50},
                                                  {"net.sent_bytes_per_s eth0", 100},
                                                  {"process.cpu_percent busier[3]", 50},
                                                  {"process.cpu_percent busy[20]", 10}};
  auto values = ReadOnce(*reader);
  ASSERT_EQ(expected.size(), values.size());
  for (const auto& [name, value] : expected) EXPECT_NEAR(value, values[name], 0.01) << name;
  EXPECT_TRUE(ReadOnce(*reader).empty());
}

TEST_F(ProcfsSourceTest, WhenThisMachineIsReadThenItIsBelievable) {
  const auto source = procfs_source(100ms).top(3);
  auto reader = std::move(source.NewReader(context_, source.Splits(context_).value()[0])).value();
  EXPECT_TRUE(ReadOnce(*reader).empty());
  context_.manual_clock.Advance(100ms);
  const auto values = ReadOnce(*reader);
  ASSERT_TRUE(values.contains("memory.used_percent "));
  EXPECT_GT(values.at("memory.used_percent "), 0);
  EXPECT_LT(values.at("memory.used_percent "), 100);
  EXPECT_TRUE(values.contains("load.1m "));
}

TEST_F(ProcfsSourceTest, WhenItCannotWorkThenItSaysSo) {
  EXPECT_FALSE(procfs_source(1ms).Validate(PosixFileSystem()).ok());
  EXPECT_EQ(Delivery::kNotReplayable, procfs_source(1s).delivery());
  const auto source = procfs_source(1s).root(dir_ / "none");
  auto reader = std::move(source.NewReader(context_, source.Splits(context_).value()[0])).value();
  TypedBatch<MetricSample> batch;
  EXPECT_THAT(reader->Read(batch).status().message(), HasSubstr("none/stat cannot be read"));
}

}  // namespace
}  // namespace penstock
