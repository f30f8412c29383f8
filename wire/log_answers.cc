#include "wire/log_answers.h"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace penstock {

Result<std::string> AnswerFrom(const LogFiles& logs, const ListLogs&) {
  boost::json::array list;
  for (const LogFile& file : logs.List()) {
    list.push_back(boost::json::object{
        {"name", file.name}, {"size", file.size}, {"mtime", file.modified_millis}});
  }
  return boost::json::serialize(list);
}

Result<std::string> AnswerFrom(const LogFiles& logs, const ReadLog& query) {
  const std::uint64_t max = std::min(query.max_bytes, kMaxLogRead);
  PENSTOCK_ASSIGN_OR_RETURN(const LogPart part,
                            logs.Read(query.name, {query.offset, max, query.from_end}));
  return fmt::format("{} {}\n", part.file_size, part.offset) + part.bytes;
}

Result<LogPart> ParseLogPart(std::string text) {
  LogPart part;
  const char* const end = text.data() + text.size();
  const auto size = std::from_chars(text.data(), end, part.file_size);
  if (size.ec != std::errc() || size.ptr == end || *size.ptr != ' ')
    return Status::Corruption("this is no part of a log");
  const auto offset = std::from_chars(size.ptr + 1, end, part.offset);
  if (offset.ec != std::errc() || offset.ptr == end || *offset.ptr != '\n')
    return Status::Corruption("this is no part of a log");
  part.bytes = text.substr(static_cast<std::size_t>(offset.ptr + 1 - text.data()));
  return part;
}

}  // namespace penstock
