#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/status.h"

namespace penstock {

/// Leaves a state access when the tier beneath the tables cannot be read or written: there is no
/// value that it could give instead. Caught at the operator boundary, where it ends the attempt.
class StateError final : public std::exception {
 public:
  explicit StateError(Status status) : status_(std::move(status)) {}
  const char* what() const noexcept override { return status_.message().c_str(); }
  const Status& status() const { return status_; }

 private:
  Status status_;
};

/// Walks over entries of a tier in ascending byte order of their keys. Sees what was there when it
/// was made. The views are valid until the next call.
class TierCursor {
 public:
  virtual ~TierCursor() = default;
  /// To the first entry at or after `key`.
  virtual void Seek(std::string_view key) = 0;
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

/// What lies beneath one table: entries that memory has no room for or that were not needed yet.
/// Keys are entry keys (entry_key.h) of that table. Memory overrides it: an entry that the table
/// holds, even as erased, is never looked up here. Task thread only. Every method may throw
/// StateError.
class StateTier {
 public:
  virtual ~StateTier() = default;
  /// False when there is none.
  virtual bool Get(std::string_view key, std::string& value) = 0;
  virtual std::unique_ptr<TierCursor> NewCursor() = 0;
  /// Both wait for a snapshot that is being written: what is newer must not get in before it.
  virtual void Put(std::string_view key, std::string_view value) = 0;
  virtual void Erase(std::string_view key) = 0;
};

}  // namespace penstock
