#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/redaction.h"
#include "cli/tar_writer.h"

namespace penstock {

/// The archive that `penstock diagnose` makes: every file in it has gone through redaction, and a
/// MANIFEST says what it has and what could not be had.
class DiagnoseReport {
 public:
  /// `redaction` must outlive this.
  DiagnoseReport(TarWriter archive, const Redaction& redaction, std::int64_t now_seconds)
      : archive_(std::move(archive)), redaction_(redaction), now_seconds_(now_seconds) {}

  /// At most kMaxFile of the end of `content`; the rest is left out, which the MANIFEST says.
  void Add(const std::string& name, std::string_view content);
  /// What could not be had; nothing else is affected.
  void Miss(const std::string& name, const Status& why);
  /// Adds the MANIFEST. The first error of the disk, if there was one.
  Status Close();

  std::size_t files() const { return files_; }
  std::size_t missing() const { return missing_; }

 private:
  static constexpr std::size_t kMaxFile = 4u << 20;

  TarWriter archive_;
  const Redaction& redaction_;
  const std::int64_t now_seconds_;
  std::string manifest_;
  std::size_t files_ = 0;
  std::size_t missing_ = 0;
  Status failure_;
};

}  // namespace penstock
