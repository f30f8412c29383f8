#include "cli/top_screen.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/console.h"
#include "cli/printable.h"
#include "cli/text_width.h"

namespace penstock {
namespace {

constexpr const char* kReset = "\033[0m";
constexpr const char* kInverse = "\033[7m";
constexpr const char* kBold = "\033[1m";
constexpr const char* kRed = "\033[31m";
constexpr const char* kYellow = "\033[33m";
constexpr const char* kBlue = "\033[34m";
constexpr std::size_t kBarWidth = 6;

std::string Styled(const TopView& view, const char* style, const std::string& text) {
  return view.colour ? style + text + kReset : text;
}

std::string Rate(double rate) {
  return rate < 10 ? fmt::format("{:.1f}", rate)
                   : HumanCount(static_cast<std::uint64_t>(std::llround(rate)));
}

std::string Percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

/// One unit, for narrow columns: "850 ms", "12 s", "3 min".
std::string Short(const std::optional<std::int64_t>& millis) {
  if (!millis) return "-";
  const std::int64_t seconds = *millis / 1000;
  if (*millis < 1000) return fmt::format("{} ms", *millis);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 6000) return fmt::format("{} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} d", seconds / 86400);
}

std::string Bytes(std::int64_t bytes) { return HumanBytes(static_cast<std::uint64_t>(bytes)); }

/// The cells of a line after its name, right-aligned.
struct Column {
  const char* title;
  std::size_t width;
};
constexpr Column kJobColumns[] = {{"STATE", 10}, {"FOR", 6},    {"IN/S", 7}, {"OUT/S", 7},
                                  {"BUSY", 5},   {"BACKPR", 6}, {"LAG", 6},  {"CKPT", 6}};
constexpr Column kVertexColumns[] = {{"P", 4},
                                     {"BUSY", 6 + kBarWidth},
                                     {"BACKPR", 6 + kBarWidth},
                                     {"IN/S", 7},
                                     {"OUT/S", 7},
                                     {"LAG", 6},
                                     {"SKEW", 5}};

template <std::size_t N>
std::string Row(const TopView& view, const std::string& name, const Column (&columns)[N],
                const std::vector<std::string>& cells) {
  std::size_t taken = 0;
  for (const Column& column : columns) taken += column.width + 1;
  const std::size_t least = 8;
  std::string line =
      Pad(PrintableLine(name), view.width > taken + least ? view.width - taken : least);
  for (std::size_t i = 0; i < N; ++i) line += " " + PadLeft(cells[i], columns[i].width);
  return Cut(line, view.width);
}

template <std::size_t N>
std::string HeaderRow(const TopView& view, const char* name, const Column (&columns)[N]) {
  std::vector<std::string> titles;
  for (const Column& column : columns) titles.emplace_back(column.title);
  return Row(view, name, columns, titles);
}

std::vector<std::string> JobCells(const TopJob& job) {
  return {job.state,
          Short(job.duration),
          Rate(job.records_in),
          Rate(job.records_out),
          Percent(job.busy),
          Percent(job.backpressured),
          Short(job.watermark_lag),
          Short(job.checkpoint_age)};
}

std::vector<std::string> VertexCells(const TopVertex& vertex) {
  const auto share = [](double of) { return Bar(of, kBarWidth) + PadLeft(Percent(of), 6); };
  return {std::to_string(vertex.parallelism),
          share(vertex.busy),
          share(vertex.backpressured),
          Rate(vertex.records_in),
          Rate(vertex.records_out),
          Short(vertex.watermark_lag),
          Percent(vertex.skew)};
}

/// Red for what is behind or fails, yellow for what is near its limit.
const char* StyleOf(const TopJob& job) {
  if (job.state != "RUNNING") return kRed;
  return job.busy > 0.9 || job.backpressured > 0.5 ? kYellow : "";
}
const char* StyleOf(const TopVertex& vertex) {
  if (vertex.busy > 0.9) return kRed;
  return vertex.backpressured > 0.5 ? kBlue : "";
}

std::string ClusterLine(const TopModel& model) {
  return fmt::format(
      "{} worker{}  {} of {} slots in use  jobs: {} running, {} finished, {} "
      "cancelled, {} failed",
      model.workers.size(), model.workers.size() == 1 ? "" : "s", model.slots - model.free_slots,
      model.slots, model.running, model.finished, model.cancelled, model.failed);
}

std::string WorkerLine(const TopWorker& worker) {
  return fmt::format("  {}  slots {:>2} of {:<2}  memory {} of {}", worker.id.substr(0, 8),
                     worker.slots - worker.free_slots, worker.slots, Bytes(worker.used_memory),
                     Bytes(worker.memory));
}

const char* OrderName(TopOrder order) {
  switch (order) {
    case TopOrder::kName: return "name";
    case TopOrder::kRate: return "rate";
    case TopOrder::kBusy: return "busy";
    case TopOrder::kBackpressure: return "backpressure";
    case TopOrder::kLag: return "lag";
  }
  return "";
}

void AddJobs(const TopModel& model, const TopView& view, std::size_t room,
             std::vector<std::string>& lines) {
  lines.push_back(Styled(view, kBold, HeaderRow(view, "JOB", kJobColumns)));
  if (model.jobs.empty()) lines.emplace_back("no job runs");
  const std::size_t selected = SelectedJob(model, view.selected);
  const std::size_t first = selected < room ? 0 : selected - room + 1;
  for (std::size_t i = first; i < std::min(model.jobs.size(), first + room); ++i) {
    const TopJob& job = model.jobs[i];
    const bool chosen = i == selected;
    // Without colours, and so without inverse lines, a mark shows which is selected.
    const std::string name = !view.colour && chosen ? "> " + job.name : job.name;
    const std::string row = Row(view, name, kJobColumns, JobCells(job));
    lines.push_back(Styled(view, chosen ? kInverse : StyleOf(job), row));
  }
}

void AddVertices(const TopJob& job, const TopView& view, std::size_t room,
                 std::vector<std::string>& lines) {
  lines.push_back(
      Cut(PrintableLine(fmt::format("job {}  {}  {}", job.name, job.id, job.state)), view.width));
  lines.push_back(Styled(view, kBold, HeaderRow(view, "TASK", kVertexColumns)));
  for (std::size_t i = 0; i < std::min(job.vertices.size(), room); ++i) {
    const TopVertex& vertex = job.vertices[i];
    lines.push_back(
        Styled(view, StyleOf(vertex), Row(view, vertex.name, kVertexColumns, VertexCells(vertex))));
  }
  if (!job.bottleneck.empty()) {
    lines.push_back(Cut("bottleneck: " + PrintableLine(job.bottleneck), view.width));
  }
}

std::string Footer(const TopView& view) {
  const std::string keys =
      view.vertices ? "esc back  q quit"
                    : fmt::format(
                          "enter tasks  sort: n name r rate b busy p backpr l lag ({})  q "
                          "quit",
                          OrderName(view.order));
  return view.problem.empty() ? keys : "old: " + PrintableLine(view.problem);
}

}  // namespace

std::string Bar(double share, std::size_t width) {
  const auto full = static_cast<std::size_t>(
      std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(width)));
  std::string bar;
  for (std::size_t i = 0; i < width; ++i) bar += i < full ? "█" : "·";
  return bar;
}

std::size_t SelectedJob(const TopModel& model, const std::string& selected) {
  const auto found = std::find_if(model.jobs.begin(), model.jobs.end(),
                                  [&](const TopJob& job) { return job.id == selected; });
  return found == model.jobs.end() ? 0 : static_cast<std::size_t>(found - model.jobs.begin());
}

std::vector<std::string> RenderTop(const TopModel& model, const TopView& view) {
  std::vector<std::string> lines{Cut(ClusterLine(model), view.width)};
  const std::size_t shown_workers = std::min<std::size_t>(model.workers.size(), view.height / 6);
  for (std::size_t i = 0; i < shown_workers; ++i) {
    lines.push_back(Cut(WorkerLine(model.workers[i]), view.width));
  }
  if (shown_workers < model.workers.size()) {
    lines.push_back(Cut(fmt::format("  and {} more workers", model.workers.size() - shown_workers),
                        view.width));
  }
  lines.emplace_back("");
  constexpr std::size_t kFrame = 4;  // headers, bottleneck and footer
  const std::size_t room =
      view.height > lines.size() + kFrame + 1 ? view.height - lines.size() - kFrame : 1;
  if (view.vertices && !model.jobs.empty())
    AddVertices(model.jobs[SelectedJob(model, view.selected)], view, room, lines);
  else
    AddJobs(model, view, room, lines);
  while (lines.size() + 1 < view.height) lines.emplace_back("");
  lines.resize(view.height > 0 ? view.height - 1 : 0);
  lines.push_back(
      Styled(view, view.problem.empty() ? kInverse : kRed, Cut(Footer(view), view.width)));
  return lines;
}

std::string RenderTopTable(const TopModel& model) {
  std::vector<std::string> header{"JOB ID", "NAME"};
  for (const Column& column : kJobColumns) header.emplace_back(column.title);
  Table table(std::move(header));
  for (const TopJob& job : model.jobs) {
    std::vector<std::string> row{job.id, job.name};
    for (std::string& cell : JobCells(job)) row.push_back(std::move(cell));
    table.Add(std::move(row));
  }
  return table.Render();
}

}  // namespace penstock
