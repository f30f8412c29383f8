#include <algorithm>
#include <cstring>

#include "connectors/file/framing.h"

// The packed stream format of Cap'n Proto
// (https://capnproto.org/encoding.html#serialization-over-a-stream and #packing), looked through
// only as far as needed to find where a message ends.

namespace penstock::internal {
namespace {

constexpr std::uint32_t kMostSegments = 512;  // what Cap'n Proto itself accepts

/// Goes through packed bytes word by word.
class PackedWords {
 public:
  explicit PackedWords(std::string_view bytes) : bytes_(bytes) {}

  /// False when the bytes don't suffice.
  bool Next(std::uint64_t& word) {
    word = 0;
    if (zeros_ > 0) {
      --zeros_;
      return true;
    }
    if (literals_ > 0) return TakeLiteral(word);
    if (at_ == bytes_.size()) return false;
    const auto tag = static_cast<unsigned char>(bytes_[at_++]);
    if (tag == 0) return TakeCount(zeros_);
    for (unsigned i = 0; i < 8; ++i) {
      if ((tag >> i & 1) == 0) continue;
      if (at_ == bytes_.size()) return false;
      word |= std::uint64_t{static_cast<unsigned char>(bytes_[at_++])} << (8 * i);
    }
    return tag != 0xff || TakeCount(literals_);
  }

  bool Skip(std::uint64_t words) {
    std::uint64_t word = 0;
    while (words > 0) {
      const std::uint64_t run = std::min(words, zeros_);
      zeros_ -= run;
      words -= run;
      if (words == 0) break;
      if (!Next(word)) return false;
      --words;
    }
    return true;
  }

  std::size_t at() const { return at_; }
  /// A run goes on behind the last word.
  bool in_run() const { return zeros_ > 0 || literals_ > 0; }

 private:
  bool TakeCount(std::uint64_t& count) {
    if (at_ == bytes_.size()) return false;
    count = static_cast<unsigned char>(bytes_[at_++]);
    return true;
  }
  bool TakeLiteral(std::uint64_t& word) {
    if (bytes_.size() - at_ < sizeof(word)) return false;
    std::memcpy(&word, bytes_.data() + at_, sizeof(word));
    at_ += sizeof(word);
    --literals_;
    return true;
  }

  const std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint64_t zeros_ = 0;     // words of the current run that are still to come
  std::uint64_t literals_ = 0;  // the same, unpacked
};

Frame Broken(const char* problem) { return {Frame::Kind::kBroken, 0, 0, 0, problem}; }

Frame CutOff(bool at_end) { return at_end ? Broken("the last message is cut off") : Frame{}; }

}  // namespace

Frame NextPackedMessage(std::string_view bytes, bool at_end) {
  if (bytes.empty()) return at_end ? Frame{Frame::Kind::kEnd, 0, 0, 0} : Frame{};
  PackedWords words(bytes);
  std::uint64_t word = 0;
  if (!words.Next(word)) return CutOff(at_end);
  const std::uint64_t segments = (word & 0xffffffff) + 1;
  if (segments > kMostSegments) return Broken("not a packed Cap'n Proto message");
  // Sizes of segments, the first beside the count, then two to a word.
  std::uint64_t content = word >> 32;
  for (std::uint64_t known = 1; known < segments; known += 2) {
    if (!words.Next(word)) return CutOff(at_end);
    content += (word & 0xffffffff) + (known + 1 < segments ? word >> 32 : 0);
  }
  if (!words.Skip(content)) return CutOff(at_end);
  if (words.in_run()) return Broken("a packed run crosses the end of a Cap'n Proto message");
  return {Frame::Kind::kRecord, 0, words.at(), words.at()};
}

}  // namespace penstock::internal
