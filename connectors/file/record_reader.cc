#include "connectors/file/record_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "connectors/file/file_content.h"
#include "connectors/file/record_parser.h"
#include "connectors/format/binary_header.h"

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
  PENSTOCK_ASSIGN_OR_RETURN(auto file, OpenContent(fs, split.path, split.compression));
  std::unique_ptr<RecordReader> reader(new RecordReader(std::move(file), std::move(split), limits));
  PENSTOCK_RETURN_IF_ERROR(reader->GoToFirstRecord());
  return reader;
}

RecordReader::RecordReader(std::unique_ptr<RandomAccessFile> file, FileSplit split,
                           ReadLimits limits)
    : file_(std::move(file)),
      split_(std::move(split)),
      limits_(limits),
      content_size_(split_.compression == Compression::kNone ? split_.file_size : UINT64_MAX),
      buffer_(limits.chunk + RecordParser::kPadding) {}

Status RecordReader::GoToFirstRecord() {
  if (HasHeader(split_.framing)) return TakeHeader();
  if (split_.framing == Framing::kPackedMessages) return Status::Ok();
  if (split_.offset == 0) return SkipByteOrderMark();
  return split_.offset == split_.begin ? Align() : Status::Ok();
}

Status RecordReader::TakeHeader() {
  const std::uint64_t offset = std::exchange(split_.offset, 0);
  PENSTOCK_ASSIGN_OR_RETURN(const Frame frame, FindHeader());
  header_.assign(buffer_.data() + head_, frame.next);
  std::uint64_t target = std::max<std::uint64_t>(offset, frame.next);
  if (split_.framing == Framing::kFixedSize) {
    const std::uint64_t size = std::max<std::uint32_t>(split_.record_size, 1);
    target = frame.next + (target - frame.next + size - 1) / size * size;
  }
  GoTo(target);
  return Status::Ok();
}

void RecordReader::GoTo(std::uint64_t offset) {
  if (offset - split_.offset <= tail_ - head_) return Advance(offset - split_.offset);
  head_ = tail_ = 0;
  split_.offset = offset;
}

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
  return Find([&](std::string_view bytes) {
    return NextFrame(framing, bytes, {split_.records == 0, AtEnd(), split_.record_size});
  });
}

Result<Frame> RecordReader::FindHeader() {
  return Find([&](std::string_view bytes) { return NextBinaryHeader(bytes, AtEnd()); });
}

template <typename Search>
Result<Frame> RecordReader::Find(Search search) {
  while (true) {
    const std::string_view bytes(buffer_.data() + head_, tail_ - head_);
    const Frame frame = search(bytes);
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
      static_cast<std::size_t>(std::min<std::uint64_t>(room, content_size_ - at));
  Result<std::size_t> got = file_->Read(at, buffer_.data() + tail_, wanted);
  if (!got.ok()) return got.status();
  tail_ += *got;
  if (*got > 0) return Status::Ok();
  if (split_.compression == Compression::kNone) {
    return SizeChanged(split_.path, split_.file_size, at);
  }
  content_size_ = at;
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
