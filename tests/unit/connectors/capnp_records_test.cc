#include "connectors/capnp/capnp_records.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/source_driver.h"
#include "tests/unit/connectors/tick.capnp.h"

namespace penstock {
namespace {

using testing::FakeContext;
using ::testing::HasSubstr;

struct Tick {
  std::int64_t id = 0;
  std::string name;
  std::vector<double> samples;
  bool operator==(const Tick&) const = default;
};

Tick ReadTick(schema::Tick::Reader message) {
  Tick tick{message.getId(), message.getName().cStr(), {}};
  for (const double sample : message.getSamples()) tick.samples.push_back(sample);
  return tick;
}

void WriteTick(const Tick& tick, schema::Tick::Builder message) {
  message.setId(tick.id);
  message.setName(tick.name.c_str());
  auto samples = message.initSamples(static_cast<unsigned>(tick.samples.size()));
  for (unsigned i = 0; i < samples.size(); ++i) samples.set(i, tick.samples[i]);
}

auto Format() {
  return capnp_records<schema::Tick>(
      [](schema::Tick::Reader r) { return ReadTick(r); },
      [](const Tick& t, schema::Tick::Builder b) { WriteTick(t, b); });
}

/// Messages with runs of zeros, runs of full words, and neither.
std::vector<Tick> SomeTicks() {
  return {{0, "", {}},
          {-1, "a name that fills some words", {1.0 / 3, -2.0 / 3, 5.0 / 7}},
          {1, "b", std::vector<double>(600, 0.0)},
          {2, std::string(5000, 'x'), std::vector<double>(600, 1.0 / 3)}};
}

std::string Bytes(const std::vector<Tick>& ticks) {
  std::string bytes;
  for (const Tick& tick : ticks) Format().AppendRow(tick, bytes);
  return bytes;
}

class CapnpRecordsTest : public ::testing::Test {
 protected:
  TempDir dir_;
  FakeContext context_;
  testing::SourceDriver driver_{context_};
};

TEST_F(CapnpRecordsTest, WhenPackedMessagesFollowOneAnotherThenEachIsFoundWhateverTheChunks) {
  const std::string path = testing::WriteWhole(dir_ / "t.capnp", Bytes(SomeTicks()));
  for (const std::size_t chunk : {1, 7, 100, 100'000}) {
    EXPECT_EQ(SomeTicks(), driver_.ReadAll(capnp_file_source(path, Format()).chunk_size(chunk)));
    EXPECT_EQ("", driver_.status.message());
  }
  EXPECT_EQ(SomeTicks(), driver_.ReadAll(capnp_file_source(path, Format()), 1));
}

TEST_F(CapnpRecordsTest, WhenAMessageHasSeveralSegmentsThenItIsFoundToo) {
  capnp::MallocMessageBuilder message(1, capnp::AllocationStrategy::FIXED_SIZE);
  WriteTick(SomeTicks()[1], message.initRoot<schema::Tick>());
  ASSERT_GT(message.getSegmentsForOutput().size(), 2U);
  kj::VectorOutputStream stream;
  capnp::writePackedMessage(stream, message);
  capnp::writePackedMessage(stream, message);
  const auto bytes = stream.getArray().asChars();
  const std::string path =
      testing::WriteWhole(dir_ / "s.capnp", std::string(bytes.begin(), bytes.size()));
  EXPECT_EQ((std::vector<Tick>{SomeTicks()[1], SomeTicks()[1]}),
            driver_.ReadAll(capnp_file_source(path, Format())));
  EXPECT_EQ("", driver_.status.message());
}

TEST_F(CapnpRecordsTest, WhenAFileIsCutOffThenItIsAnErrorThatNamesIt) {
  const std::vector<Tick> two = {SomeTicks()[0], SomeTicks()[1]};
  const std::string bytes = Bytes(two);
  const std::size_t first = Bytes({two[0]}).size();
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::string path = testing::WriteWhole(dir_ / "t.capnp", bytes.substr(0, size));
    driver_.ReadAll(capnp_file_source(path, Format()));
    const bool whole = size == 0 || size == first || size == bytes.size();
    EXPECT_EQ(whole, driver_.status.ok()) << size;
    if (whole) continue;
    EXPECT_THAT(driver_.status.message(), HasSubstr(path + ": at byte ")) << size;
  }
}

TEST_F(CapnpRecordsTest, WhenAMessageIsNotOfTheSchemaThenItIsAMalformedRecord) {
  capnp::MallocMessageBuilder message;
  auto root = message.getRoot<capnp::AnyPointer>().initAs<capnp::List<capnp::Text>>(1);
  root.set(0, "no tick");
  kj::VectorOutputStream stream;
  capnp::writePackedMessage(stream, message);
  const auto wrong = stream.getArray().asChars();
  const std::string path = testing::WriteWhole(
      dir_ / "w.capnp", std::string(wrong.begin(), wrong.size()) + Bytes({SomeTicks()[1]}));
  driver_.ReadAll(capnp_file_source(path, Format()));
  EXPECT_THAT(driver_.status.message(), HasSubstr("record 1 at byte 0: not a Cap'n Proto message"));
  EXPECT_EQ(1U, driver_.ReadAll(capnp_file_source(path, Format()).on_malformed(skip())).size());
  EXPECT_EQ(1U, context_.counters["numRecordsSkipped"].value());
}

TEST_F(CapnpRecordsTest, WhenASinkWritesThenTheSourceReadsTheSame) {
  auto writer = std::move(capnp_file_sink(dir_ / "out", Format())
                              .compression(Compression::kZstd)
                              .NewWriter(context_, ""))
                    .value();
  TypedBatch<Tick> batch;
  for (const Tick& tick : SomeTicks()) batch.Append(tick, {});
  ASSERT_TRUE(writer->Write(batch).ok());
  std::vector<std::string> parts;
  ASSERT_TRUE(writer->PreCommit(CheckpointId(1), parts).ok());
  ASSERT_EQ(1U, parts.size());
  ASSERT_TRUE(writer->Commit(parts[0]).ok());
  EXPECT_EQ(SomeTicks(), driver_.ReadAll(capnp_file_source(
                             dir_ / "out/part-00000-00000000.capnp.zst", Format())));
}

}  // namespace
}  // namespace penstock
