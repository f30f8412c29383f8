// The examples of docs/writing-jobs.md, chapter "Sources and sinks" and "Arguments and options".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/penstock.h"
#include "connectors/basic/collection_source.h"
#include "connectors/basic/discard_sink.h"
#include "connectors/basic/print_sink.h"
#include "connectors/basic/sequence_source.h"
#include "connectors/file/file_sink.h"
#include "connectors/file/file_source.h"
#include "connectors/net/tcp_sink.h"
#include "connectors/net/tcp_source.h"
#include "tests/support/recording_builder.h"

using namespace penstock;

namespace {

using penstock::testing::BuildJob;
using ::testing::IsEmpty;

struct Trade {
  std::string symbol;
  double price = 0;
  Timestamp time;
};

void Collections(Environment& env, const Arguments&) {
  // [collections]
  auto words = env.from("words", from_elements("to", "be", "or", "not"));
  auto numbers =
      env.from("numbers", sequence(1000, [](std::uint64_t i) { return i * i; }).rate(50));
  // [collections]
  words.sink_to(print());
  numbers.sink_to(discard());
}
TEST(SourceExamples, Collections) { EXPECT_THAT(BuildJob(&Collections).problems, IsEmpty()); }

void Files(Environment& env, const Arguments& args) {
  // [files]
  auto trades =
      env.from("trades", FileSource::csv<Trade>(args.path("input"))  // file, directory, *.csv
                             .time_format("%Y-%m-%d %H:%M:%S")
                             .on_malformed(skip()));
  auto arriving = env.from("arriving", FileSource::json_lines<Trade>(args.path("inbox")).watch(1s));
  trades.union_with(arriving).sink_to(
      "out", FileSink::json_lines<Trade>(args.path("output"))
                 .bucket_by([](const Trade& trade) { return trade.symbol; })
                 .compression(Compression::kZstd));
  // [files]
}
TEST(SourceExamples, Files) {
  EXPECT_THAT(BuildJob(&Files, {{"input", "a"}, {"inbox", "b"}, {"output", "c"}}).problems,
              IsEmpty());
}

void Sockets(Environment& env, const Arguments&) {
  // [sockets]
  env.from("lines", tcp_source("feed.example", 9000, text_records()))
      .filter([](const std::string& line) { return !line.empty(); })
      .sink_to(tcp_sink("127.0.0.1", 9001, text_records()));
  // [sockets]
}
TEST(SourceExamples, Sockets) { EXPECT_THAT(BuildJob(&Sockets).problems, IsEmpty()); }

void Options(Environment& env, const Arguments& args) {
  // [arguments]
  const int top = args.get("top", 5, between(1, 100), "how many symbols an hour");
  const std::string input = args.required_path("input", "CSV with a header line");
  env.set("execution.checkpointing.interval", "5 s");  // beats -D and config.yaml
  // [arguments]
  env.from("trades", FileSource::csv<Trade>(input))
      .filter([top](const Trade& trade) { return trade.price > top; })
      .sink_to(discard());
}
TEST(SourceExamples, Arguments) {
  const auto built = BuildJob(&Options, {{"input", "a.csv"}});
  EXPECT_THAT(built.problems, IsEmpty());
  EXPECT_EQ(built.options.size(), 1U);
}

}  // namespace
