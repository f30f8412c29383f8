#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/source.h"
#include "common/bytes.h"
#include "connectors/basic/rate_limit.h"

namespace penstock {

namespace internal {

/// A range of a collection and how far it has been read (docs/formats/positions.md).
struct CollectionPosition {
  std::uint64_t size = 0;  ///< Of the whole collection.
  std::uint64_t next = 0;
  std::uint64_t end = 0;
};

inline void EncodeCollectionPosition(const CollectionPosition& position, std::string& out) {
  ByteWriter writer(out);
  writer.Fixed(std::uint32_t{1});
  writer.Fixed(position.size);
  writer.Fixed(position.next);
  writer.Fixed(position.end);
}

/// Refuses the position of a collection of another size than `size`.
[[gnu::cold]] inline Result<CollectionPosition> DecodeCollectionPosition(std::string_view bytes,
                                                                         std::uint64_t size) {
  ByteReader in(bytes);
  const auto version = in.Fixed<std::uint32_t>();
  CollectionPosition position;
  position.size = in.Fixed<std::uint64_t>();
  position.next = in.Fixed<std::uint64_t>();
  position.end = in.Fixed<std::uint64_t>();
  if (version != 1 || in.failed() || in.remaining() != 0 || position.next > position.end ||
      position.end > position.size) {
    return Status::Corruption("the stored position of a collection has a wrong version or size");
  }
  if (position.size == size) return position;
  return Status::InvalidArgument("the collection had " + std::to_string(position.size) +
                                     " elements when the position was stored, and has " +
                                     std::to_string(size) + " now",
                                 "give the source the same elements again, or start anew");
}

/// One range of about equal length for each subtask; fewer when there are fewer elements.
[[gnu::cold]] inline std::vector<SourceSplit> CollectionSplits(std::uint64_t size,
                                                               std::uint32_t parallelism) {
  const std::uint64_t count = std::clamp<std::uint64_t>(size, 1, parallelism);
  std::vector<SourceSplit> splits(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    splits[i].id = std::to_string(i);
    EncodeCollectionPosition({size, size / count * i + std::min(i, size % count),
                              size / count * (i + 1) + std::min(i + 1, size % count)},
                             splits[i].state);
  }
  return splits;
}

}  // namespace internal

/// The elements of a vector, in order when one subtask reads; several share it by ranges.
/// Replayable. For small inputs, examples and tests: every subtask has all elements. Made by
/// from_collection and from_elements.
template <typename T>
class CollectionSource final : public Source<T> {
 public:
  explicit CollectionSource(std::vector<T> elements)
      : elements_(std::make_shared<const std::vector<T>>(std::move(elements))) {}

  /// At most that many records per second, over all subtasks; default: as fast as possible.
  CollectionSource rate(double records_per_second) && {
    rate_ = records_per_second;
    problem_ = CheckRate(records_per_second);
    return std::move(*this);
  }

  std::string name() const override { return "collection of " + std::to_string(elements_->size()); }
  Delivery delivery() const override { return Delivery::kReplayable; }
  Status Validate(FileSystem&) const override { return problem_; }
  Result<std::vector<SourceSplit>> Splits(OperatorContext& context) const override {
    return internal::CollectionSplits(elements_->size(), context.parallelism());
  }
  Result<std::unique_ptr<SplitReader<T>>> NewReader(OperatorContext& context,
                                                    const SourceSplit& split) const override {
    PENSTOCK_ASSIGN_OR_RETURN(const internal::CollectionPosition position,
                              internal::DecodeCollectionPosition(split.state, elements_->size()));
    return std::unique_ptr<SplitReader<T>>(std::make_unique<Reader>(
        elements_, context.clock(), rate_ / context.parallelism(), position));
  }

 private:
  using Elements = std::shared_ptr<const std::vector<T>>;  // shared: readers outlive the source

  class Reader final : public SplitReader<T> {
   public:
    Reader(Elements elements, const Clock& clock, double rate,
           internal::CollectionPosition position)
        : elements_(std::move(elements)), clock_(clock), rate_(rate), position_(position) {}

    Result<ReadResult> Read(TypedBatch<T>& batch) override {
      const std::uint64_t left = position_.end - position_.next;
      const std::size_t wanted = std::min<std::uint64_t>(batch.room(), left);
      const std::size_t granted = rate_.Take(clock_.Now(), wanted);
      for (std::size_t i = 0; i < granted; ++i) {
        batch.Append((*elements_)[position_.next++], Timestamp{});
      }
      if (position_.next == position_.end) return ReadResult::kEnd;
      return granted < wanted ? ReadResult::kNothingYet : ReadResult::kMore;
    }
    Clock::MonotonicTime next_read() const override { return rate_.next(); }
    void SnapshotPosition(std::string& state) const override {
      internal::EncodeCollectionPosition(position_, state);
    }

   private:
    const Elements elements_;
    const Clock& clock_;
    RateLimit rate_;
    internal::CollectionPosition position_;
  };

  Elements elements_;
  double rate_ = 0;
  Status problem_;
};

/// env.from("airports", from_collection(std::vector<Airport>{…}))
template <typename T>
CollectionSource<T> from_collection(std::vector<T> elements) {
  return CollectionSource<T>(std::move(elements));
}

/// env.from("numbers", from_elements(1, 2, 3)). All of the first one's type; string literals make
/// std::string.
template <typename First, typename... Rest>
auto from_elements(First first, Rest... rest) {
  using T = std::conditional_t<std::is_convertible_v<First, const char*>, std::string, First>;
  std::vector<T> elements;
  elements.reserve(1 + sizeof...(rest));
  elements.push_back(std::move(first));
  (elements.push_back(std::move(rest)), ...);
  return CollectionSource<T>(std::move(elements));
}

}  // namespace penstock
