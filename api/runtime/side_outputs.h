#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/output_tag.h"
#include "api/runtime/operator.h"
#include "api/runtime/typed_batch.h"

namespace penstock::internal {

/// What an operator emits beside its output, by tag. Task thread only.
class SideOutputs {
 public:
  /// `context` outlives this.
  explicit SideOutputs(OperatorContext& context) : context_(context) {}

  /// Dropped when nobody reads the tag.
  template <typename U>
  void Emit(const OutputTag<U>& tag, U record, Timestamp timestamp) {
    Lane& lane = LaneOf<U>(tag.name);
    if (lane.output == nullptr) return;
    auto& batch = static_cast<TypedLane<U>&>(lane).batch;
    batch.Append(std::move(record), timestamp);
    if (batch.full()) lane.Flush();
  }
  /// Hands on what waits: before a watermark is emitted, and at the end of each call.
  void Flush() {
    for (const std::unique_ptr<Lane>& lane : lanes_) lane->Flush();
  }

 private:
  struct Lane {
    Lane(std::string tag, const void* type, Output* output)
        : tag(std::move(tag)), type(type), output(output) {}
    virtual ~Lane() = default;
    virtual void Flush() = 0;

    const std::string tag;
    const void* const type;
    Output* const output;  // null: nobody reads
  };
  template <typename U>
  struct TypedLane final : Lane {
    using Lane::Lane;
    void Flush() override {
      if (batch.empty()) return;
      output->Emit(batch);
      batch.Clear();
    }
    TypedBatch<U> batch;
  };

  template <typename U>
  Lane& LaneOf(const std::string& tag) {
    const void* type = TypedBatch<U>::TypeId();
    for (const std::unique_ptr<Lane>& lane : lanes_) {
      if (lane->tag != tag) continue;
      if (lane->type != type) Disagree(tag);
      return *lane;
    }
    lanes_.push_back(std::make_unique<TypedLane<U>>(tag, type, context_.side_output(tag, type)));
    return *lanes_.back();
  }
  [[noreturn, gnu::cold]] static void Disagree(const std::string& tag) {
    throw std::logic_error("side output \"" + tag + "\" is used with two types of records");
  }

  OperatorContext& context_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace penstock::internal
