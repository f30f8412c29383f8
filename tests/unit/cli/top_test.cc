#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/screen_terminal.h"
#include "cli/text_width.h"
#include "cli/top_screen.h"

namespace penstock {
namespace {

namespace json = boost::json;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

TopModel Model() {
  TopModel model = ReadTopModel(
      json::parse(
          R"({"slots-total": 8, "slots-available": 3, "jobs-running": 2, "jobs-failed": 1})"),
      json::parse(R"({"taskmanagers": [{"id": "0123456789abcdef", "slotsNumber": 8, "freeSlots": 3,
                      "memory": 1073741824, "residentBytes": 104857600}]})"),
      json::parse(R"({"jobs": [
        {"jid": "aa", "name": "slow", "state": "RUNNING", "duration": 61000},
        {"jid": "bb", "name": "fast\u001b[2J", "state": "RUNNING", "duration": 1000},
        {"jid": "cc", "name": "gone", "state": "FINISHED"}]})"));
  ReadJobDetail(json::parse(R"({
    "edges": [{"source": "1", "target": "2"}],
    "bottleneck": {"vertex": "2", "name": "Window"},
    "vertices": [
      {"id": "1", "name": "Source", "parallelism": 2, "live": {"busy-ratio": 0.2,
       "backpressured-ratio": 0.75, "records-in-per-second": 0, "records-out-per-second": 1500}},
      {"id": "2", "name": "Window", "parallelism": 4, "live": {"busy-ratio": 0.97,
       "records-in-per-second": 1500, "records-out-per-second": 12, "skew": 0.3,
       "watermark-lag": 4200}}]})"),
                model.jobs[0]);
  ReadCheckpointAge(json::parse(R"({"latest": {"completed": {"trigger_timestamp": 5000}}})"),
                    12'000, model.jobs[0]);
  return model;
}

TEST(TopModelTest, WhenAJobIsReadThenItsVerticesAreSummedUp) {
  const TopModel model = Model();
  ASSERT_THAT(model.jobs, SizeIs(2));
  const TopJob& job = model.jobs[0];
  EXPECT_EQ(job.records_in, 1500);
  EXPECT_EQ(job.records_out, 1500);
  EXPECT_EQ(job.busy, 0.97);
  EXPECT_EQ(job.backpressured, 0.75);
  EXPECT_EQ(job.watermark_lag, 4200);
  EXPECT_EQ(job.checkpoint_age, 7000);
  EXPECT_EQ(job.bottleneck, "Window");
}

TEST(TopModelTest, WhenAnswersLackWhatIsNewerThenNothingFails) {
  TopModel model = ReadTopModel(json::value(), json::array(), json::parse(R"({"jobs": [{}]})"));
  ASSERT_THAT(model.jobs, SizeIs(1));
  ReadJobDetail(json::parse(R"({"vertices": [{"live": null}, 7]})"), model.jobs[0]);
  ReadCheckpointAge(json::parse(R"({"latest": {"completed": null}})"), 1, model.jobs[0]);
  EXPECT_EQ(model.jobs[0].checkpoint_age, std::nullopt);
  EXPECT_THAT(RenderTop(model, {}), SizeIs(24));
}

TEST(TopModelTest, WhenSortedThenTheGreatestComesFirst) {
  TopModel model = Model();
  SortJobs(TopOrder::kName, model.jobs);
  EXPECT_EQ(model.jobs[0].id, "bb");
  for (const TopOrder order :
       {TopOrder::kRate, TopOrder::kBusy, TopOrder::kBackpressure, TopOrder::kLag}) {
    SortJobs(TopOrder::kName, model.jobs);
    SortJobs(order, model.jobs);
    EXPECT_EQ(model.jobs[0].id, "aa");
  }
}

TEST(TopScreenTest, WhenRenderedThenEveryLineFitsInEverySize) {
  for (const std::size_t width : {20, 80, 200}) {
    for (const std::size_t height : {2, 8, 24, 100}) {
      for (const bool vertices : {false, true}) {
        const auto lines =
            RenderTop(Model(), {.width = width, .height = height, .vertices = vertices});
        ASSERT_THAT(lines, SizeIs(height));
        for (const std::string& line : lines) EXPECT_LE(DisplayWidth(line), width) << line;
      }
    }
  }
}

TEST(TopScreenTest, WhenJobsAreShownThenWithTheirFigures) {
  const auto lines = RenderTop(Model(), {});
  EXPECT_THAT(lines[0], HasSubstr("1 worker  5 of 8 slots in use  jobs: 2 running"));
  EXPECT_THAT(lines[1], HasSubstr("01234567  slots  5 of 8   memory 100.0 MiB of 1.0 GiB"));
  EXPECT_EQ(lines[4],
            "> slow                 RUNNING   61 s    1500    1500  97 %   75 %    4 s    7 s");
  EXPECT_THAT(lines.back(), HasSubstr("q quit"));
}

TEST(TopScreenTest, WhenAJobIsEnteredThenItsTasksHaveBars) {
  const auto lines = RenderTop(Model(), {.width = 80, .selected = "aa", .vertices = true});
  EXPECT_EQ(lines[3], "job slow  aa  RUNNING");
  EXPECT_THAT(lines[6], HasSubstr("Window"));
  EXPECT_THAT(lines[6], HasSubstr("██████  97 % ······   0 %    1500      12"));
  EXPECT_EQ(lines[7], "bottleneck: Window");
}

TEST(TopScreenTest, WhenColoursAreOffThenNoEscapesAreShownAndNamesCannotSneakThemIn) {
  EXPECT_THAT(RenderTop(Model(), {}), Each(Not(HasSubstr("\033"))));
  EXPECT_THAT(RenderTopTable(Model()), Not(HasSubstr("\033")));
  EXPECT_THAT(RenderTop(Model(), {.colour = true}), Each(Not(HasSubstr("\033[2J"))));
}

TEST(TopScreenTest, WhenTheSelectedJobIsFarDownThenItIsShown) {
  TopModel model;
  for (int i = 0; i < 100; ++i) {
    TopJob job;
    job.id = job.name = "job-" + std::to_string(i);
    model.jobs.push_back(job);
  }
  const auto lines = RenderTop(model, {.selected = "job-99"});
  EXPECT_THAT(lines, testing::Contains(HasSubstr("> job-99")));
}

TEST(TopScreenTest, WhenTheCoordinatorIsGoneThenTheScreenSaysThatItIsOld) {
  const auto lines = RenderTop(Model(), {.problem = "cannot connect"});
  EXPECT_EQ(lines.back(), "old: cannot connect");
}

TEST(BarTest, WhenTheShareIsOutOfRangeThenTheBarIsFullOrEmpty) {
  EXPECT_EQ(Bar(0.5, 4), "██··");
  EXPECT_EQ(Bar(7, 2), "██");
  EXPECT_EQ(Bar(-1, 2), "··");
}

TEST(ParseKeyTest, WhenATerminalSendsKeysThenTheyAreKnown) {
  EXPECT_EQ(ParseKey("\033[A").key, Key::kUp);
  EXPECT_EQ(ParseKey("\033OB").key, Key::kDown);
  EXPECT_EQ(ParseKey("\033").key, Key::kEscape);
  EXPECT_EQ(ParseKey("\033[200~").key, Key::kNone);
  EXPECT_EQ(ParseKey("\r").key, Key::kEnter);
  EXPECT_EQ(ParseKey("\x03").key, Key::kInterrupt);
  EXPECT_EQ(ParseKey("q").letter, 'q');
  EXPECT_EQ(ParseKey("").key, Key::kNone);
}

}  // namespace
}  // namespace penstock
