#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/runtime/map_table.h"
#include "api/runtime/timed_value.h"

namespace penstock::internal {

/// Walks over the elements of a map in order. Elements may be added, changed and removed meanwhile;
/// those that are added behind its place are visited.
template <typename UK, typename V>
class MapWalk {
 public:
  virtual ~MapWalk() = default;
  /// To the next element, at first the first one; false when there is none.
  virtual bool Next() = 0;
  /// Valid until the next call, and while the element is not removed.
  const UK& key() const { return *key_; }
  const V& value() const { return *value_; }

 protected:
  const UK* key_ = nullptr;
  const V* value_ = nullptr;
};

/// The elements of `K` from `from` on, before `to`: merges those in memory with those that only the
/// tier has, which it doesn't take in unless reading them is a change.
template <typename K, typename UK, typename V, typename Life>
class MergingWalk final : public MapWalk<UK, V> {
 public:
  using Table = MapTable<K, UK, typename Life::Stored, typename Life::Policy>;
  using Entry = typename Table::Entry;
  using Bound = std::optional<UK>;

  /// `reading`: counts as a use. All references outlive it.
  MergingWalk(Table& table, const Life& life, const K& key, std::uint64_t key_hash, Bound from,
              Bound to, bool reading)
      : table_(table),
        life_(life),
        key_hash_(key_hash),
        from_(std::move(from)),
        to_(std::move(to)),
        reading_(reading) {
    below_.key = key;
    if (from_) below_.element = *from_;
    if (!table_.entries().complete(HashOfBelow())) OpenTier();
  }

  bool Next() override {
    Entry* held = NextHeld();
    const bool below = NextBelow();
    if (held == nullptr && !below) return false;
    if (held != nullptr && (!below || Table::Less(held->key().element, below_.element))) {
      Show(*held);
      ++at_;
    } else {
      ShowBelow();
    }
    return true;
  }

 private:
  std::uint64_t HashOfBelow() { return table_.HashOf(key_hash_, below_.element); }
  void OpenTier() {
    table_.entries().form().EncodeKey(below_, tier_key_);
    std::string element;
    OrderedKey<UK>::Append(below_.element, element);
    prefix_size_ = tier_key_.size() - element.size();
    if (!from_) tier_key_.resize(prefix_size_);
    cursor_ = table_.entries().tier()->NewCursor();
    cursor_->Seek(tier_key_);
    tier_key_.resize(prefix_size_);
  }
  bool IsBehindEnd(const UK& element) const { return to_ && !Table::Less(element, *to_); }

  /// The next element in memory; null when there is none. It is what at_ points to.
  Entry* NextHeld() {
    if (!elements_known_ || version_ != table_.version()) FindPlace();
    if (elements_ == nullptr) return nullptr;
    for (; at_ != elements_->end(); ++at_) {
      Entry& entry = **at_;
      if (IsBehindEnd(entry.key().element)) return nullptr;
      if (KeysEqual(entry.key().key, below_.key) && !life_.Hidden(entry.value())) return &entry;
    }
    return nullptr;
  }
  void FindPlace() {
    elements_ = table_.Held(key_hash_);
    version_ = table_.version();
    elements_known_ = true;
    if (elements_ == nullptr) return;
    at_ = last_   ? elements_->upper_bound(*last_)
          : from_ ? elements_->lower_bound(*from_)
                  : elements_->begin();
  }

  /// Whether there is a next element that only the tier has: then below_ and stored_ are set.
  bool NextBelow() {
    while (cursor_ != nullptr && cursor_->Valid()) {
      if (below_ready_ && !IsHeld() && !life_.Hidden(stored_)) return true;
      if (below_ready_) cursor_->Next();
      below_ready_ = cursor_->Valid() && ReadBelow();
      if (!below_ready_) cursor_.reset();
    }
    return false;
  }
  bool IsHeld() { return table_.entries().FindHeld(below_, HashOfBelow()) != nullptr; }
  bool ReadBelow() {
    const std::string_view at = cursor_->key();
    if (!at.starts_with(tier_key_)) return false;
    if (!OrderedKey<UK>::Read(at.substr(prefix_size_), below_.element)) {
      throw StateError(table_.entries().Damaged("a key that cannot be decoded"));
    }
    if (IsBehindEnd(below_.element)) return false;
    if (IsHeld()) return true;  // passed over by NextBelow
    if (Life::Policy::Decode(cursor_->value(), stored_)) return true;
    throw StateError(table_.entries().Damaged("a value that cannot be decoded"));
  }

  void Show(Entry& entry) {
    if constexpr (Life::kTimed) {
      if (reading_ && life_.RefreshedByReading(entry.value())) {
        life_.Stamp(table_.entries().Mutable(entry));
      }
    }
    last_ = entry.key().element;
    this->key_ = &*last_;
    this->value_ = &Life::ValueOf(entry.value());
  }
  void ShowBelow() {
    if constexpr (Life::kTimed) {
      if (reading_ && life_.refreshes_on_read() && life_.RefreshedByReading(stored_)) {
        return Show(*table_.entries().TakeIn(below_, HashOfBelow(), cursor_->value()));
      }
    }
    last_ = below_.element;
    shown_ = std::move(stored_);
    this->key_ = &*last_;
    this->value_ = &Life::ValueOf(shown_);
    cursor_->Next();
    below_ready_ = cursor_->Valid() && ReadBelow();
    if (!below_ready_) cursor_.reset();
  }

  Table& table_;
  const Life& life_;
  const std::uint64_t key_hash_;
  const Bound from_;
  const Bound to_;
  const bool reading_;
  Bound last_;  // shown

  // In memory.
  const typename Table::Elements* elements_ = nullptr;
  typename Table::Elements::const_iterator at_;
  std::uint64_t version_ = 0;
  bool elements_known_ = false;

  // In the tier.
  std::unique_ptr<TierCursor> cursor_;  // null at the end
  std::string tier_key_;                // what the keys begin with
  std::size_t prefix_size_ = 0;
  bool below_ready_ = false;  // below_ and stored_ are what the cursor is at
  MapKey<K, UK> below_;       // its key is always that of the map
  typename Life::Stored stored_{};
  typename Life::Stored shown_{};
};

}  // namespace penstock::internal
