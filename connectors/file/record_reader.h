#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/file_system.h"
#include "common/status.h"
#include "connectors/file/file_split.h"
#include "connectors/file/raw_record.h"

namespace penstock {

/// How much is read at once, and how long a record may be, in bytes.
struct ReadLimits {
  std::size_t chunk = 512 * 1024;
  std::size_t record = 16 * 1024 * 1024;
};

/// Reads the records of a split, in chunks, from its offset on. One thread at a time.
class RecordReader {
 public:
  /// Fails when the file is not there or has another size than when the splits were made.
  static Result<std::unique_ptr<RecordReader>> Open(FileSystem& fs, FileSplit split,
                                                    ReadLimits limits);

  /// False at the end of the split. Errors name the file and the place.
  Result<bool> Next(RawRecord& record);
  /// Passes over the first record of the file without counting it; none at an empty file.
  Status SkipHeader();
  /// The binary header of the file; empty when the framing has none.
  const std::string& header() const { return header_; }
  /// The split with its offset behind the last record.
  const FileSplit& position() const { return split_; }

  /// "/data/flights.json: record 17 at byte 1234", for messages.
  std::string PlaceOf(const RawRecord& record) const;

 private:
  RecordReader(std::unique_ptr<RandomAccessFile> file, FileSplit split, ReadLimits limits);

  Status GoToFirstRecord();
  /// Goes to the first line that starts in the range.
  Status Align();
  Status SkipByteOrderMark();
  /// Reads the binary header and goes on where the split stands, or at the first record in its
  /// range.
  Status TakeHeader();
  Result<Frame> FindFrame(Framing framing);
  Result<Frame> FindHeader();
  /// Calls `search(bytes)` with more and more bytes until it finds something.
  template <typename Search>
  Result<Frame> Find(Search search);
  /// Reads the next chunk behind what is at hand.
  Status ReadMore();
  void Advance(std::size_t bytes);
  void GoTo(std::uint64_t offset);
  bool AtEnd() const { return split_.offset + (tail_ - head_) >= content_size_; }
  Status TooLong(std::uint64_t offset) const;

  const std::unique_ptr<RandomAccessFile> file_;
  FileSplit split_;
  const ReadLimits limits_;
  std::uint64_t content_size_;  // unlimited while that of a compressed file isn't known
  std::string header_;
  /// [head_, tail_) are the bytes of the file from split_.offset on.
  std::vector<char> buffer_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace penstock
