#include "common/http/sse.h"

#include <algorithm>

namespace penstock {

std::string SseEvent(std::string_view event, std::string_view data, std::uint64_t id) {
  std::string text;
  if (id != 0) text.append("id: ").append(std::to_string(id)).append("\n");
  text.append("event: ").append(event).append("\n");
  do {
    // A carriage return would end a line as well.
    const std::size_t end = std::min(data.find_first_of("\r\n"), data.size());
    text.append("data: ").append(data.substr(0, end)).append("\n");
    const std::size_t skip = data.substr(end).starts_with("\r\n") ? 2 : 1;
    data.remove_prefix(std::min(end + skip, data.size()));
  } while (!data.empty());
  return text + "\n";
}

std::string SseEnd() { return SseEvent("end", "{}"); }

HttpStream BeginEvents(const HttpResponder& responder, std::size_t max_queued_bytes) {
  HttpResponse head{.content_type = "text/event-stream",
                    .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}};
  return responder.Stream(
      std::move(head),
      {.max_queued_bytes = max_queued_bytes, .heartbeat_text = ": \n\n", .farewell = SseEnd()});
}

}  // namespace penstock
