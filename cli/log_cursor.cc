#include "cli/log_cursor.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/http/message.h"

namespace penstock {
namespace {

/// "a.log" that was put aside is "a.1.log".
std::string PutAsideName(const std::string& file) {
  const std::size_t dot = file.rfind('.');
  return dot == std::string::npos ? file : file.substr(0, dot) + ".1" + file.substr(dot);
}

}  // namespace

Result<LogPiece> LogCursor::Read(const std::string& file, std::uint64_t offset) const {
  return rest_->GetLog(fmt::format("{}/{}?offset={}", directory_, PercentEncode(file), offset));
}

Status LogCursor::SkipToLast(std::uint64_t bytes) {
  constexpr std::uint64_t kBehindAll = 1ULL << 62;
  PENSTOCK_ASSIGN_OR_RETURN(const LogPiece piece, Read(file_, kBehindAll));
  offset_ = piece.file_size - std::min(piece.file_size, bytes);
  return {};
}

Result<std::string> LogCursor::Next() {
  PENSTOCK_ASSIGN_OR_RETURN(LogPiece piece, Read(file_, offset_));
  if (piece.file_size >= offset_) {
    offset_ = piece.next;
    return std::move(piece.text);
  }
  // It has been put aside, unless it was cut or is gone.
  const Result<LogPiece> rest = Read(PutAsideName(file_), offset_);
  offset_ = 0;
  return rest.ok() ? rest->text : std::string();
}

}  // namespace penstock
