#include "checkpoint/restore_check.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "checkpoint/value_migration.h"
#include "common/key_group.h"

namespace penstock {
namespace {

/// One operator's part of all tasks.
struct StoredOperator {
  std::string key;
  std::string name;
  std::uint32_t max_parallelism = 0;
  std::vector<const SnapshotTable*> tables;  // one for each name
};

template <typename List>
auto FindByName(List& list, const std::string& name) {
  return std::find_if(list.begin(), list.end(),
                      [&](const auto& item) { return item.name == name; });
}

bool SameSchema(const SnapshotTable& a, const SnapshotTable& b) {
  return a.kind == b.kind && a.key == b.key && a.space == b.space && a.value == b.value;
}

/// Among the operator's own bytes, not a table: only the operator can tell whether it is there.
bool IsOperatorState(const StateSchema& state) {
  return state.kind == "list-operator" || state.kind == "union" || state.kind == "broadcast";
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

class Checker {
 public:
  Checker(const std::vector<OperatorStates>& job, const RestoreCheckOptions& options)
      : job_(job), options_(options) {}

  RestoreReport Check(const std::vector<SnapshotMetadata>& stored) {
    for (const SnapshotMetadata& task : stored) Collect(task);
    CheckMapping();
    for (const StoredOperator& op : stored_) CheckOperator(op);
    for (const OperatorStates& op : job_) {
      if (op.stateful && matched_.count(op.uid) == 0) {
        Note("operator '{}' ({}) is new and starts without state", op.uid, op.name);
      }
    }
    return std::move(report_);
  }

 private:
  template <typename... Args>
  void Problem(const char* format, const Args&... args) {
    report_.problems.push_back(fmt::format(fmt::runtime(format), args...));
  }
  template <typename... Args>
  void Note(const char* format, const Args&... args) {
    report_.notes.push_back(fmt::format(fmt::runtime(format), args...));
  }
  void Add(const Status& status) {
    if (!status.ok()) report_.problems.push_back(status.message());
  }

  void Collect(const SnapshotMetadata& task) {
    if (task.key_hash_version != kKeyHashVersion) {
      Problem("{} uses version {} of the key hash, this build version {}",
              SnapshotMetadataName(task.subtask), task.key_hash_version, kKeyHashVersion);
    }
    for (const SnapshotOperator& op : task.operators) {
      // What has no uid is found by its place in the chain, if at all, and has no tables.
      if (op.key.starts_with('#') && op.tables.empty()) continue;
      StoredOperator& known = Known(op, task.max_parallelism);
      for (const SnapshotTable& table : op.tables) CollectTable(known, table);
    }
  }
  StoredOperator& Known(const SnapshotOperator& op, std::uint32_t max_parallelism) {
    for (StoredOperator& known : stored_) {
      if (known.key == op.key) return known;
    }
    return stored_.emplace_back(StoredOperator{op.key, op.name, max_parallelism, {}});
  }
  void CollectTable(StoredOperator& op, const SnapshotTable& table) {
    for (const SnapshotTable* known : op.tables) {
      if (known->name != table.name) continue;
      if (!SameSchema(*known, table)) {
        Problem("the tasks of the checkpoint disagree on state '{}' of operator '{}'", table.name,
                op.key);
      }
      return;
    }
    op.tables.push_back(&table);
  }

  void CheckMapping() {
    for (const auto& [before, now] : options_.uid_mapping) {
      if (!IsStored(before)) {
        Problem("the uid mapping names '{}', which is no operator of the checkpoint", before);
      }
      if (Find(now) == nullptr) {
        Problem("the uid mapping names '{}', which is no operator of the job", now);
      } else {
        Note("operator '{}' takes the state of '{}'", now, before);
      }
    }
  }

  bool IsStored(const std::string& key) const {
    return std::any_of(stored_.begin(), stored_.end(),
                       [&](const StoredOperator& op) { return op.key == key; });
  }
  const OperatorStates* Find(const std::string& uid) const {
    const auto found = std::find_if(job_.begin(), job_.end(),
                                    [&](const OperatorStates& op) { return op.uid == uid; });
    return found == job_.end() ? nullptr : &*found;
  }

  void CheckOperator(const StoredOperator& stored) {
    const auto mapped = options_.uid_mapping.find(stored.key);
    const bool renamed = mapped != options_.uid_mapping.end();
    const OperatorStates* op = Find(renamed ? mapped->second : stored.key);
    if (op == nullptr) {
      if (renamed) return;  // CheckMapping has said so
      if (options_.allow_non_restored) {
        return Note("the state of operator '{}' ({}) is dropped", stored.key, stored.name);
      }
      return Problem("the state of operator '{}' ({}) matches no operator of the job", stored.key,
                     stored.name);
    }
    if (!matched_.insert(op->uid).second) {
      return Problem("two operators of the checkpoint are mapped to '{}'", op->uid);
    }
    if (!stored.tables.empty() && stored.max_parallelism != op->max_parallelism) {
      Problem("the state of operator '{}' has max parallelism {}, the job has {}", op->uid,
              stored.max_parallelism, op->max_parallelism);
    }
    CheckStates(stored, *op);
  }

  void CheckStates(const StoredOperator& stored, const OperatorStates& op) {
    for (const SnapshotTable* table : stored.tables) {
      const auto state = FindByName(op.states, table->name);
      if (state != op.states.end()) {
        CheckState(*table, *state, {op.uid, table->name});
      } else if (options_.allow_non_restored) {
        Note("state '{}' of operator '{}' is dropped", table->name, op.uid);
      } else {
        Problem("state '{}' of operator '{}' matches no state of the job", table->name, op.uid);
      }
    }
    for (const StateSchema& state : op.states) {
      if (IsOperatorState(state)) continue;
      const auto same = [&](const SnapshotTable* table) { return table->name == state.name; };
      if (std::none_of(stored.tables.begin(), stored.tables.end(), same)) {
        Note("state '{}' of operator '{}' is new and starts empty", state.name, op.uid);
      }
    }
  }

  void CheckState(const SnapshotTable& stored, const StateSchema& state, const StateName& name) {
    if (stored.kind != state.kind) return Add(CheckKind(name, stored.kind, state.kind));
    Add(CheckUnchanged(name, "key", stored.key, state.key));
    Add(CheckUnchanged(name, "namespace", stored.space, state.space));
    const auto migration = ValueMigration::Make(name, stored.value, state.value, state.evolution);
    Add(migration.status());
    if (migration.ok() && !migration->trivial()) {
      Note("state '{}' of operator '{}' is migrated: {}", name.state, name.operator_uid,
           fmt::join(migration->changes(), "; "));
    }
  }

  const std::vector<OperatorStates>& job_;
  const RestoreCheckOptions& options_;
  std::vector<StoredOperator> stored_;
  std::set<std::string> matched_;
  RestoreReport report_;
};

}  // namespace

Result<std::map<std::string, std::string>> ParseUidMapping(std::string_view text) {
  std::map<std::string, std::string> mapping;
  while (!Trimmed(text).empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view pair = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t equals = pair.find('=');
    const std::string before(Trimmed(pair.substr(0, equals)));
    const std::string now(equals == std::string_view::npos ? "" : Trimmed(pair.substr(equals + 1)));
    if (before.empty() || now.empty() || !mapping.emplace(before, now).second) {
      return Status::InvalidArgument(
          fmt::format("'{}' does not map one uid to another", pair),
          "write old=new, several with commas between them, each old one once");
    }
  }
  return mapping;
}

Status RestoreReport::ToStatus() const {
  if (fits()) return {};
  std::string message = "the checkpoint does not fit the job:";
  for (const std::string& problem : problems) message += "\n  - " + problem;
  return Status::InvalidArgument(
      std::move(message),
      "the job needs the uids and states that the checkpoint was taken with; "
      "execution.state-recovery.uid-mapping renames operators, "
      "execution.state-recovery.ignore-unclaimed-state drops state that matches nothing");
}

RestoreReport CheckRestore(const std::vector<SnapshotMetadata>& stored,
                           const std::vector<OperatorStates>& job,
                           const RestoreCheckOptions& options) {
  return Checker(job, options).Check(stored);
}

}  // namespace penstock
