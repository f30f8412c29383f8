#include "cli/diagnose_report.h"

#include <fmt/format.h>

#include "cli/printable.h"

namespace penstock {
namespace {

/// Everything stands in one directory, so that unpacking makes no mess.
std::string InArchive(const std::string& name) { return "penstock-diagnose/" + name; }

}  // namespace

void DiagnoseReport::Add(const std::string& name, std::string_view content) {
  const std::size_t left_out = content.size() > kMaxFile ? content.size() - kMaxFile : 0;
  const std::string shown = redaction_.Apply(content.substr(left_out));
  // A secret could stand across the cut, or be made by redaction: then nothing is better.
  if (redaction_.Finds(shown)) {
    return Miss(name, Status::Internal("it has a secret that could not be taken out"));
  }
  if (Status added = archive_.Add(InArchive(name), shown, now_seconds_); !added.ok()) {
    if (added.code() == ErrorCode::kInvalidArgument) return Miss(name, added);
    if (failure_.ok()) failure_ = added;
    return;
  }
  ++files_;
  manifest_ += fmt::format("ok       {}  {} bytes{}\n", name, shown.size(),
                           left_out == 0 ? "" : fmt::format(", without the first {}", left_out));
}

void DiagnoseReport::Miss(const std::string& name, const Status& why) {
  ++missing_;
  manifest_ +=
      fmt::format("missing  {}  {}\n", name, PrintableLine(redaction_.Apply(why.message())));
}

Status DiagnoseReport::Close() {
  if (!failure_.ok()) return failure_;
  PENSTOCK_RETURN_IF_ERROR(archive_.Add(InArchive("MANIFEST"), manifest_, now_seconds_));
  return archive_.Close();
}

}  // namespace penstock
