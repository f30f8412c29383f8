#pragma once

// How sessions become one: a part of triggered_window_operator.h, which includes this.

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "api/runtime/triggered_window_operator.h"

namespace penstock {

template <typename Parts>
void TriggeredWindowOperator<Parts>::Merge(std::span<Session> merging, Window merged) {
  Session& kept = merging.size() > 1 && kBuffered ? Largest(merging) : merging.front();
  if constexpr (!kAlarms) MergeTriggers(merging, kept, merged);
  if (merging.size() > 1) MergeContents(merging, kept);
  merging.front() = kept;
  merging.front().start = merged.start.millis;
  merging.front().end = merged.end;
}

template <typename Parts>
auto TriggeredWindowOperator<Parts>::Largest(std::span<Session> merging) -> Session& {
  Session* largest = &merging.front();
  if constexpr (kBuffered) {
    std::uint64_t most = 0;
    for (Session& session : merging) {
      Aim(session.window(), session.stored);
      const auto& contents = EntryOf(session).value().contents;
      if (!contents || contents->count <= most) continue;
      most = contents->count;
      largest = &session;
    }
  }
  return *largest;
}

template <typename Parts>
void TriggeredWindowOperator<Parts>::MergeTriggers(std::span<Session> merging, Session& kept,
                                                   Window merged) {
  merged_states_.clear();
  for (Session& session : merging) {
    Aim(session.window(), session.stored);
    merged_states_.push_back(EntryOf(session).value().trigger);
  }
  Value fresh;
  Aim(merged, kept.stored);
  parts_.trigger.on_merge(merged, std::span<const State>(merged_states_), TriggerSees(fresh));
  for (Session& session : merging) {
    Aim(session.window(), session.stored);
    Value& value = Changed(EntryOf(session));
    ClearTrigger(value);
    timers_->At(at_, hash_, value.known);
    timers_->EraseCleanup(CleanupTime(at_.window), Windows::kEventTime);
  }
  Aim(merged, kept.stored);
  Value& value = Changed(EntryOf(kept));
  value.known = fresh.known;
  value.trigger = std::move(fresh.trigger);
}

template <typename Parts>
void TriggeredWindowOperator<Parts>::MergeContents(std::span<Session> merging, Session& kept) {
  for (Session& session : merging) {
    if (&session == &kept) continue;
    Aim(session.window(), session.stored);
    Entry& from = EntryOf(session);
    std::optional<Stored> contents = std::move(Changed(from).contents);
    std::vector<WindowElement<T>> elements;
    if constexpr (kBuffered) {
      if (contents) elements = buffer_->Load(contents->count);
      buffer_->Clear();
    }
    entries_->Erase(from, current_window_.hash);
    Aim(kept.window(), kept.stored);
    std::optional<Stored>& into = Changed(EntryOf(kept)).contents;
    if constexpr (kBuffered) {
      if (contents && !into) into.emplace();
      if (contents) into->count += contents->count;
      buffer_->AddAll(std::move(elements));
    } else {
      parts_.contents.Merge(into, contents);
    }
  }
}

}  // namespace penstock
