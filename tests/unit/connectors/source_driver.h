#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/source.h"
#include "common/file_system.h"
#include "tests/unit/connectors/fake_context.h"

namespace penstock::testing {

/// Replaces the file.
inline std::string WriteWhole(const std::string& path, const std::string& content) {
  FileSystem& fs = PosixFileSystem();
  static_cast<void>(fs.Remove(path));
  auto file = fs.Create(path);
  EXPECT_TRUE(file.ok());
  EXPECT_TRUE((*file)->Append(content).ok());
  EXPECT_TRUE((*file)->Close().ok());
  return path;
}

/// Reads sources split by split; after it `status` and `splits` say how that went.
class SourceDriver {
 public:
  explicit SourceDriver(FakeContext& context) : context_(context) {}

  Status status;
  std::size_t splits = 0;

  /// All records. `restart_every` > 0: after so many of them the reader is made anew from the
  /// position that the old one stored.
  template <typename S>
  auto ReadAll(const S& source, std::size_t restart_every = 0) {
    using T = std::decay_t<decltype(Record(&source))>;
    std::vector<T> records;
    status = Status::Ok();
    auto all = source.Splits(context_);
    if (!all.ok()) {
      status = all.status();
      return records;
    }
    splits = all->size();
    for (SourceSplit& split : *all) {
      while (status.ok() && ReadSome(source, split, restart_every, records)) {
      }
    }
    return records;
  }

 private:
  template <typename T>
  static T Record(const Source<T>*);

  /// False at the end of the split.
  template <typename S, typename T>
  bool ReadSome(const S& source, SourceSplit& split, std::size_t limit, std::vector<T>& records) {
    auto reader = source.NewReader(context_, split);
    if (!reader.ok()) {
      status = reader.status();
      return false;
    }
    std::size_t read = 0;
    while (true) {
      TypedBatch<T> batch;
      // Leaves room for the wanted number of records only.
      while (limit > 0 && batch.room() > limit - read) batch.Append(T{}, {});
      const std::size_t filler = batch.size();
      auto result = (*reader)->Read(batch);
      for (std::size_t i = filler; i < batch.size(); ++i, ++read) records.push_back(batch[i]);
      if (!result.ok()) status = result.status();
      if (!result.ok() || *result == ReadResult::kEnd) return false;
      if (*result == ReadResult::kNothingYet) {
        context_.manual_clock.Advance(std::chrono::milliseconds(1));
      }
      if (limit > 0 && read >= limit) {
        split.state.clear();
        (*reader)->SnapshotPosition(split.state);
        return true;
      }
    }
  }

  FakeContext& context_;
};

}  // namespace penstock::testing
