#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace penstock {

/// How listings are printed.
enum class OutputFormat : unsigned char { kTable, kWide, kJson, kYaml, kName };

/// The terminal: data goes to stdout, progress and messages to stderr, and progress only to a
/// terminal. Colour only there, too, and not under NO_COLOR or TERM=dumb. Used by the main thread
/// only. What others have written (cli/printable.h) cannot control the terminal.
class Console {
 public:
  Console();

  /// One line of data.
  void Line(std::string_view text);
  /// Text that ends its own lines.
  void Raw(std::string_view text);
  /// OK when all data has reached stdout; an error for example when its disk is full.
  Status CheckOutput() const;
  /// A message for the person at the terminal, on stderr.
  void Message(std::string_view text);
  /// Replaces the last progress line; shown on a terminal only.
  void Progress(std::string_view text);
  void ClearProgress();
  /// `error: …` and, where there is one, `hint: …`; or as
  /// {"error":{"code":…,"message":…,"hint":…}}. On stderr.
  void Error(const Status& status);

  /// Errors as JSON from now on.
  void set_json_errors(bool json) { json_errors_ = json; }

  bool interactive() const { return stderr_terminal_; }
  /// Colours are wanted, on a terminal.
  bool colour() const { return colour_; }

 private:
  bool stderr_terminal_ = false;
  bool colour_ = false;
  bool json_errors_ = false;
  bool progress_shown_ = false;
};

/// Columns as wide as their widest cell, separated by two blanks, without borders.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
  /// Requires as many cells as the header has.
  void Add(std::vector<std::string> row);
  std::string Render() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

/// For people: "1.2 GiB", "4.1 M", "3 min ago", "1 h 2 min".
std::string HumanBytes(std::uint64_t bytes);
std::string HumanCount(std::uint64_t count);
std::string HumanDuration(std::int64_t millis);
/// "-" for a time before 1.
std::string HumanAge(std::int64_t then_millis, std::int64_t now_millis);

}  // namespace penstock
