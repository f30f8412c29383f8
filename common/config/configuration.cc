#include "common/config/configuration.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "common/config/options.h"
#include "common/config/yaml.h"
#include "common/net_address.h"

namespace penstock {
namespace {

constexpr std::string_view kEnvironmentPrefix = "PENSTOCK_";

/// `parallelism.default` as PARALLELISM__DEFAULT.
std::string EnvironmentName(std::string_view key) {
  std::string name;
  for (const char c : key) {
    if (c == '.') {
      name += "__";
    } else {
      name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return name;
}

const OptionSpec* FindByEnvironmentName(std::string_view name) {
  for (const OptionSpec* spec : AllOptions()) {
    if (EnvironmentName(spec->key) == name) return spec;
    for (const std::string_view alias : SplitList(spec->aliases)) {
      if (EnvironmentName(alias) == name) return spec;
    }
  }
  return nullptr;
}

Status UnknownKey(std::string_view key) {
  std::string message = fmt::format("unknown option '{}'", key);
  if (const std::string nearest = NearestKey(key); !nearest.empty()) {
    message += fmt::format("; did you mean '{}'?", nearest);
  }
  return Status::InvalidArgument(std::move(message), "options are listed by 'penstock config get'");
}

/// Collects values and problems of all sources.
class Loader {
 public:
  void AddFile(FileSystem& fs, const std::string& path, ConfigOrigin origin) {
    Result<std::string> text = ReadFile(fs, path);
    if (!text.ok()) {
      problems_.push_back(text.status().message());
      return;
    }
    FlatYaml yaml = ParseFlatYaml(*text);
    for (const std::string& problem : yaml.problems) problems_.push_back(path + ":" + problem);
    BeginSource();
    for (const YamlEntry& entry : yaml.entries) {
      Add(entry.key, entry.value, origin, fmt::format("{}:{}", path, entry.line));
    }
  }

  void AddVariable(const std::string& name, const std::string& value) {
    if (!name.starts_with(kEnvironmentPrefix)) return;
    const std::string_view rest = std::string_view(name).substr(kEnvironmentPrefix.size());
    if (rest.find("__") == std::string_view::npos) return;
    const OptionSpec* spec = FindByEnvironmentName(rest);
    if (spec != nullptr) {
      Add(spec->key, value, ConfigOrigin::kEnvironment, name);
    } else {
      problems_.push_back(name + ": no option has this name in the environment");
    }
  }

  void AddDefinition(const std::string& definition) {
    const std::size_t equals = definition.find('=');
    if (equals == std::string::npos) {
      problems_.push_back(fmt::format("-D {}: expected key=value", definition));
      return;
    }
    const std::string key = definition.substr(0, equals);
    Add(key, definition.substr(equals + 1), ConfigOrigin::kCommandLine, "-D " + key);
  }

  /// Duplicates are looked for within one source only.
  void BeginSource() { seen_.clear(); }

  Result<Configuration> Finish() && {
    if (problems_.empty()) {
      PENSTOCK_RETURN_IF_ERROR(config_.CheckTogether());
      return std::move(config_);
    }
    return Status::InvalidArgument(
        problems_.size() == 1 ? problems_.front()
                              : fmt::format("{} problems in the configuration:\n  {}",
                                            problems_.size(), fmt::join(problems_, "\n  ")),
        "correct the configuration; 'penstock config get' lists all options");
  }

 private:
  void Add(std::string_view key, const std::string& value, ConfigOrigin origin,
           const std::string& where) {
    const OptionSpec* spec = FindOption(key);
    if (spec != nullptr && !seen_.insert(spec->key).second) {
      problems_.push_back(fmt::format("{}: '{}' is set twice", where, spec->key));
      return;
    }
    const Status status = config_.Set(key, value, origin, where);
    if (!status.ok()) problems_.push_back(where + ": " + status.message());
  }

  Configuration config_;
  std::vector<std::string> problems_;
  std::set<std::string_view> seen_;
};

}  // namespace

std::string_view ToString(ConfigOrigin origin) {
  switch (origin) {
    case ConfigOrigin::kDefault: return "default";
    case ConfigOrigin::kSystemFile: return "system file";
    case ConfigOrigin::kFile: return "file";
    case ConfigOrigin::kEnvironment: return "environment";
    case ConfigOrigin::kCommandLine: return "command line";
    case ConfigOrigin::kCode: return "code";
  }
  return "default";
}

std::vector<std::pair<std::string, std::string>> ProcessEnvironment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

Result<Configuration> Configuration::Load(FileSystem& fs, const ConfigurationSources& sources) {
  Loader loader;
  if (!sources.system_file.empty()) {
    PENSTOCK_ASSIGN_OR_RETURN(const bool exists, fs.Exists(sources.system_file));
    if (exists) loader.AddFile(fs, sources.system_file, ConfigOrigin::kSystemFile);
  }
  if (!sources.file.empty()) loader.AddFile(fs, sources.file, ConfigOrigin::kFile);
  loader.BeginSource();
  for (const auto& [name, value] : sources.environment) loader.AddVariable(name, value);
  for (const std::string& definition : sources.definitions) {
    loader.BeginSource();  // a repeated -D replaces the one before it
    loader.AddDefinition(definition);
  }
  return std::move(loader).Finish();
}

Result<Configuration> Configuration::FromMap(const std::map<std::string, std::string>& values) {
  Configuration config;
  for (const auto& [key, value] : values) PENSTOCK_RETURN_IF_ERROR(config.Set(key, value));
  PENSTOCK_RETURN_IF_ERROR(config.CheckTogether());
  return config;
}

Status Configuration::Set(std::string_view key, std::string_view value, ConfigOrigin origin,
                          std::string where) {
  const OptionSpec* spec = FindOption(key);
  if (spec == nullptr) return UnknownKey(key);
  PENSTOCK_RETURN_IF_ERROR(CheckValue(*spec, value));
  Entry& entry = entries_[std::string(spec->key)];
  if (entry.origin <= origin) entry = {std::string(value), origin, std::move(where)};
  return {};
}

Configuration::Entry Configuration::Find(const OptionSpec& spec) const {
  if (const auto found = entries_.find(spec.key); found != entries_.end()) return found->second;
  if (spec.computed_default != nullptr) return {spec.computed_default(*this), {}, {}};
  return {std::string(spec.default_text), {}, {}};
}

std::map<std::string, std::string> Configuration::Explicit() const {
  std::map<std::string, std::string> values;
  for (const auto& [key, entry] : entries_) values[key] = entry.value;
  return values;
}

Status Configuration::CheckTogether() const {
  using namespace options;
  if (Get(kHeartbeatTimeout) <= Get(kHeartbeatInterval)) {
    return Status::InvalidArgument("heartbeat.timeout must be longer than heartbeat.interval",
                                   "three times the interval is a good choice");
  }
  if (Get(kInitialBackoff) > Get(kMaxBackoff)) {
    return Status::InvalidArgument(
        "restart-strategy.exponential-delay.initial-backoff exceeds max-backoff",
        "raise max-backoff or lower initial-backoff");
  }
  if (Get(kParallelism) > Get(kMaxParallelism)) {
    return Status::InvalidArgument("parallelism.default exceeds pipeline.max-parallelism",
                                   "raise pipeline.max-parallelism");
  }
  for (const auto* option : {&kRestBindAddress, &kRpcAddress}) {
    if (IsLoopbackName(Get(*option))) continue;
    return Status::InvalidArgument(
        fmt::format("{}: '{}' is not a loopback address, and nothing protects other ones yet",
                    option->spec.key, Get(*option)),
        "use 127.0.0.1 and reach it from elsewhere through an SSH tunnel");
  }
  return {};
}

}  // namespace penstock
