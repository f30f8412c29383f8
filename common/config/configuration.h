#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/config/option.h"
#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// Where a value came from; a later one wins.
enum class ConfigOrigin : unsigned char {
  kDefault,
  kSystemFile,
  kFile,
  kEnvironment,
  kCommandLine,
  kCode,
};

/// "default", "system file", "file", "environment", "command line", "code".
std::string_view ToString(ConfigOrigin origin);

/// What Configuration::Load reads, in rising precedence.
struct ConfigurationSources {
  /// Read when it exists; empty for none.
  std::string system_file = "/etc/penstock/config.yaml";
  /// As given with --config; must exist. Empty for none.
  std::string file{};
  /// Names and values; those that look like PENSTOCK_A__B_C are the option a.b-c.
  std::vector<std::pair<std::string, std::string>> environment{};
  /// Arguments of -D, each "key=value".
  std::vector<std::string> definitions{};
};

/// The environment of this process.
std::vector<std::pair<std::string, std::string>> ProcessEnvironment();

/// Values of options (common/config/options.h). Every value in it is valid. Copyable; thread-safe
/// while only read.
class Configuration {
 public:
  struct Entry {
    std::string value;
    ConfigOrigin origin = ConfigOrigin::kDefault;
    /// File and line, variable or argument; empty for defaults.
    std::string where;
  };

  /// Defaults only.
  Configuration() = default;

  /// Fails with InvalidArgument that lists every problem found in all sources.
  static Result<Configuration> Load(FileSystem& fs, const ConfigurationSources& sources);
  /// From Explicit() of another process.
  static Result<Configuration> FromMap(const std::map<std::string, std::string>& values);

  /// The value in force, of the type of the option.
  template <typename T>
  T Get(const Option<T>& option) const;

  /// Sets the value unless one of higher origin is there. `key` may be an alias.
  Status Set(std::string_view key, std::string_view value,
             ConfigOrigin origin = ConfigOrigin::kCode, std::string where = "");

  /// The value in force as text, with its origin. Sizes and durations as their author wrote them.
  Entry Find(const OptionSpec& spec) const;

  /// All that is not a default, by key.
  std::map<std::string, std::string> Explicit() const;

  /// Conditions that involve more than one option, such as a time-out above its interval.
  Status CheckTogether() const;

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

template <typename T>
T Configuration::Get(const Option<T>& option) const {
  const std::string text = Find(option.spec).value;
  if constexpr (std::is_enum_v<T>)
    return static_cast<T>(ParseChoice(option.spec, text).value());
  else if constexpr (std::is_same_v<T, bool>)
    return ParseBool(text).value();
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return ParseInt(text).value();
  else if constexpr (std::is_same_v<T, double>)
    return ParseDouble(text).value();
  else if constexpr (std::is_same_v<T, std::chrono::milliseconds>)
    return ParseDuration(text).value();
  else if constexpr (std::is_same_v<T, ByteSize>)
    return ParseSize(text).value();
  else
    return text;
}

}  // namespace penstock
