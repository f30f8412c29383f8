#include "cli/console.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/printable.h"
#include "cli/text_width.h"
#include "common/http/message.h"

namespace penstock {
namespace {

constexpr const char* kRed = "\033[31m";
constexpr const char* kDim = "\033[2m";
constexpr const char* kReset = "\033[0m";
constexpr const char* kClearLine = "\r\033[K";

void Write(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

bool ColourWanted() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return (no_colour == nullptr || *no_colour == '\0') && term != nullptr &&
         std::string_view(term) != "dumb";
}

}  // namespace

Console::Console()
    : stderr_terminal_(isatty(STDERR_FILENO) == 1), colour_(stderr_terminal_ && ColourWanted()) {}

void Console::Line(std::string_view text) {
  ClearProgress();
  Write(stdout, Printable(text) + "\n");
}

void Console::Raw(std::string_view text) {
  ClearProgress();
  Write(stdout, Printable(text));
}

Status Console::CheckOutput() const {
  if (std::ferror(stdout) == 0) return {};
  return Status::External("the output cannot be written", "is its disk full?");
}

void Console::Message(std::string_view text) {
  ClearProgress();
  Write(stderr, Printable(text) + "\n");
}

void Console::Progress(std::string_view text) {
  if (!stderr_terminal_) return;
  const std::string line = Cut(PrintableLine(text), TerminalWidth(STDERR_FILENO) - 1);
  Write(stderr, colour_ ? fmt::format("{}{}{}{}", kClearLine, kDim, line, kReset)
                        : fmt::format("{}{}", kClearLine, line));
  progress_shown_ = true;
}

void Console::ClearProgress() {
  if (!progress_shown_) return;
  Write(stderr, kClearLine);
  progress_shown_ = false;
}

void Console::Error(const Status& status) {
  ClearProgress();
  if (json_errors_) {
    const boost::json::object error{
        {"code", ToString(status.code())}, {"message", status.message()}, {"hint", status.hint()}};
    Write(stderr, boost::json::serialize(boost::json::object{{"error", error}}) + "\n");
    return;
  }
  const char* red = colour_ ? kRed : "";
  const char* reset = colour_ ? kReset : "";
  Write(stderr, fmt::format("{}error:{} {}\n", red, reset, Printable(status.message())));
  if (!status.hint().empty()) Write(stderr, fmt::format("hint: {}\n", Printable(status.hint())));
}

void Table::Add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = PrintableLine(cell);
  rows_.push_back(std::move(row));
}

std::string Table::Render() const {
  std::vector<std::size_t> widths(header_.size(), 0);
  auto measure = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  };
  measure(header_);
  for (const auto& row : rows_) measure(row);

  std::string out;
  auto render = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - DisplayWidth(row[i]) + 2, ' ');
    }
    out += '\n';
  };
  render(header_);
  for (const auto& row : rows_) render(row);
  return out;
}

std::string HumanBytes(std::uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string HumanCount(std::uint64_t count) {
  if (count < 10'000) return std::to_string(count);
  if (count < 1'000'000) return fmt::format("{:.1f} k", static_cast<double>(count) / 1e3);
  if (count < 1'000'000'000) return fmt::format("{:.1f} M", static_cast<double>(count) / 1e6);
  return fmt::format("{:.1f} G", static_cast<double>(count) / 1e9);
}

std::string HumanDuration(std::int64_t millis) {
  if (millis < 0) return "-";
  if (millis < 1000) return fmt::format("{} ms", millis);
  const std::int64_t seconds = millis / 1000;
  if (seconds < 60) return fmt::format("{:.1f} s", static_cast<double>(millis) / 1000);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86400, seconds / 3600 % 24);
}

std::string HumanAge(std::int64_t then_millis, std::int64_t now_millis) {
  if (then_millis <= 0) return "-";
  return HumanDuration(std::max<std::int64_t>(0, now_millis - then_millis)) + " ago";
}

}  // namespace penstock
