#include "checkpoint/stored_entries.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "checkpoint/checkpoint_reader.h"
#include "checkpoint/snapshot_file.h"
#include "common/bytes.h"
#include "common/key_group.h"

namespace penstock {
namespace {

constexpr std::size_t kGroupBytes = 2;

/// Version 1: each subtask has one file for each of its states.
class FilePerTable final : public StoredEntries {
 public:
  FilePerTable(FileSystem& fs, std::string directory, std::vector<SnapshotMetadata> tasks)
      : fs_(fs), directory_(std::move(directory)), tasks_(std::move(tasks)) {
    for (const SnapshotMetadata& task : tasks_) {
      for (const SnapshotOperator& op : task.operators) Add(task, op);
    }
  }

  const std::vector<StoredState>& states() const override { return states_; }

  Status ForEach(const std::string& operator_key, const std::string& state,
                 const Visit& visit) override {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t index, Find(operator_key, state));
    for (const Part& part : parts_[index]) PENSTOCK_RETURN_IF_ERROR(Read(part, visit));
    return {};
  }

  Status Get(const std::string& operator_key, const std::string& state, std::string_view key,
             const Visit& visit) override {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t index, Find(operator_key, state));
    for (const Part& part : parts_[index]) {
      const std::uint32_t group = KeyGroupOf(HashKey(key), part.max_parallelism);
      if (SubtaskOfKeyGroup(group, part.max_parallelism, part.parallelism) != part.subtask) {
        continue;
      }
      // Encodings end by themselves, so what begins with the key belongs to it.
      PENSTOCK_RETURN_IF_ERROR(Read(part, [&](std::string_view entry_key, std::string_view value) {
        return entry_key.starts_with(key) ? visit(entry_key, value) : Status();
      }));
    }
    return {};
  }

 private:
  /// One subtask's share of a state.
  struct Part {
    const SnapshotTable* table;  // in tasks_
    std::uint32_t subtask;
    std::uint32_t parallelism;
    std::uint32_t max_parallelism;
  };

  void Add(const SnapshotMetadata& task, const SnapshotOperator& op) {
    if (!op.state.empty()) StateAt(op, "", "operator").bytes += op.state.size();
    for (const SnapshotTable& table : op.tables) {
      StoredState& state = StateAt(op, table.name, table.kind);
      state.key = table.key;
      state.space = table.space;
      state.value = table.value;
      state.entries += table.entries;
      state.bytes += table.size;
      if (table.file.empty()) continue;
      parts_[static_cast<std::size_t>(&state - states_.data())].push_back(
          {&table, task.subtask.index, task.parallelism, task.max_parallelism});
    }
  }
  StoredState& StateAt(const SnapshotOperator& op, const std::string& name,
                       const std::string& kind) {
    for (StoredState& state : states_) {
      if (state.operator_key == op.key && state.state == name) return state;
    }
    StoredState state;
    state.operator_key = op.key;
    state.operator_name = op.name;
    state.state = name;
    state.kind = kind;
    parts_.emplace_back();
    return states_.emplace_back(std::move(state));
  }

  Result<std::size_t> Find(const std::string& operator_key, const std::string& name) const {
    const auto found = std::find_if(states_.begin(), states_.end(), [&](const StoredState& state) {
      return state.operator_key == operator_key && state.state == name && !name.empty();
    });
    if (found != states_.end()) return static_cast<std::size_t>(found - states_.begin());
    return Status::NotFound(
        fmt::format("the checkpoint has no state '{}' of an operator '{}'", name, operator_key),
        "'penstock state ls' shows the operators and their states");
  }

  Status Read(const Part& part, const Visit& visit) {
    const std::string path = JoinPath(directory_, part.table->file);
    return ReadSnapshotFile(fs_, path, part.table->entries,
                            [&](std::string_view key, std::string_view value) {
                              if (key.size() < kGroupBytes)
                                return Status::Corruption(path + " has a cut off key");
                              return visit(key.substr(kGroupBytes), value);
                            });
  }

  FileSystem& fs_;
  const std::string directory_;
  const std::vector<SnapshotMetadata> tasks_;
  std::vector<StoredState> states_;
  std::vector<std::vector<Part>> parts_;  // by index of the state
};

}  // namespace

Result<std::unique_ptr<StoredEntries>> OpenStoredEntries(FileSystem& fs,
                                                         std::string_view location) {
  PENSTOCK_ASSIGN_OR_RETURN(const StoredCheckpoint checkpoint, ReadStoredCheckpoint(fs, location));
  PENSTOCK_ASSIGN_OR_RETURN(auto tasks, ReadTaskMetadata(fs, checkpoint));
  std::unique_ptr<StoredEntries> entries =
      std::make_unique<FilePerTable>(fs, checkpoint.directory, std::move(tasks));
  return entries;
}

}  // namespace penstock
