#include "cli/top_command.h"

#include <algorithm>
#include <optional>

#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "cli/screen_terminal.h"
#include "cli/shown_value.h"
#include "cli/top_screen.h"
#include "common/clock.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr auto kRefresh = std::chrono::milliseconds(1000);
constexpr auto kPatience = std::chrono::milliseconds(3000);
/// Of so many jobs details are asked for, each time.
constexpr std::size_t kDetailed = 50;

Result<TopModel> Fetch(const RestClient& rest) {
  PENSTOCK_ASSIGN_OR_RETURN(const json::value overview, rest.Get("/overview"));
  PENSTOCK_ASSIGN_OR_RETURN(const json::value workers, rest.Get("/taskmanagers"));
  PENSTOCK_ASSIGN_OR_RETURN(const json::value jobs, rest.Get("/jobs/overview"));
  TopModel model = ReadTopModel(overview, workers, jobs);
  const std::int64_t now = ToMillis(SystemClock::Instance().Wall());
  for (std::size_t i = 0; i < std::min(model.jobs.size(), kDetailed); ++i) {
    TopJob& job = model.jobs[i];
    // A job that has gone meanwhile is shown as it was listed.
    if (const auto detail = rest.Get("/jobs/" + job.id); detail.ok()) ReadJobDetail(*detail, job);
    if (const auto checkpoints = rest.Get("/jobs/" + job.id + "/checkpoints"); checkpoints.ok()) {
      ReadCheckpointAge(*checkpoints, now, job);
    }
  }
  return model;
}

std::optional<TopOrder> OrderOf(char letter) {
  switch (letter) {
    case 'n': return TopOrder::kName;
    case 'r': return TopOrder::kRate;
    case 'b': return TopOrder::kBusy;
    case 'p': return TopOrder::kBackpressure;
    case 'l': return TopOrder::kLag;
    default: return std::nullopt;
  }
}

/// The screen, from the first look until the user quits.
class Top {
 public:
  Top(const CommandContext& context, RestClient rest, TopModel model)
      : rest_(std::move(rest)), model_(std::move(model)) {
    view_.colour = context.console.colour();
  }

  int Run() {
    auto next = Now() + kRefresh;
    while (true) {
      Draw();
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Now());
      const KeyPress press = screen_.AwaitKey(std::max(left, std::chrono::milliseconds(0)));
      if (press.key == Key::kInterrupt) return kExitInterrupted;
      if (press.key == Key::kLetter && press.letter == 'q') return kExitDone;
      Act(press);
      if (Now() < next) continue;
      Refresh();
      next = Now() + kRefresh;
    }
  }

 private:
  static Clock::MonotonicTime Now() { return SystemClock::Instance().Now(); }

  void Draw() {
    view_.width = screen_.width();
    view_.height = screen_.height();
    SortJobs(view_.order, model_.jobs);
    screen_.Show(RenderTop(model_, view_));
  }

  void Refresh() {
    Result<TopModel> model = Fetch(rest_);
    view_.problem = model.ok() ? "" : model.status().message();
    if (model.ok()) model_ = std::move(model).value();
  }

  void Act(const KeyPress& press) {
    if (press.key == Key::kEscape) view_.vertices = false;
    if (press.key == Key::kLetter) view_.order = OrderOf(press.letter).value_or(view_.order);
    if (model_.jobs.empty()) return;
    const std::size_t at = SelectedJob(model_, view_.selected);
    if (press.key == Key::kEnter) {
      view_.selected = model_.jobs[at].id;  // it stays, wherever it is sorted to
      view_.vertices = true;
    }
    if (press.key == Key::kUp && at > 0) view_.selected = model_.jobs[at - 1].id;
    if (press.key == Key::kDown && at + 1 < model_.jobs.size())
      view_.selected = model_.jobs[at + 1].id;
  }

  RestClient rest_;
  TopModel model_;
  TopView view_;
  ScreenTerminal screen_;
};

int ShowOnce(const CommandContext& context, TopModel model) {
  SortJobs(TopOrder::kRate, model.jobs);
  std::vector<std::string> names;
  for (const TopJob& job : model.jobs) names.push_back(job.id);
  if (ShowValue(context, ToJson(model), names)) return kExitDone;
  if (model.jobs.empty())
    context.console.Message("No job runs.");
  else
    context.console.Raw(RenderTopTable(model));
  return kExitDone;
}

}  // namespace

int RunTop(const CommandContext& context, bool once) {
  RestClient rest = context.Rest();
  rest.set_timeout(kPatience);
  Result<TopModel> model = Fetch(rest);
  if (!model.ok()) return Fail(context, model.status());
  const bool screen =
      !once && context.format == OutputFormat::kTable && ScreenTerminal::Available();
  if (!screen) return ShowOnce(context, std::move(model).value());
  return Top(context, std::move(rest), std::move(model).value()).Run();
}

}  // namespace penstock
