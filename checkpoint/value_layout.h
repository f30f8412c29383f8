#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/fingerprint.h"
#include "common/status.h"

namespace penstock {

enum class LayoutKind : unsigned char {
  kStruct,
  kOptional,  ///< One child: the value.
  kList,      ///< One child: the element.
  kArray,     ///< As a list, of `count` elements.
  kBool,
  kInteger,
  kFloat,
  kEnum,
  kTimestamp,
  kDuration,
  kString,
  kEmpty,   ///< A struct without fields: no bytes.
  kCustom,  ///< Written by a codec of the author's: bytes of unknown meaning and length.
};

/// One value within a layout.
struct LayoutNode {
  LayoutKind kind = LayoutKind::kStruct;
  std::string name;                     ///< As a field of its struct; empty in containers.
  std::string path;                     ///< Whole name in the fingerprint; empty for the root.
  std::string type;                     ///< As the fingerprint has it; "struct" for structs.
  bool is_signed = false;               ///< Integers, enums and durations.
  bool is_float = false;                ///< Durations.
  std::uint32_t width = 0;              ///< Bytes of a number.
  std::uint64_t count = 0;              ///< Of an array.
  std::uint64_t unit_numerator = 1;     ///< Of a duration, in seconds.
  std::uint64_t unit_denominator = 1;   ///< Of a duration, in seconds.
  std::optional<std::size_t> size = 0;  ///< Encoded bytes, if all values have equally many.
  std::size_t min_size = 0;             ///< No value has fewer encoded bytes.
  std::vector<LayoutNode> children;
};

/// Both have the same fields of the same types in the same order, whatever they are called
/// themselves.
bool SameLayout(const LayoutNode& a, const LayoutNode& b);

/// A fingerprint as a tree (docs/formats/codec.md). A fingerprint does not tell a single value from
/// a struct whose only field is called `value`: it is taken for the former; the bytes are the same.
/// An empty fingerprint is a struct without fields.
class ValueLayout {
 public:
  /// InvalidArgument when it is none that the codec makes.
  static Result<ValueLayout> Parse(const Fingerprint& fingerprint);

  const LayoutNode& root() const { return root_; }

 private:
  explicit ValueLayout(LayoutNode root) : root_(std::move(root)) {}

  LayoutNode root_;
};

/// The same bytes, seen as a struct whose only field, `value`, they are.
LayoutNode AsOnlyField(LayoutNode value);

/// How many bytes follow a value in its input, if that is known without reading them: only then the
/// end of a kCustom value can be told.
using Tail = std::optional<std::size_t>;

/// What follows each child of a struct that is itself followed by `tail`.
std::vector<Tail> TailsOf(const LayoutNode& node, Tail tail);

/// The end of every value of this layout can be found.
bool IsMeasurable(const LayoutNode& node, Tail tail);

/// Reads over one value. False when the bytes are cut off or no value of the layout, or when it
/// isn't measurable.
bool SkipValue(const LayoutNode& node, ByteReader& in, Tail tail);

/// Reads the count of a list. False when it is cut off or so many elements can't be there.
bool ReadCount(const LayoutNode& list, ByteReader& in, std::uint32_t& count);

}  // namespace penstock
