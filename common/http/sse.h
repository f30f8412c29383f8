#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/http/responder.h"

namespace penstock {

// Server-sent events, as browsers' EventSource reads them:
// https://html.spec.whatwg.org/multipage/server-sent-events.html

/// One event. `data` may have several lines; `event` is one word. `id` 0: the event has none.
std::string SseEvent(std::string_view event, std::string_view data, std::uint64_t id = 0);

/// Answers a request with events: a comment every ten seconds when there are none, and at last,
/// when the server stops, the event "end". A client that leaves more than `max_queued_bytes`
/// unread is dropped.
HttpStream BeginEvents(const HttpResponder& responder, std::size_t max_queued_bytes = 256 << 10);

/// The last event of a stream whose subject is gone; clients do not connect again after it.
std::string SseEnd();

}  // namespace penstock
