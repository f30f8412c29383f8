#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/runtime/evolution_of.h"
#include "api/runtime/keyed_loop.h"
#include "api/runtime/operator.h"
#include "api/runtime/state_table.h"
#include "api/runtime/typed_batch.h"
#include "api/runtime/window_assigner.h"
#include "api/runtime/window_panes.h"
#include "api/window.h"

namespace penstock {

/// What a window aggregation emits.
template <typename T, typename KeyFn, typename Acc, typename ResultFn>
using WindowOutput = std::remove_cvref_t<
    std::invoke_result_t<ResultFn&, const KeyOf<T, KeyFn>&, Window, const Acc&>>;

template <typename Acc, typename T>
concept Aggregator = std::copyable<Acc> && std::default_initializable<Acc> &&
    requires(Acc acc, const T& record) {
  acc.add(record);
};

template <typename Acc>
concept Mergeable = requires(Acc acc, const Acc& other) {
  acc.merge(other);
};

template <typename T, typename KeyFn, typename Acc>
std::vector<StateDescriptor> WindowAggregateStates(const std::string& uid) {
  return {{uid,
           "panes",
           "panes",
           FingerprintOf<KeyOf<T, KeyFn>>(),
           {},
           PanesValue<Acc, 1>::Describe(),
           PanesValue<Acc, 1>::Evolve()}};
}

/// Aggregates the records of each key in event-time windows. A record is added once, to its pane; a
/// window that spans several panes merges them when it ends. When the watermark passes a window's
/// end the key's result is emitted, with the timestamp end - 1 ms, in order of the ends. Records
/// whose windows have all ended are dropped and counted. `Spec` is TumblingWindows or
/// SlidingWindows.
template <typename T, typename KeyFn, typename Spec, typename Acc, typename ResultFn>
class WindowOperator final : public Operator {
 public:
  using K = KeyOf<T, KeyFn>;
  using Out = WindowOutput<T, KeyFn, Acc, ResultFn>;
  static constexpr bool kTumbling = std::same_as<Spec, TumblingWindows>;

  static_assert(Aggregator<Acc, T>,
                "an aggregator is a copyable, default-constructible type with "
                "`void add(const Record&)`");
  static_assert(
      kTumbling || Mergeable<Acc>,
      "sliding windows share panes: the aggregator needs `void merge(const Self&)`, which adds "
      "the records of another one");

  WindowOperator(std::string uid, KeyFn key, Spec spec, Acc prototype, ResultFn result)
      : uid_(std::move(uid)),
        spec_(spec),
        assigner_(spec),
        prototype_(std::move(prototype)),
        result_(std::move(result)),
        loop_(std::move(key)) {}

  Status Open(OperatorContext& context, Output& output) override {
    output_ = &output;
    late_ = &context.counter("numLateRecordsDropped");
    table_.emplace(WindowAggregateStates<T, KeyFn, Acc>(uid_).front(), context.key_groups(),
                   context.max_parallelism());
    table_->OnLoaded([this](Entry& entry) { Schedule(entry, fired_up_to_); });
    table_->OnEvict([this](const Entry& entry) { NoteBelow(entry.value().next_window); });
    table_->OnEvicted([this] { FillBuckets(); });
    context.RegisterTable(*table_);
    return Status::Ok();
  }
  Status Restore(const OperatorRestore& restore) override {
    PENSTOCK_RETURN_IF_ERROR(ReadWatermark(restore, watermark_));
    if (watermark_ > Timestamp::Min()) Advance(watermark_);
    fired_up_to_ = first_open_;
    if (!table_->complete()) below_first_ = fired_up_to_;
    return Status::Ok();
  }
  Status SnapshotState(CheckpointId, std::string& state) override {
    AppendWatermark(watermark_, state);
    return Status::Ok();
  }
  void ProcessBatch(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    const Timestamp* times = records.timestamps().data();
    loop_.Run(records, *table_, [&](std::size_t i, const K& key, std::uint64_t hash, Entry* hint) {
      if (times[i].millis < open_from_) [[unlikely]]
        return late_->Add(1);
      Entry& entry = *table_->GetOrCreateNear(hint, key, hash).first;
      AccumulatorOf(entry, hash, times[i]).add(std::as_const(records)[i]);
    });
  }
  void ProcessWatermark(Timestamp watermark) override {
    Advance(watermark);
    for (;;) {
      const std::optional<std::int64_t> window = NextWindow();
      if (!window || (*window >= first_open_ && watermark != Timestamp::Max())) break;
      FireWindow(*window);
    }
    fired_up_to_ = std::max(fired_up_to_, first_open_);
    Flush();
    output_->EmitWatermark(watermark);
  }

 private:
  // The panes that overlap at any time fit inside the entry while they are small.
  static constexpr std::uint32_t kPaneSize = sizeof(Pane<Acc>);
  static constexpr std::uint32_t kInline =
      kTumbling ? (kPaneSize <= 32 ? 2 : 1) : std::clamp<std::uint32_t>(128 / kPaneSize, 1, 6);
  using Panes = KeyPanes<Acc, kInline>;
  using Table = StateTable<K, Panes, PanesValue<Acc, kInline>>;
  using Entry = typename Table::Entry;

  void Advance(Timestamp watermark) {
    watermark_ = watermark;
    first_open_ = assigner_.FirstOpen(watermark);
    open_from_ = assigner_.StartOf(first_open_);
  }
  Acc& AccumulatorOf(Entry& entry, std::uint64_t hash, Timestamp time) {
    // Successive records are mostly of one pane.
    if (static_cast<std::uint64_t>(time.millis) - static_cast<std::uint64_t>(pane_) >=
        pane_length_) {
      pane_ = assigner_.PaneOf(time);
      pane_length_ = assigner_.LengthOf(pane_);
    }
    Panes& panes = table_->Mutable(entry, hash);
    if (Pane<Acc>* pane = panes.slots.Find(pane_)) [[likely]]
      return pane->accumulator;
    Acc& accumulator = panes.slots.Insert({pane_, prototype_}).accumulator;
    const std::int64_t window = std::max(first_open_, assigner_.FirstWindowOf(pane_));
    if (panes.slots.size() == 1 || window < panes.next_window) {
      panes.next_window = window;
      buckets_.Add(window, entry);
    }
    return accumulator;
  }
  /// The next one to fire, in memory or in the tier; none when there are no panes.
  std::optional<std::int64_t> NextWindow() const {
    if (buckets_.empty()) return below_first_;
    return below_first_ ? std::min(buckets_.First(), *below_first_) : buckets_.First();
  }
  void NoteBelow(std::int64_t window) {
    below_first_ = below_first_ ? std::min(*below_first_, window) : window;
  }
  static std::int64_t After(std::int64_t window) {
    return window == INT64_MAX ? window : window + 1;
  }
  /// The first window from `earliest` on that needs the panes.
  std::int64_t NextWindow(const Panes& panes, std::int64_t earliest) const {
    return std::max(earliest, assigner_.FirstWindowOf(panes.slots.front().start));
  }
  /// Puts an entry with panes into the bucket of its first window from `earliest` on.
  void Schedule(Entry& entry, std::int64_t earliest) {
    Panes& panes = table_->Unstored(entry);
    panes.next_window = NextWindow(panes, earliest);
    buckets_.Add(panes.next_window, entry);
  }
  void FillBuckets() {
    buckets_.Clear();
    table_->ForEach([&](Entry& entry) { buckets_.Add(entry.value().next_window, entry); });
  }
  /// All windows before `window` have been fired.
  void FireWindow(std::int64_t window) {
    fired_up_to_ = window;
    if (!buckets_.empty() && buckets_.First() == window) Fire(window, buckets_.TakeFirst());
    if (below_first_ == window) FireBelow(window);
    fired_up_to_ = After(window);
  }
  /// Fires for the keys whose panes are in the tier only, and leaves them there. Reads all of them,
  /// as a window is mostly due for most of them.
  void FireBelow(std::int64_t window) {
    using Below = typename Table::Below;
    const Window bounds = assigner_.BoundsOf(window);
    const std::int64_t last_pane = assigner_.LastPaneOf(window);
    const std::optional<std::int64_t> needed = assigner_.FirstPaneAfter(window);
    below_first_.reset();
    table_->ForEachBelow([&](const K& key, std::uint64_t, Panes& panes) {
      const bool due = NextWindow(panes, window) == window;
      if (due) Emit(key, panes, bounds, last_pane);
      const bool changed = due && DropPanes(panes, needed);
      if (panes.slots.empty()) return Below::kErase;
      NoteBelow(NextWindow(panes, due ? After(window) : window));
      return changed ? Below::kChanged : Below::kKeep;
    });
  }
  void Fire(std::int64_t window, const std::vector<Entry*>& entries) {
    const Window bounds = assigner_.BoundsOf(window);
    const std::int64_t last_pane = assigner_.LastPaneOf(window);
    const std::optional<std::int64_t> needed = assigner_.FirstPaneAfter(window);
    constexpr std::size_t kAhead = 8;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i + kAhead < entries.size()) __builtin_prefetch(entries[i + kAhead], 1);
      Entry& entry = *entries[i];
      if (!entry.live() || entry.value().next_window != window) continue;
      Emit(entry.key(), entry.value(), bounds, last_pane);
      Expire(entry, window, needed);
    }
  }
  void Emit(const K& key, const Panes& panes, Window bounds, std::int64_t last_pane) {
    const auto& slots = panes.slots;
    const Acc* accumulator = &slots.front().accumulator;
    if constexpr (!kTumbling) {
      const Pane<Acc>* pane = slots.begin() + 1;
      if (pane != slots.end() && pane->start <= last_pane) {
        merged_ = *accumulator;
        for (; pane != slots.end() && pane->start <= last_pane; ++pane) {
          merged_.merge(pane->accumulator);
        }
        accumulator = &merged_;
      }
    }
    if (batch_.full()) Flush();
    batch_.Append(std::invoke(result_, key, bounds, *accumulator), bounds.end - Millis(1));
  }
  /// Drops the panes that no later window needs; false when all are needed.
  static bool DropPanes(Panes& panes, std::optional<std::int64_t> needed) {
    Pane<Acc>* keep = panes.slots.begin();
    while (keep != panes.slots.end() && (!needed || keep->start < *needed)) ++keep;
    if (keep == panes.slots.begin()) return false;
    panes.slots.Erase(panes.slots.begin(), keep);
    return true;
  }
  void Expire(Entry& entry, std::int64_t window, std::optional<std::int64_t> needed) {
    const auto& slots = entry.value().slots;
    if (needed && slots.front().start >= *needed) return Schedule(entry, window + 1);
    if (!needed || (slots.end() - 1)->start < *needed) return table_->Erase(entry);
    DropPanes(table_->Mutable(entry), needed);
    Schedule(entry, window + 1);
  }
  void Flush() {
    if (batch_.empty()) return;
    output_->Emit(batch_);
    batch_.Clear();
  }

  const std::string uid_;
  const Spec spec_;
  const WindowAssigner assigner_;
  const Acc prototype_;
  ResultFn result_;
  KeyedLoop<T, KeyFn> loop_;

  Output* output_ = nullptr;
  Counter* late_ = nullptr;
  std::optional<Table> table_;
  WindowBuckets<Entry> buckets_;
  Timestamp watermark_ = Timestamp::Min();
  std::int64_t first_open_ = Timestamp::Min().millis;
  std::int64_t open_from_ = Timestamp::Min().millis;  // records before it are late
  std::int64_t fired_up_to_ = Timestamp::Min().millis;
  // Keys that only the tier has need no window before this one; none: there are no such keys.
  std::optional<std::int64_t> below_first_;
  std::int64_t pane_ = 0;  // of the last record
  std::uint64_t pane_length_ = 0;
  Acc merged_{};  // scratch; keeps its memory
  TypedBatch<Out> batch_;
};

/// `spec` is what tumbling() or sliding() returned; its Problem() has been checked.
template <typename T, typename KeyFn, typename Acc, typename ResultFn, typename Spec>
std::unique_ptr<Operator> MakeWindowAggregate(std::string uid, KeyFn key, Spec spec, Acc prototype,
                                              ResultFn result) {
  return std::make_unique<WindowOperator<T, KeyFn, Spec, Acc, ResultFn>>(
      std::move(uid), std::move(key), spec, std::move(prototype), std::move(result));
}

}  // namespace penstock
