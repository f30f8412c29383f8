#pragma once

#include <optional>
#include <string>

namespace penstock {

/// One argument that a job function has asked for.
struct ArgumentSpec {
  std::string name;  ///< As in --name.
  std::string type;  ///< "text", "path", "true|false", "integer", "number", "duration".
  std::optional<std::string> fallback;  ///< None: it must be given.
  std::string allowed;                  ///< "from 1 to 100", "at least 0", "a or b"; empty: any.
  std::string description;              ///< May be empty.
  bool operator==(const ArgumentSpec&) const = default;
};

}  // namespace penstock
