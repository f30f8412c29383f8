#include "cli/state_commands.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "checkpoint/stored_entries.h"
#include "checkpoint/value_json.h"
#include "cli/exit_code.h"
#include "cli/savepoint_commands.h"
#include "cli/shown_value.h"
#include "common/bytes.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// Written at once; a line each would be a call of the system each.
constexpr std::size_t kChunkBytes = 64 * 1024;

/// Reads the entries of one state.
class EntryFormat {
 public:
  static Result<EntryFormat> Make(const StoredState& state) {
    PENSTOCK_ASSIGN_OR_RETURN(ValueLayout key, ValueLayout::Parse(state.key));
    PENSTOCK_ASSIGN_OR_RETURN(ValueLayout space, ValueLayout::Parse(state.space));
    PENSTOCK_ASSIGN_OR_RETURN(ValueLayout value, ValueLayout::Parse(state.value));
    return EntryFormat(state, std::move(key), std::move(space), std::move(value));
  }

  const ValueLayout& key() const { return key_; }
  bool has_namespace() const { return !state_->space.empty(); }
  bool has_value() const { return !state_->value.empty(); }

  /// The parts of an entry as JSON; `space` and `value` are "null" when the state has none.
  struct Entry {
    std::string key;
    std::string space = "null";
    std::string value = "null";
  };
  Result<Entry> Read(std::string_view key, std::string_view value) const {
    Entry entry;
    ByteReader in(key);
    if (!SkipValue(key_.root(), in, space_.root().size)) return Damaged("a key that is cut off");
    PENSTOCK_ASSIGN_OR_RETURN(entry.key,
                              ValueToJson(key_, key.substr(0, key.size() - in.remaining())));
    if (has_namespace()) {
      PENSTOCK_ASSIGN_OR_RETURN(entry.space, NamespaceToJson(space_, in.rest()));
    } else if (in.remaining() > 0) {
      return Damaged("a key that is too long");
    }
    if (has_value()) {
      PENSTOCK_ASSIGN_OR_RETURN(entry.value, ValueToJson(value_, value));
    }
    return entry;
  }

 private:
  EntryFormat(const StoredState& state, ValueLayout key, ValueLayout space, ValueLayout value)
      : state_(&state), key_(std::move(key)), space_(std::move(space)), value_(std::move(value)) {}

  static Status Damaged(const char* what) {
    return Status::Corruption(std::string("there is ") + what);
  }

  const StoredState* state_;
  ValueLayout key_;
  ValueLayout space_;
  ValueLayout value_;
};

Status InState(const StoredState& state, const Status& status) {
  return status.WithContext(
      fmt::format("state '{}' of operator '{}'", state.state, state.operator_key));
}

/// A type that is one value has no name worth showing; one without fields, such as the value of
/// timers, nothing at all.
std::string TypeText(const Fingerprint& type) {
  if (type.empty()) return "-";
  return type.size() == 1 && type.front().name == "value" ? type.front().type : ToString(type);
}

json::array FieldsToJson(const Fingerprint& type) {
  json::array fields;
  for (const TypeField& field : type) {
    fields.push_back(json::object{{"name", field.name}, {"type", field.type}});
  }
  return fields;
}

void PrintTable(Console& console, const std::vector<StoredState>& states) {
  Table table({"OPERATOR", "STATE", "KIND", "KEY", "VALUE", "ENTRIES", "BYTES"});
  for (const StoredState& state : states) {
    const bool keyed = !state.state.empty();
    table.Add({state.operator_key, keyed ? state.state : "-", state.kind, TypeText(state.key),
               TypeText(state.value), keyed ? std::to_string(state.entries) : "-",
               std::to_string(state.bytes)});
  }
  console.Raw(table.Render());
}

json::array ToJson(const std::vector<StoredState>& states) {
  json::array list;
  for (const StoredState& state : states) {
    list.push_back(json::object{{"operator", state.operator_key},
                                {"name", state.operator_name},
                                {"state", state.state},
                                {"kind", state.kind},
                                {"key", FieldsToJson(state.key)},
                                {"namespace", FieldsToJson(state.space)},
                                {"value", FieldsToJson(state.value)},
                                {"entries", state.entries},
                                {"bytes", state.bytes}});
  }
  return list;
}

/// The operators, each once.
std::vector<std::string> OperatorsOf(const std::vector<StoredState>& states) {
  std::vector<std::string> names;
  for (const StoredState& state : states) {
    if (std::find(names.begin(), names.end(), state.operator_key) == names.end()) {
      names.push_back(state.operator_key);
    }
  }
  return names;
}

Status List(const CommandContext& context, StoredEntries& entries) {
  PENSTOCK_RETURN_IF_ERROR(entries.Measure());
  const std::vector<StoredState>& states = entries.states();
  if (!ShowValue(context, ToJson(states), OperatorsOf(states))) PrintTable(context.console, states);
  return {};
}

Result<const StoredState*> Find(const StoredEntries& entries, const StateRequest& request) {
  for (const StoredState& state : entries.states()) {
    if (state.operator_key == request.operator_key && state.state == request.state) return &state;
  }
  return Status::NotFound(fmt::format("the savepoint has no state '{}' of an operator '{}'",
                                      request.state, request.operator_key),
                          "'penstock state ls' shows operators and states");
}

Status Get(const CommandContext& context, StoredEntries& entries, const StateRequest& request) {
  PENSTOCK_ASSIGN_OR_RETURN(const StoredState* state, Find(entries, request));
  PENSTOCK_ASSIGN_OR_RETURN(const EntryFormat format, EntryFormat::Make(*state));
  PENSTOCK_ASSIGN_OR_RETURN(const std::string key, KeyFromJson(format.key(), request.key));
  bool found = false;
  const auto print = [&](std::string_view entry_key, std::string_view value) -> Status {
    const auto entry = format.Read(entry_key, value);
    if (!entry.ok()) return InState(*state, entry.status());
    found = true;
    context.console.Line(format.has_namespace() ? fmt::format(R"({{"namespace":{},"value":{}}})",
                                                              entry->space, entry->value)
                                                : entry->value);
    return {};
  };
  PENSTOCK_RETURN_IF_ERROR(entries.Get(state->operator_key, state->state, key, print));
  if (found) return {};
  return Status::NotFound(fmt::format("state '{}' of operator '{}' has no entry for the key {}",
                                      state->state, state->operator_key, request.key),
                          "'penstock state export' shows all entries");
}

Status ExportOne(Console& console, StoredEntries& entries, const StoredState& state) {
  PENSTOCK_ASSIGN_OR_RETURN(const EntryFormat format, EntryFormat::Make(state));
  const std::string begin = fmt::format(R"({{"operator":{},"state":{},"key":)",
                                        TextToJson(state.operator_key), TextToJson(state.state));
  std::string chunk;
  const auto append = [&](std::string_view key, std::string_view value) -> Status {
    const auto entry = format.Read(key, value);
    if (!entry.ok()) return entry.status();
    chunk += begin + entry->key;
    if (format.has_namespace()) chunk += ",\"namespace\":" + entry->space;
    chunk += ",\"value\":" + entry->value + "}\n";
    if (chunk.size() < kChunkBytes) return {};
    console.Raw(chunk);
    chunk.clear();
    return console.CheckOutput();
  };
  PENSTOCK_RETURN_IF_ERROR(entries.ForEach(state.operator_key, state.state, append));
  console.Raw(chunk);
  return console.CheckOutput();
}

Status Export(const CommandContext& context, StoredEntries& entries, const StateRequest& request) {
  bool found = request.operator_key.empty();
  for (const StoredState& state : entries.states()) {
    if (!request.operator_key.empty() && state.operator_key != request.operator_key) continue;
    if (!request.state.empty() && state.state != request.state) continue;
    found = true;
    if (state.state.empty()) continue;  // an operator's own bytes, which only it can read
    const Status exported = ExportOne(context.console, entries, state);
    if (!exported.ok()) return InState(state, exported);
  }
  return found ? Status() : Find(entries, request).status();
}

/// Opens the savepoint, runs a command on it and reports its error.
template <typename Command>
int Run(const CommandContext& context, const StateRequest& request, Command command) {
  auto entries = OpenStoredEntries(PosixFileSystem(), AbsoluteLocation(request.savepoint));
  const Status status = entries.ok() ? command(**entries) : entries.status();
  if (!status.ok()) context.console.Error(status);
  return ExitCodeOf(status);
}

}  // namespace

int ListStates(const CommandContext& context, const StateRequest& request) {
  return Run(context, request, [&](StoredEntries& entries) { return List(context, entries); });
}

int GetState(const CommandContext& context, const StateRequest& request) {
  return Run(context, request,
             [&](StoredEntries& entries) { return Get(context, entries, request); });
}

int ExportState(const CommandContext& context, const StateRequest& request) {
  return Run(context, request,
             [&](StoredEntries& entries) { return Export(context, entries, request); });
}

}  // namespace penstock
