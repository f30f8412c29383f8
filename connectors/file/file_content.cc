#include "connectors/file/file_content.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock {
namespace {

constexpr std::size_t kChunk = 128 * 1024;

class CompressedContent final : public RandomAccessFile {
 public:
  CompressedContent(std::string path, std::unique_ptr<RandomAccessFile> file,
                    Compression compression, std::unique_ptr<Decoder> decoder)
      : path_(std::move(path)),
        file_(std::move(file)),
        compression_(compression),
        decoder_(std::move(decoder)),
        buffer_(kChunk) {}

  Result<std::size_t> Read(std::uint64_t offset, char* buffer, std::size_t length) override {
    if (offset < produced_) PENSTOCK_RETURN_IF_ERROR(Restart());
    PENSTOCK_ASSIGN_OR_RETURN(const bool reached, SkipTo(offset));
    std::size_t total = 0;
    while (reached && total < length) {
      PENSTOCK_ASSIGN_OR_RETURN(const std::size_t n, Produce(buffer + total, length - total));
      if (n == 0) break;
      total += n;
    }
    return total;
  }

 private:
  Status Restart() {
    PENSTOCK_ASSIGN_OR_RETURN(decoder_, NewDecoder(compression_));
    rest_ = {};
    read_ = produced_ = 0;
    at_frame_end_ = maybe_more_ = false;
    return Status::Ok();
  }

  /// False when the content ends before `offset`.
  Result<bool> SkipTo(std::uint64_t offset) {
    std::vector<char> skipped;
    while (produced_ < offset) {
      skipped.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, offset - produced_)));
      PENSTOCK_ASSIGN_OR_RETURN(const std::size_t n, Produce(skipped.data(), skipped.size()));
      if (n == 0) return false;
    }
    return true;
  }

  /// At least one byte, or 0 at the end of the content.
  Result<std::size_t> Produce(char* out, std::size_t room) {
    while (true) {
      if (rest_.empty() && !maybe_more_) {
        PENSTOCK_ASSIGN_OR_RETURN(const bool more, ReadMore());
        if (!more) return std::size_t{0};
      }
      Result<Decoder::Progress> done = decoder_->Decode(rest_, out, room);
      if (!done.ok()) return Damaged(done.status().message());
      if (done->consumed == 0 && done->produced == 0 && !rest_.empty() && !maybe_more_) {
        return Damaged("the decompressor makes no progress");
      }
      rest_.remove_prefix(done->consumed);
      at_frame_end_ = done->at_frame_end;
      maybe_more_ = done->produced == room;
      produced_ += done->produced;
      if (done->produced > 0) return done->produced;
    }
  }

  /// False at the end of the file.
  Result<bool> ReadMore() {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t n,
                              file_->Read(read_, buffer_.data(), buffer_.size()));
    if (n == 0 && !at_frame_end_ && read_ > 0) {
      return Status::InvalidArgument(
          Place("ends early, at byte " + std::to_string(read_) + " of the file"),
          "the file was cut off, or is still being written: let files appear by rename");
    }
    read_ += n;
    rest_ = {buffer_.data(), n};
    return n > 0;
  }

  Status Damaged(const std::string& problem) const {
    const std::uint64_t at = read_ - rest_.size();
    return Status::InvalidArgument(
        Place("is damaged behind byte " + std::to_string(at) + " of the file") + ": " + problem,
        "check that the file is complete and really " + std::string(NameOf(compression_)));
  }

  std::string Place(const std::string& problem) const {
    return path_ + ": the " + std::string(NameOf(compression_)) + " data " + problem + " (" +
           std::to_string(produced_) + " bytes decompressed)";
  }

  const std::string path_;
  const std::unique_ptr<RandomAccessFile> file_;
  const Compression compression_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<char> buffer_;
  std::string_view rest_;       // of buffer_, not decompressed yet
  std::uint64_t read_ = 0;      // bytes of the file
  std::uint64_t produced_ = 0;  // bytes of the content
  bool at_frame_end_ = false;
  bool maybe_more_ = false;  // the decoder may have bytes left that had no room
};

}  // namespace

Result<std::unique_ptr<RandomAccessFile>> OpenContent(FileSystem& fs, const std::string& path,
                                                      Compression compression) {
  PENSTOCK_ASSIGN_OR_RETURN(auto file, fs.Open(path));
  if (compression == Compression::kNone) return file;
  PENSTOCK_ASSIGN_OR_RETURN(auto decoder, NewDecoder(compression));
  return std::unique_ptr<RandomAccessFile>(
      std::make_unique<CompressedContent>(path, std::move(file), compression, std::move(decoder)));
}

}  // namespace penstock
