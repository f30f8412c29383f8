#pragma once

#include <string>
#include <string_view>

#include "checkpoint/value_layout.h"
#include "common/status.h"

namespace penstock {

// Stored values as JSON text, for people and scripts; docs/state.md has the table of types.
// Structs are objects in the order of the fields, optionals null or the value, lists and arrays
// arrays. Numbers are exact; NaN and the infinities are strings. A timestamp is RFC 3339 in UTC
// with milliseconds, or a number of milliseconds outside the years 0 to 9999. A duration is "250
// ms", or a number of its units when they have no name. Bytes that are no text in UTF-8 are
// {"hex": "…"}; a value with a codec of its own is {"type": "money", "hex": "…"}. Where such a
// value's end can't be told, its hex runs to the end of the whole value, "rest": true is added, and
// what follows is left out.

/// The encoded value `bytes` as one line of JSON. Corruption when it is no value of that layout.
Result<std::string> ValueToJson(const ValueLayout& layout, std::string_view bytes);

/// The namespace of an entry: numbers and times are stored so that they sort as bytes, text as it
/// is without a length, others as values are (api/runtime/ordered_key.h).
Result<std::string> NamespaceToJson(const ValueLayout& layout, std::string_view bytes);

/// The other way round: the encoded form of what ValueToJson would show as `json`. InvalidArgument
/// when it isn't JSON or doesn't fit the layout; it names the field. Times may be numbers of
/// milliseconds, durations numbers of their units.
Result<std::string> KeyFromJson(const ValueLayout& layout, std::string_view json);

/// `text` as a JSON string; {"hex": "…"} when it isn't UTF-8.
std::string TextToJson(std::string_view text);

}  // namespace penstock
