#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/operator_boundary.h"
#include "api/runtime/record_type.h"
#include "common/mutex.h"
#include "worker/task/task_identity.h"

namespace penstock {

/// What one operator of a chain is given. Task thread only unless stated.
class ChainOperatorContext final : public OperatorContext {
 public:
  /// All outlive this. `position` in the chain.
  ChainOperatorContext(const TaskIdentity& task, OperatorBoundary& boundary, std::uint32_t position,
                       std::string name, std::string uid)
      : task_(task),
        boundary_(boundary),
        position_(position),
        name_(std::move(name)),
        uid_(std::move(uid)) {}

  const std::string& job_name() const override { return task_.job_name; }
  JobId job_id() const override { return task_.job; }
  Generation generation() const override { return task_.generation; }
  const std::string& operator_name() const override { return name_; }
  const std::string& uid() const override { return uid_; }
  std::uint32_t subtask() const override { return task_.subtask.index; }
  std::uint32_t parallelism() const override { return task_.parallelism; }
  std::uint32_t max_parallelism() const override { return task_.max_parallelism; }
  bool restored() const override { return task_.restored; }
  FileSystem& file_system() override { return task_.file_system; }
  const Clock& clock() const override { return task_.clock; }
  Counter& counter(const std::string& name) override;
  void RegisterTable(KeyedTable& table) override { tables_.push_back(&table); }
  Output* side_output(const std::string& tag, const void* type_id) override;
  TaskWaker& waker() override { return *task_.waker; }
  void Fail(Status error) override { boundary_.Fail(position_, std::move(error)); }

  /// For the chain, before Open: who reads the side outputs, and as what.
  void ExpectSideRecords(const std::string& tag, const RecordType& record) {
    side_records_.emplace(tag, &record);
  }
  void SetSideOutput(const std::string& tag, Output& output) { side_outputs_[tag] = &output; }

  const std::vector<KeyedTable*>& tables() const { return tables_; }
  /// Any thread. Adds "<operator>.<counter>" for each counter.
  void CollectCounters(std::map<std::string, std::uint64_t>& counters) const EXCLUDES(mu_);

 private:
  const TaskIdentity& task_;
  OperatorBoundary& boundary_;
  const std::uint32_t position_;
  const std::string name_;
  const std::string uid_;
  std::vector<KeyedTable*> tables_;
  std::multimap<std::string, const RecordType*> side_records_;  // what the readers want, by tag
  std::map<std::string, Output*> side_outputs_;                 // by tag

  mutable Mutex mu_;
  std::map<std::string, std::unique_ptr<Counter>> counters_ GUARDED_BY(mu_);
};

}  // namespace penstock
