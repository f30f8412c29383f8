#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/collector.h"
#include "api/output_tag.h"
#include "api/runtime/keyed_loop.h"
#include "api/runtime/operator.h"
#include "api/runtime/session_set.h"
#include "api/runtime/side_outputs.h"
#include "api/runtime/state_table.h"
#include "api/runtime/typed_batch.h"
#include "api/runtime/window_contents.h"
#include "api/runtime/window_entry.h"
#include "api/runtime/window_function.h"
#include "api/runtime/window_store.h"
#include "api/runtime/window_timers.h"
#include "api/runtime/windows_of.h"

namespace penstock {

/// What a TriggeredWindowOperator is made of.
template <typename T_, typename KeyFn_, typename Spec_, typename Trigger_, typename Evictor_,
          typename Contents_, typename OnFire_>
struct WindowParts {
  using T = T_;
  using KeyFn = KeyFn_;
  using Spec = Spec_;
  using Trigger = Trigger_;
  using Evictor = Evictor_;
  using Contents = Contents_;  ///< window_contents.h
  using OnFire = OnFire_;      ///< window_function.h

  std::string uid;
  KeyFn key;
  Spec spec;
  Trigger trigger;
  Evictor evictor;
  Millis allowed_lateness{0};
  std::optional<OutputTag<T>> late;  ///< Where late records go; none: they are dropped.
  Contents contents;
  OnFire on_fire;
};

/// Windows of every kind but those that WindowOperator is for. Records are assigned to windows of
/// their key, a trigger says when a window emits a result and when it forgets its contents, and at
/// the cleanup time (the window's end + allowed lateness) all of it is forgotten. As in Flink.
///
/// Tables: the entry of each window (contents and state of the trigger), timers of both kinds, of
/// windows that keep their records those, of sessions the set of each key. A session's entry stands
/// under the window that it began with, so that it need not move when the session grows.
///
/// Its own bytes are the last watermark.
template <typename Parts>
class TriggeredWindowOperator final : public Operator {
 public:
  using T = typename Parts::T;
  using KeyFn = typename Parts::KeyFn;
  using K = KeyOf<T, KeyFn>;
  using Out = typename Parts::OnFire::Output;
  using Trigger = typename Parts::Trigger;
  using State = TriggerState<Trigger>;

  explicit TriggeredWindowOperator(Parts parts)
      : parts_(std::move(parts)), windows_(parts_.spec), loop_(parts_.key) {}

  static std::vector<StateDescriptor> Describe(const Parts& parts);

  Status Open(OperatorContext& context, Output& output) override;
  Status Restore(const OperatorRestore& restore) override {
    return ReadWatermark(restore, times_.watermark);
  }
  Status SnapshotState(CheckpointId, std::string& state) override {
    AppendWatermark(times_.watermark, state);
    return Status::Ok();
  }
  void ProcessBatch(Batch& batch) override;
  void ProcessWatermark(Timestamp watermark) override {
    times_.watermark = watermark;
    ReadClock();
    timers_->event_time().FireDue(watermark, [this](const WindowKey<K>& timer, Timestamp time) {
      OnTimer<true>(timer, time);
    });
    Flush();
    output_->EmitWatermark(watermark);
  }
  std::optional<Timestamp> NextProcessingTime() override {
    return timers_->processing_time().Next();
  }
  void OnProcessingTime(Timestamp now) override {
    ReadClock();
    timers_->processing_time().FireDue(
        now, [this](const WindowKey<K>& timer, Timestamp time) { OnTimer<false>(timer, time); });
    collector_->Flush();
  }

 private:
  using Windows = WindowsOf<typename Parts::Spec>;
  using Contents = typename Parts::Contents;
  using Stored = typename Contents::Stored;
  using Value = WindowEntry<Stored, State>;
  using Table = StateTable<WindowKey<K>, Value, WindowEntryValue<Stored, State>>;
  using Entry = typename Table::Entry;
  using Hasher = KeyHasher<WindowKey<K>>;
  using Sessions = SessionSet<Entry>;
  using Session = typename Sessions::Slot;
  using SessionTable = StateTable<K, Sessions, SessionSetValue<Entry>>;

  static constexpr bool kMerging = Windows::kMerging;
  static constexpr bool kBuffered = Contents::kBuffered;
  static constexpr bool kEvicting = !std::same_as<typename Parts::Evictor, NoEvictor>;
  // Sessions fired by their end need no timer for each record: the alarm.
  static constexpr bool kAlarms =
      kMerging && Windows::kEventTime && std::same_as<Trigger, EventTimeTrigger>;
  static constexpr bool kMergesTrigger =
      requires(Trigger trigger, Window window, std::span<const State> states,
               TriggerContext<State>& context) {
    trigger.on_merge(window, states, context);
  };

  static_assert(kBuffered || !kEvicting, "an evictor needs the records");
  static_assert(!kMerging || Contents::kMerges,
                "sessions merge: the aggregator needs `void merge(const Self&)`, which adds the "
                "records of another one");
  static_assert(!kMerging || kMergesTrigger,
                "sessions merge: the trigger needs `void on_merge(penstock::Window merged, "
                "std::span<const State> states, Context&)`, which sets the timers of the merged "
                "window and its state from those of the windows that it was made of");
  static_assert(
      requires(Trigger trigger, const T& record, Timestamp time, Window window,
               TriggerContext<State>& context) {
        { trigger.on_element(record, time, window, context) } -> std::same_as<TriggerResult>;
      },
      "a trigger needs penstock::TriggerResult on_element(const Record&, penstock::Timestamp, "
      "penstock::Window, penstock::TriggerContext<State>&)");

  /// What KeyedLoop prefetches: the entry of the guessed window.
  struct GuessedWindow {
    using Shard = typename Table::Shard;
    using Entry = typename Table::Entry;
    const Table& table;
    Window window;
    const Shard* PrefetchCell(std::uint64_t hash) const {
      return table.PrefetchCell(Hasher::Of(hash, window));
    }
    Entry* PrefetchEntry(const Shard& shard, std::uint64_t hash) const {
      return table.PrefetchEntry(shard, Hasher::Of(hash, window));
    }
  };

  static StateDescriptor EntriesOf(const std::string& uid) {
    using Policy = WindowEntryValue<Stored, State>;
    return {uid,
            "windows",
            "windows",
            FingerprintOf<K>(),
            internal::DescribeWindow(),
            Policy::Describe(),
            Policy::Evolve()};
  }
  static StateDescriptor SessionsOf(const std::string& uid) {
    return {uid,     "sessions",
            "value", FingerprintOf<K>(),
            {},      FingerprintOf<std::vector<ActiveSession>>(),
            {}};
  }

  void ReadClock() { times_.processing = {ToMillis(clock_->Wall())}; }
  Timestamp TimeOf(Timestamp record) const {
    return Windows::kEventTime || Windows::kEndless ? record : times_.processing;
  }
  Timestamp CleanupTime(Window window) const {
    if (!Windows::kEventTime) return window.max_timestamp();
    return window.max_timestamp() + parts_.allowed_lateness;
  }
  bool IsLate(Window window) const {
    return Windows::kEventTime && CleanupTime(window) <= times_.watermark;
  }
  [[gnu::cold]] void OnLate(const T& record, Timestamp time) {
    if (!parts_.late) return late_->Add(1);
    sides_->Emit<T>(*parts_.late, record, time);
  }
  void Flush() {
    collector_->Flush();
    sides_->Flush();
  }

  // ---- the key and the window at hand ----

  /// `key` must live until the next call.
  void Enter(const K& key, std::uint64_t hash) {
    key_hash_ = hash;
    at_.key = key;
    current_key_.key = &at_.key;
    current_key_.hash = hash;
    ++current_key_.turn;
  }
  /// `stored`: the window under which its entry stands.
  void Aim(Window window, Window stored) {
    at_.window = window;
    hash_ = Hasher::Of(key_hash_, window);
    if constexpr (kMerging) {
      stored_.key = at_.key;
      stored_.window = stored;
      current_window_ = {&stored_, Hasher::Of(key_hash_, stored), current_window_.turn + 1, {}};
    } else {
      current_window_ = {&at_, hash_, current_window_.turn + 1, {}};
    }
  }
  Entry& EntryNear(Entry* hint) {
    return *entries_->GetOrCreateNear(hint, *current_window_.key, current_window_.hash).first;
  }
  /// The entry of a session; Aim has been called.
  Entry& EntryOf(Session& session) {
    Entry* hint = session.evictions == evictions_ ? session.entry : nullptr;
    Entry& entry = EntryNear(hint);
    session.entry = &entry;
    session.evictions = evictions_;
    return entry;
  }
  Value& Changed(Entry& entry) { return entries_->Mutable(entry, current_window_.hash); }
  /// For the hooks of the trigger; `value` is that of the window at hand.
  TriggerContext<State>& TriggerSees(Value& value) {
    timers_->At(at_, hash_, value.known);
    trigger_context_->SetState(value.trigger);
    return *trigger_context_;
  }

  // ---- records ----

  void Add(Entry& entry, const T& record, Timestamp time) {
    Value& value = Changed(entry);
    if constexpr (kBuffered) {
      if (!value.contents) value.contents.emplace();
      ++value.contents->count;
      buffer_->Add(record, time);
    } else {
      parts_.contents.Add(value.contents, record);
    }
  }
  void AddToWindows(const T& record, Timestamp time, Entry* hint) {
    bool taken = false;
    windows_.ForEachOf(TimeOf(time), [&](Window window) {
      if (IsLate(window)) return;
      taken = true;
      Aim(window, window);
      Entry& entry = EntryNear(hint);
      Add(entry, record, time);
      Value& value = entries_->Unstored(entry);
      Obey(entry, parts_.trigger.on_element(record, time, window, TriggerSees(value)));
      SetCleanup(value);
      DropIfEmpty(entry);
    });
    if (!taken) [[unlikely]]
      OnLate(record, time);
  }
  void AddToSession(const K& key, const T& record, Timestamp time,
                    typename SessionTable::Entry* hint) {
    const Window added = windows_.WindowOf(record, TimeOf(time));
    auto& set = *sessions_->GetOrCreateNear(hint, key, key_hash_).first;
    Session* session = SessionFor(set, added);
    if (session == nullptr) {
      if (set.value().slots.empty()) sessions_->Erase(set, key_hash_);
      return OnLate(record, time);
    }
    const Window window = session->window();
    Aim(window, session->stored);
    Entry& entry = EntryOf(*session);
    Add(entry, record, time);
    if constexpr (kAlarms) {
      if (window.max_timestamp() <= times_.watermark) Obey(entry, TriggerResult::kFire);
      SetAlarm(*session);
    } else {
      Value& value = entries_->Unstored(entry);
      Obey(entry, parts_.trigger.on_element(record, time, window, TriggerSees(value)));
      SetCleanup(value);
    }
  }
  /// The session that a record's window becomes or becomes part of; null when it is late.
  Session* SessionFor(typename SessionTable::Entry& set, Window added) {
    const auto [first, last] = sessions_->Unstored(set).Touching(added);
    if (first == last) {
      if (IsLate(added)) return nullptr;
      return &sessions_->Mutable(set, key_hash_)
                  .slots.Insert({added.start.millis, added.end, added});
    }
    const Window merged{std::min(added.start, first->window().start),
                        std::max(added.end, (last - 1)->end)};
    if (last - first == 1 && merged == first->window()) return first;
    Sessions& changed = sessions_->Mutable(set, key_hash_);
    Merge(std::span<Session>(first, last), merged);
    changed.slots.Erase(first + 1, last);
    return first;
  }
  /// Makes the first of `merging` the session `merged`, with the contents of all
  /// (triggered_window_merge.h).
  void Merge(std::span<Session> merging, Window merged);
  /// The one with the longest list, the others being added to it.
  Session& Largest(std::span<Session> merging);
  void MergeTriggers(std::span<Session> merging, Session& kept, Window merged);
  void MergeContents(std::span<Session> merging, Session& kept);

  // ---- results ----

  void Obey(Entry& entry, TriggerResult result) {
    if (Fires(result) && entry.value().contents) Fire(entry);
    if (Purges(result)) Purge(entry);
  }
  void Fire(Entry& entry) {
    collector_->SetTimestamp(at_.window.end - Millis(1));
    if constexpr (kEvicting) {
      FireEvicting(entry);
    } else if constexpr (kBuffered) {
      parts_.on_fire.Fire(*window_context_, buffer_->Elements(entry.value().contents->count),
                          *collector_);
    } else {
      parts_.on_fire.Fire(*window_context_, *entry.value().contents, *collector_);
    }
  }
  void FireEvicting(Entry& entry) {
    const std::uint64_t size = entry.value().contents->count;
    std::vector<WindowElement<T>> elements = buffer_->Load(size);
    const EvictorContext context{times_.watermark, times_.processing};
    EvictBefore(parts_.evictor, elements, at_.window, context);
    parts_.on_fire.Fire(*window_context_,
                        WindowElements<T>(std::span<const WindowElement<T>>(elements)),
                        *collector_);
    EvictAfter(parts_.evictor, elements, at_.window, context);
    if (elements.size() == size) return;
    Value& value = Changed(entry);
    value.contents.reset();
    if (!elements.empty()) value.contents.emplace(BufferedCount{elements.size()});
    buffer_->Clear();
    buffer_->AddAll(std::move(elements));
  }
  void Purge(Entry& entry) {
    if (!entry.value().contents) return;
    Changed(entry).contents.reset();
    if constexpr (kBuffered) buffer_->Clear();
  }
  /// An entry that says nothing takes no memory.
  void DropIfEmpty(Entry& entry) {
    if (entry.value().contents) return;
    if constexpr (!std::is_empty_v<State>) {
      if (EncodeToString(entry.value().trigger) != EncodeToString(State{})) return;
    }
    entries_->Erase(entry, current_window_.hash);
  }

  // ---- timers ----

  /// TriggerSees has been called.
  void SetCleanup(Value& value) {
    if constexpr (Windows::kEndless) return;
    timers_->At(at_, hash_, value.known);
    timers_->SetCleanup(CleanupTime(at_.window), Windows::kEventTime);
  }
  /// A timer under the stored window, not later than the next event of the session. It may ring too
  /// early, because the session has grown: then it is set anew.
  void SetAlarm(Session& session) {
    const Window window = session.window();
    const Timestamp due =
        window.max_timestamp() > times_.watermark ? window.max_timestamp() : CleanupTime(window);
    if (session.alarm && *session.alarm <= due) return;
    timers_->event_time().Set(stored_, current_window_.hash, due);
    session.alarm = due;
  }
  template <bool kEventTime>
  void OnTimer(const WindowKey<K>& timer, Timestamp time) {
    Enter(timer.key, key_hasher_(timer.key));
    if constexpr (!kMerging) {
      Aim(timer.window, timer.window);
      OnTimerOf<kEventTime>(EntryNear(nullptr), time);
    } else {
      auto* set = sessions_->Find(timer.key, key_hash_);
      if (set == nullptr) return;
      if constexpr (kAlarms) {
        Session* session = sessions_->Unstored(*set).FindStored(timer.window);
        if (session != nullptr) OnAlarm(*set, *session, time);
      } else {
        Session* session = sessions_->Unstored(*set).FindWindow(timer.window);
        if (session == nullptr) return;
        Aim(timer.window, session->stored);
        if (OnTimerOf<kEventTime>(EntryOf(*session), time)) Retire(*set, *session);
      }
    }
  }
  /// Whether the window is gone.
  template <bool kEventTime>
  bool OnTimerOf(Entry& entry, Timestamp time) {
    Value& value = std::is_empty_v<State> ? entries_->Unstored(entry) : Changed(entry);
    Timestamp& known = kEventTime ? value.known.event_time : value.known.processing_time;
    if (known == time) known = Timestamp::Min();
    Obey(entry, Ask<kEventTime>(value, time));
    if (Windows::kEventTime == kEventTime && !Windows::kEndless &&
        time == CleanupTime(at_.window)) {
      Clear(entry);
      return true;
    }
    DropIfEmpty(entry);
    return false;
  }
  template <bool kEventTime>
  TriggerResult Ask(Value& value, Timestamp time) {
    TriggerContext<State>& context = TriggerSees(value);
    Trigger& trigger = parts_.trigger;
    if constexpr (kEventTime) {
      if constexpr (requires { trigger.on_event_time(time, at_.window, context); }) {
        return trigger.on_event_time(time, at_.window, context);
      }
    } else {
      if constexpr (requires { trigger.on_processing_time(time, at_.window, context); }) {
        return trigger.on_processing_time(time, at_.window, context);
      }
    }
    return TriggerResult::kContinue;
  }
  void OnAlarm(typename SessionTable::Entry& set, Session& session, Timestamp time) {
    if (session.alarm == time) session.alarm.reset();
    const Window window = session.window();
    Aim(window, session.stored);
    Entry& entry = EntryOf(session);
    if (time == window.max_timestamp()) Obey(entry, TriggerResult::kFire);
    if (time == CleanupTime(window)) {
      Clear(entry);
      return Retire(set, session);
    }
    const Timestamp due =
        time < window.max_timestamp() ? window.max_timestamp() : CleanupTime(window);
    if (time > due || (session.alarm && *session.alarm <= due)) return;
    timers_->event_time().Set(stored_, current_window_.hash, due);
    session.alarm = due;
  }
  void ClearTrigger(Value& value) {
    if constexpr (kAlarms) return;
    TriggerContext<State>& context = TriggerSees(value);
    if constexpr (requires { parts_.trigger.clear(at_.window, context); }) {
      parts_.trigger.clear(at_.window, context);
    }
  }
  /// The window at hand is gone.
  void Clear(Entry& entry) {
    Purge(entry);
    ClearTrigger(Changed(entry));
    parts_.on_fire.Clear(*window_context_);
    entries_->Erase(entry, current_window_.hash);
  }
  void Retire(typename SessionTable::Entry& set, Session& session) {
    Sessions& changed = sessions_->Mutable(set, key_hash_);
    changed.slots.Erase(&session, &session + 1);
    if (changed.slots.empty()) sessions_->Erase(set, key_hash_);
  }

  Parts parts_;
  const Windows windows_;
  KeyedLoop<T, KeyFn> loop_;
  KeyHasher<K> key_hasher_;

  const Clock* clock_ = nullptr;
  Output* output_ = nullptr;
  Counter* late_ = nullptr;
  internal::OperatorTimes times_;
  std::optional<Table> entries_;
  std::optional<SessionTable> sessions_;      // of merging windows
  std::optional<WindowBuffer<K, T>> buffer_;  // of windows that keep their records
  std::optional<WindowTimers<K>> timers_;
  std::optional<TriggerContext<State>> trigger_context_;
  std::optional<internal::SideOutputs> sides_;
  std::optional<WindowContext<K>> window_context_;
  std::uint64_t evictions_ = 0;  // pointers to entries from before the last one are void

  // What is at hand.
  std::uint64_t key_hash_ = 0;
  WindowKey<K> at_;
  std::uint64_t hash_ = 0;  // of at_
  WindowKey<K> stored_;     // the key of a session's entry
  internal::CurrentKey<K> current_key_;
  internal::CurrentKey<WindowKey<K>> current_window_;  // of the entry

  std::vector<State> merged_states_;  // scratch
  TypedBatch<Out> batch_;
  std::optional<Collector<Out>> collector_;
};

template <typename Parts>
std::vector<StateDescriptor> TriggeredWindowOperator<Parts>::Describe(const Parts& parts) {
  std::vector<StateDescriptor> states{EntriesOf(parts.uid),
                                      WindowTimers<K>::EventTimeDescriptor(parts.uid),
                                      WindowTimers<K>::ProcessingTimeDescriptor(parts.uid)};
  if constexpr (kMerging) states.push_back(SessionsOf(parts.uid));
  if constexpr (kBuffered) states.push_back(WindowBuffer<K, T>::Describe(parts.uid));
  for (StateDescriptor& state : parts.on_fire.Describe(parts.uid)) {
    states.push_back(std::move(state));
  }
  return states;
}

template <typename Parts>
Status TriggeredWindowOperator<Parts>::Open(OperatorContext& context, Output& output) {
  const KeyGroupRange groups = context.key_groups();
  const std::uint32_t max = context.max_parallelism();
  clock_ = &context.clock();
  output_ = &output;
  late_ = &context.counter("numLateRecordsDropped");
  collector_.emplace(batch_, output);
  entries_.emplace(EntriesOf(parts_.uid), groups, max);
  entries_->OnEvicted([this] { ++evictions_; });
  context.RegisterTable(*entries_);
  timers_.emplace(parts_.uid, groups, max);
  context.RegisterTable(timers_->event_time().table());
  context.RegisterTable(timers_->processing_time().table());
  trigger_context_.emplace(*timers_, times_);
  sides_.emplace(context);
  window_context_.emplace(at_, times_, *sides_);
  if constexpr (kMerging) {
    sessions_.emplace(SessionsOf(parts_.uid), groups, max);
    context.RegisterTable(*sessions_);
  }
  if constexpr (kBuffered) buffer_.emplace(parts_.uid, context, current_window_);
  return parts_.on_fire.Open(parts_.uid, context, current_key_, current_window_);
}

template <typename Parts>
void TriggeredWindowOperator<Parts>::ProcessBatch(Batch& batch) {
  const auto& records = static_cast<const TypedBatch<T>&>(batch);
  if (records.empty()) return;
  ReadClock();
  const Timestamp* times = records.timestamps().data();
  if constexpr (kMerging) {
    loop_.Run(records, *sessions_,
              [&](std::size_t i, const K& key, std::uint64_t hash, auto* hint) {
                Enter(key, hash);
                AddToSession(key, records[i], times[i], hint);
              });
  } else {
    const GuessedWindow guess{*entries_, windows_.Guess(TimeOf(times[0]))};
    loop_.Run(records, guess, [&](std::size_t i, const K& key, std::uint64_t hash, Entry* hint) {
      Enter(key, hash);
      AddToWindows(records[i], times[i], hint);
    });
  }
  Flush();
}

}  // namespace penstock

#include "api/runtime/triggered_window_merge.h"
