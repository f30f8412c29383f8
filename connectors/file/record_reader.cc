#include "connectors/file/record_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "connectors/file/record_parser.h"

namespace penstock {
namespace {

Status SizeChanged(const std::string& path, std::uint64_t before, std::uint64_t now) {
  return Status::Corruption(
      path + ": the file has changed: it had " + std::to_string(before) + " bytes and has " +
          std::to_string(now) + " now",
      "a file must stay as it is while a job reads it: put the old one back, or start anew");
}

std::string AtByte(std::uint64_t offset) { return "at byte " + std::to_string(offset); }

}  // namespace

Result<std::unique_ptr<RecordReader>> RecordReader::Open(FileSystem& fs, FileSplit split,
                                                         ReadLimits limits) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::uint64_t size, fs.FileSize(split.path));
  if (size != split.file_size) return SizeChanged(split.path, split.file_size, size);
  PENSTOCK_ASSIGN_OR_RETURN(auto file, fs.Open(split.path));
  std::unique_ptr<RecordReader> reader(new RecordReader(std::move(file), std::move(split), limits));
  if (reader->split_.offset == 0) {
    PENSTOCK_RETURN_IF_ERROR(reader->SkipByteOrderMark());
  } else if (reader->split_.offset == reader->split_.begin) {
    PENSTOCK_RETURN_IF_ERROR(reader->Align());
  }
  return reader;
}

RecordReader::RecordReader(std::unique_ptr<RandomAccessFile> file, FileSplit split,
                           ReadLimits limits)
    : file_(std::move(file)),
      split_(std::move(split)),
      limits_(limits),
      buffer_(limits.chunk + RecordParser::kPadding) {}

Status RecordReader::Align() {
  --split_.offset;  // the line break before the range, if the range begins a line
  PENSTOCK_ASSIGN_OR_RETURN(const Frame frame, FindFrame(Framing::kLines));
  Advance(frame.next);
  return Status::Ok();
}

Status RecordReader::SkipByteOrderMark() {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  while (tail_ - head_ < kMark.size() && !AtEnd()) PENSTOCK_RETURN_IF_ERROR(ReadMore());
  const std::string_view bytes(buffer_.data() + head_, tail_ - head_);
  if (bytes.starts_with(kMark)) Advance(kMark.size());
  return Status::Ok();
}

Status RecordReader::SkipHeader() {
  PENSTOCK_ASSIGN_OR_RETURN(const Frame frame, FindFrame(split_.framing));
  Advance(frame.next);
  return Status::Ok();
}

Result<bool> RecordReader::Next(RawRecord& record) {
  PENSTOCK_ASSIGN_OR_RETURN(const Frame frame, FindFrame(split_.framing));
  const std::uint64_t offset = split_.offset + frame.begin;
  if (frame.kind == Frame::Kind::kEnd || offset >= split_.end) return false;
  if (frame.end - frame.begin > limits_.record) return TooLong(offset);
  record.bytes = {buffer_.data() + head_ + frame.begin, frame.end - frame.begin};
  record.offset = offset;
  record.number = ++split_.records;
  Advance(frame.next);
  return true;
}

Result<Frame> RecordReader::FindFrame(Framing framing) {
  while (true) {
    const std::string_view bytes(buffer_.data() + head_, tail_ - head_);
    const Frame frame = NextFrame(framing, bytes, {split_.records == 0, AtEnd()});
    if (frame.kind == Frame::Kind::kBroken) {
      const std::string place = split_.path + ": " + AtByte(split_.offset + frame.begin);
      return Status::InvalidArgument(place + ": " + frame.problem,
                                     "check that the file is complete and of the right format");
    }
    if (frame.kind != Frame::Kind::kNeedMore) return frame;
    if (bytes.size() > limits_.record) return TooLong(split_.offset);
    PENSTOCK_RETURN_IF_ERROR(ReadMore());
  }
}

Status RecordReader::ReadMore() {
  std::memmove(buffer_.data(), buffer_.data() + head_, tail_ - head_);
  tail_ -= std::exchange(head_, 0);
  // Doubling keeps the work of looking at a long record again and again linear.
  if (tail_ + RecordParser::kPadding >= buffer_.size()) buffer_.resize(buffer_.size() * 2);
  const std::uint64_t at = split_.offset + tail_;
  const std::size_t room = buffer_.size() - RecordParser::kPadding - tail_;
  const std::size_t wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(room, split_.file_size - at));
  Result<std::size_t> got = file_->Read(at, buffer_.data() + tail_, wanted);
  if (!got.ok()) return got.status();
  if (*got == 0) return SizeChanged(split_.path, split_.file_size, at);
  tail_ += *got;
  return Status::Ok();
}

void RecordReader::Advance(std::size_t bytes) {
  head_ += bytes;
  split_.offset += bytes;
}

Status RecordReader::TooLong(std::uint64_t offset) const {
  return Status::InvalidArgument(
      split_.path + ": the record " + AtByte(offset) + " is longer than the limit of " +
          std::to_string(limits_.record) + " bytes",
      "raise record_limit() of the source, or check that the file is of the right format");
}

std::string RecordReader::PlaceOf(const RawRecord& record) const {
  const std::string number =
      split_.begin == 0 ? "record " + std::to_string(record.number) : "the record";
  return split_.path + ": " + number + " " + AtByte(record.offset);
}

}  // namespace penstock
