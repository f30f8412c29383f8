#include "checkpoint/stored_entries.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "checkpoint/checkpoint_reader.h"
#include "checkpoint/snapshot_file.h"
#include "checkpoint/snapshot_v1.h"
#include "checkpoint/tree_reader.h"
#include "common/bytes.h"
#include "common/entry_key.h"
#include "common/key_group.h"

namespace penstock {
namespace {

constexpr std::size_t kTimeBytes = 8;

/// One old subtask.
struct Task {
  std::map<std::string, SnapshotFile> files;  // by name
  SnapshotMetadata metadata;
};

/// One subtask's share of a state.
struct Share {
  const Task* task;
  const SnapshotTable* table;
  std::uint32_t id;
};

class EntriesOfTasks final : public StoredEntries {
 public:
  EntriesOfTasks(FileSystem& fs, std::string directory, std::vector<Task> tasks)
      : fs_(fs), directory_(std::move(directory)), tasks_(std::move(tasks)) {
    for (const Task& task : tasks_) {
      for (const SnapshotOperator& op : task.metadata.operators) Add(task, op);
    }
  }

  const std::vector<StoredState>& states() const override { return states_; }

  Status Measure() override {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      StoredState& state = states_[i];
      if (state.state.empty()) continue;
      state.entries = state.bytes = 0;
      for (const Share& share : shares_[i]) {
        PENSTOCK_RETURN_IF_ERROR(Read(share, Everything(share), "", [&](auto key, auto value) {
          ++state.entries;
          state.bytes += key.size() + value.size();
          return Status();
        }));
      }
    }
    return {};
  }

  Status ForEach(const std::string& operator_key, const std::string& state,
                 const Visit& visit) override {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t index, Find(operator_key, state));
    for (const Share& share : shares_[index]) {
      PENSTOCK_RETURN_IF_ERROR(Read(share, Everything(share), "", visit));
    }
    return {};
  }

  Status Get(const std::string& operator_key, const std::string& state, std::string_view key,
             const Visit& visit) override {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t index, Find(operator_key, state));
    for (const Share& share : shares_[index]) {
      const std::uint32_t group = KeyGroupOf(HashKey(key), share.task->metadata.max_parallelism);
      // Encodings end by themselves, so what begins with the key belongs to it.
      PENSTOCK_RETURN_IF_ERROR(Read(share, {group, group + 1}, key, [&](auto entry, auto value) {
        return entry.starts_with(key) ? visit(entry, value) : Status();
      }));
    }
    return {};
  }

 private:
  void Add(const Task& task, const SnapshotOperator& op) {
    if (!op.state.empty()) states_[IndexOf(op, "", "operator")].bytes += op.state.size();
    for (const SnapshotTable& table : op.tables) {
      const std::size_t index = IndexOf(op, table.name, table.kind);
      states_[index].key = table.key;
      states_[index].space = table.space;
      states_[index].value = table.value;
      shares_[index].push_back({&task, &table, StateIdOf(op.key, table.name)});
    }
  }
  std::size_t IndexOf(const SnapshotOperator& op, const std::string& name,
                      const std::string& kind) {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (states_[i].operator_key == op.key && states_[i].state == name) return i;
    }
    StoredState state;
    state.operator_key = op.key;
    state.operator_name = op.name;
    state.state = name;
    state.kind = kind;
    shares_.emplace_back();
    states_.push_back(std::move(state));
    return states_.size() - 1;
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

  static KeyGroupRange Everything(const Share& share) {
    return {0, share.task->metadata.max_parallelism};
  }

  /// Of a share the entries in `groups`; others than those of `key` may be left out.
  Status Read(const Share& share, KeyGroupRange groups, std::string_view key, const Visit& visit) {
    const auto found = [&](std::string_view entry, std::string_view value) {
      return VisitAsStored(share.table->kind, entry, value, visit);
    };
    if (share.task->metadata.version == 1) {
      return ReadTableOfV1(fs_, directory_, *share.table, groups,
                           [&](std::uint32_t, std::string_view entry, std::string_view value) {
                             return found(entry, value);
                           });
    }
    // The time stands before the key of a timer.
    const std::string& kind = share.table->kind;
    const std::string_view start = kind == "timers" || kind == "window-timers" ? "" : key;
    for (const SnapshotPart& part : share.task->metadata.parts) {
      if (!std::binary_search(part.states.begin(), part.states.end(), share.id)) continue;
      PENSTOCK_RETURN_IF_ERROR(ReadPart(*share.task, part, share.id, groups, start, found));
    }
    return {};
  }

  Status ReadPart(const Task& task, const SnapshotPart& part, std::uint32_t state,
                  KeyGroupRange groups, std::string_view start, const Visit& visit) {
    if (part.files.empty()) return {};
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t tree, TreeOf(task, part));
    const std::uint32_t end = std::min(groups.end, part.groups.end);
    for (std::uint32_t group = std::max(groups.begin, part.groups.begin); group < end; ++group) {
      std::string prefix;
      AppendEntryHeader(prefix, group, state);
      prefix += start;
      PENSTOCK_RETURN_IF_ERROR(trees_->Scan(tree, prefix, [&](auto key, auto value) {
        return visit(key.substr(kEntryHeaderBytes), value);
      }));
    }
    return {};
  }

  Result<std::size_t> TreeOf(const Task& task, const SnapshotPart& part) {
    if (const auto known = tree_of_.find(&part); known != tree_of_.end()) return known->second;
    if (trees_ == nullptr) {
      PENSTOCK_ASSIGN_OR_RETURN(trees_, internal::TreeReader::Open(fs_));
    }
    std::vector<TierFile> files;
    for (const PartFile& file : part.files) {
      const auto listed = task.files.find(file.name);
      if (listed == task.files.end()) {
        return Status::Corruption("the manifest does not name " + file.name);
      }
      // RocksDB takes for granted that what it imports is intact.
      PENSTOCK_RETURN_IF_ERROR(VerifyFile(fs_, JoinPath(directory_, file.name), listed->second.size,
                                          listed->second.checksum));
      files.push_back({file, listed->second.size, listed->second.checksum});
    }
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t tree, trees_->Add(directory_, files));
    return tree_of_[&part] = tree;
  }

  /// Entries in the order of StoredEntries::Visit, the key first. A namespace of several parts is
  /// encoded as its type is, a single number as in the entry.
  static Status VisitAsStored(const std::string& kind, std::string_view entry,
                              std::string_view value, const Visit& visit) {
    if (kind == "window-list") return VisitChunk(entry, value, visit);
    const bool of_window = kind == "window-timers";
    if (kind != "timers" && !of_window) return visit(entry, value);
    if (entry.size() < kTimeBytes) return Status::Corruption("a timer without a time");
    std::string timer(entry.substr(kTimeBytes));
    if (of_window) {
      std::int64_t time = 0;
      ReadOrdered64(entry.substr(0, kTimeBytes), time);
      ByteWriter(timer).Fixed(time);
    } else {
      timer += entry.substr(0, kTimeBytes);
    }
    return visit(timer, value);
  }
  static Status VisitChunk(std::string_view entry, std::string_view value, const Visit& visit) {
    if (entry.size() < sizeof(std::uint32_t)) {
      return Status::Corruption("a piece of a list without a number");
    }
    std::string piece(entry.substr(0, entry.size() - sizeof(std::uint32_t)));
    ByteWriter(piece).Fixed(ReadBigEndian32(entry.data() + piece.size()));
    return visit(piece, value);
  }

  FileSystem& fs_;
  const std::string directory_;
  const std::vector<Task> tasks_;
  std::vector<StoredState> states_;
  std::vector<std::vector<Share>> shares_;  // by index of the state
  std::unique_ptr<internal::TreeReader> trees_;
  std::map<const SnapshotPart*, std::size_t> tree_of_;  // those that have been read
};

}  // namespace

Result<std::unique_ptr<StoredEntries>> OpenStoredEntries(FileSystem& fs,
                                                         std::string_view location) {
  PENSTOCK_ASSIGN_OR_RETURN(const StoredCheckpoint checkpoint, ReadStoredCheckpoint(fs, location));
  std::vector<Task> tasks;
  for (const TaskSnapshot& snapshot : checkpoint.manifest.tasks) {
    Task& task = tasks.emplace_back();
    PENSTOCK_ASSIGN_OR_RETURN(task.metadata, ReadTaskMetadata(fs, checkpoint.directory, snapshot));
    for (const SnapshotFile& file : snapshot.files) task.files[file.name] = file;
  }
  std::unique_ptr<StoredEntries> entries =
      std::make_unique<EntriesOfTasks>(fs, checkpoint.directory, std::move(tasks));
  return entries;
}

}  // namespace penstock
