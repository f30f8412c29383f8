#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "api/runtime/keyed_state.h"
#include "api/runtime/list_chunk.h"
#include "api/runtime/list_key.h"
#include "api/runtime/state_table.h"

namespace penstock::internal {

/// Walks over a list, some elements at a time.
template <typename T>
class ListWalk {
 public:
  virtual ~ListWalk() = default;
  /// The next ones, valid until the next call; empty at the end.
  virtual std::span<const T> Next() = 0;
};

/// What a ListState is connected to: the list of the current key, whatever the key's type.
template <typename T>
class ListCell {
 public:
  virtual ~ListCell() = default;
  virtual void Add(T element) = 0;
  virtual void Clear() = 0;
  /// The list must not be changed while it is walked over. `reading`: counts as a use.
  virtual std::unique_ptr<ListWalk<T>> Walk(bool reading) = 0;
};

/// Keeps a list in chunks: chunk 0, which is small, has the first elements and knows the numbers of
/// the others. Adding changes the last chunk, and every few hundred times chunk 0. `Chunk` is
/// ListChunk<T> or TimedListChunk<T>. A list of many chunks is not taken in as a whole to be read.
template <typename K, typename T, typename Chunk>
class ListTableCell final : public ListCell<T>, public BoundState {
 public:
  ListTableCell(StateDescriptor descriptor, const StateSite<K>& site)
      : table_(std::move(descriptor), site.groups, site.max_parallelism),
        current_(site.current),
        expiry_(site.ttl, site.current.time) {}

  static StateDescriptor Describe(const std::string& uid, const std::string& name) {
    return {uid,
            name,
            "list",
            FingerprintOf<K>(),
            FingerprintOf<std::uint32_t>(),
            ListChunkValue<Chunk>::Describe(),
            ListChunkValue<Chunk>::Evolve()};
  }

  void Add(T element) override {
    const std::uint32_t size = EncodedSize(element);
    Entry& tail = TailFor(size);
    Chunk& chunk = table_.Mutable(tail, HashOf(tail.key().chunk));
    chunk.elements.push_back(std::move(element));
    if constexpr (kTimed) chunk.times.push_back(expiry_.Use());
    chunk.bytes += size;
  }
  void Clear() override {
    Entry* head = Head();
    if (head == nullptr) return;
    const std::uint32_t end = head->value().end;
    for (std::uint32_t n = head->value().first; n < end; ++n) EraseChunk(n);
    table_.Erase(*head, HashOf(0));
    head_ = tail_ = nullptr;
  }
  std::unique_ptr<ListWalk<T>> Walk(bool reading) override {
    return std::make_unique<Walker>(*this, reading);
  }
  KeyedTable& table() override { return table_; }
  void Sweep(std::uint32_t slots) override {
    if constexpr (kTimed) {
      table_.Sweep(slots, [this](Entry& entry) { SweepChunk(entry); });
    }
  }

 private:
  using Table = StateTable<ListKey<K>, Chunk, ListChunkValue<Chunk>>;
  using Entry = typename Table::Entry;
  class Walker;
  static constexpr bool kTimed = Chunk::kTimed;
  static constexpr std::uint32_t kHeadBytes = 512;
  static constexpr std::uint32_t kChunkBytes = 4096;
  static constexpr std::uint32_t kTakenIn = 16;  // chunks of a list that is taken in to be read
  static constexpr std::uint32_t kTrimmedPerChunk = 2;

  std::uint64_t HashOf(std::uint32_t chunk) const { return CompositeHash(current_.hash, chunk); }
  const ListKey<K>& At(std::uint32_t chunk) {
    probe_.chunk = chunk;
    return probe_;
  }
  /// Chunk 0 of the current key, null without a list; looked up once per turn.
  Entry* Head() {
    if (turn_ != current_.turn) {
      probe_.key = *current_.key;
      head_ = table_.Find(At(0), HashOf(0));
      tail_ = nullptr;
      turn_ = current_.turn;
    }
    return head_;
  }
  Entry& Create(std::uint32_t number) {
    // A number that has not been given yet, or not since its chunk was erased.
    return *table_.GetOrCreateHeld(At(number), HashOf(number), /*below=*/false).first;
  }
  static bool Fits(const Entry& entry, std::uint32_t size) {
    const Chunk& chunk = entry.value();
    const std::uint32_t most = entry.key().chunk == 0 ? kHeadBytes : kChunkBytes;
    return chunk.elements.empty() || chunk.bytes + size <= most;
  }
  /// The chunk to which an element of that size is to be added.
  Entry& TailFor(std::uint32_t size) {
    if (Head() == nullptr) return *(tail_ = head_ = &Create(0));
    if (tail_ == nullptr) {
      const std::uint32_t end = head_->value().end;
      tail_ = end == 1 ? head_ : table_.Find(At(end - 1), HashOf(end - 1));
    }
    if (tail_ != nullptr && Fits(*tail_, size)) return *tail_;
    if constexpr (kTimed) {
      if (tail_ != nullptr && DropExpired(Changed(*tail_), expiry_) && Fits(*tail_, size)) {
        return *tail_;
      }
      Trim(kTrimmedPerChunk);
    }
    return AddChunk(size);
  }
  Entry& AddChunk(std::uint32_t size) {
    Chunk& head = Changed(*head_);
    if (head.first == head.end) {
      head.first = head.end = 1;
      if (Fits(*head_, size)) return *(tail_ = head_);
    }
    return *(tail_ = &Create(head.end++));
  }
  Chunk& Changed(Entry& entry) { return table_.Mutable(entry, HashOf(entry.key().chunk)); }
  /// Without loading it.
  void EraseChunk(std::uint32_t number) {
    const std::uint64_t hash = HashOf(number);
    if (Entry* entry = table_.FindHeld(At(number), hash)) {
      if (entry->live()) table_.Erase(*entry, hash);
    } else if (!table_.complete(hash)) {
      table_.EraseUnheld(At(number), hash);
    }
  }

  /// A chunk for reading, null when it is missing: `local` when only the tier has it and it need
  /// not stay.
  const Chunk* Read(std::uint32_t number, bool take_in, Chunk& local) {
    const std::uint64_t hash = HashOf(number);
    const ListKey<K>& key = At(number);
    if (take_in || table_.FindHeld(key, hash) != nullptr) {
      Entry* entry = table_.Find(key, hash);
      return entry == nullptr ? nullptr : &entry->value();
    }
    return table_.ReadBelow(key, hash, local) ? &local : nullptr;
  }
  /// Erases up to `most` chunks behind chunk 0 in which everything has expired.
  void Trim(std::uint32_t most);
  bool AllExpired(const Chunk& chunk) const {
    for (const std::int64_t time : chunk.times) {
      if (!expiry_.Expired(time)) return false;
    }
    return true;
  }
  void SweepChunk(Entry& entry);
  bool IsGone(const ListKey<K>& key) {
    const std::uint64_t hash = table_.HashOf(key);
    const Entry* entry = table_.FindHeld(key, hash);
    return entry == nullptr ? table_.complete(hash) : !entry->live();
  }

  Table table_;
  const CurrentKey<K>& current_;
  const Expiry expiry_;
  ListKey<K> probe_;  // its key is that of turn_
  std::uint64_t turn_ = 0;
  Entry* head_ = nullptr;  // of turn_'s key; null: no list
  Entry* tail_ = nullptr;  // the chunk to which is added; null: not known
};

template <typename K, typename T, typename Chunk>
class ListTableCell<K, T, Chunk>::Walker final : public ListWalk<T> {
 public:
  Walker(ListTableCell& cell, bool reading) : cell_(cell), reading_(reading) {
    const Entry* head = cell_.Head();
    if (head == nullptr) return;
    if constexpr (kTimed) {
      if (!cell_.expiry_.returns_expired()) cell_.Trim(UINT32_MAX);
    }
    first_ = head->value().first;
    end_ = head->value().end;
  }

  std::span<const T> Next() override {
    while (next_ < end_ || chunk_ != nullptr) {
      if (chunk_ == nullptr) Open();
      const std::span<const T> run = chunk_ == nullptr ? std::span<const T>() : Run();
      if (!run.empty()) return run;
      chunk_ = nullptr;
    }
    return {};
  }

 private:
  void Open() {
    const bool refreshes = kTimed && reading_ && cell_.expiry_.refreshes_on_read();
    const bool take_in = next_ == 0 || refreshes || end_ - first_ < kTakenIn;
    chunk_ = cell_.Read(next_, take_in, local_);
    if constexpr (kTimed) {
      if (reading_ && chunk_ != nullptr && chunk_ != &local_) Refresh();
    }
    at_ = 0;
    next_ = next_ == 0 ? first_ : next_ + 1;
  }
  void Refresh() {
    const Expiry& expiry = cell_.expiry_;
    Chunk* changed = nullptr;
    for (std::size_t i = 0; i < chunk_->times.size(); ++i) {
      if (!expiry.RefreshedByReading(chunk_->times[i])) continue;
      if (changed == nullptr) {
        changed = &cell_.Changed(*cell_.table_.FindHeld(cell_.At(next_), cell_.HashOf(next_)));
      }
      changed->times[i] = expiry.Use();
    }
  }
  /// The next ones of the chunk that are to be seen.
  std::span<const T> Run() {
    const std::span<const T> all(chunk_->elements);
    if constexpr (kTimed) {
      const auto hidden = [this](std::size_t i) { return cell_.expiry_.Hidden(chunk_->times[i]); };
      while (at_ < all.size() && hidden(at_)) ++at_;
      const std::size_t begin = at_;
      while (at_ < all.size() && !hidden(at_)) ++at_;
      return all.subspan(begin, at_ - begin);
    } else {
      return all.subspan(std::exchange(at_, all.size()));
    }
  }

  ListTableCell& cell_;
  const bool reading_;
  std::uint32_t next_ = 0;  // chunk
  std::uint32_t first_ = 0;
  std::uint32_t end_ = 0;  // 0: there is no list
  const Chunk* chunk_ = nullptr;
  std::size_t at_ = 0;  // in chunk_
  Chunk local_;
};

template <typename K, typename T, typename Chunk>
void ListTableCell<K, T, Chunk>::Trim(std::uint32_t most) {
  Chunk local;
  std::uint32_t first = head_->value().first;
  for (; most > 0 && first < head_->value().end; --most, ++first) {
    const Chunk* chunk = Read(first, /*take_in=*/false, local);
    if (chunk == nullptr) continue;
    if (!AllExpired(*chunk)) break;
    EraseChunk(first);
    if (tail_ != nullptr && !tail_->live()) tail_ = nullptr;
  }
  if (first != head_->value().first) Changed(*head_).first = first;
}

template <typename K, typename T, typename Chunk>
void ListTableCell<K, T, Chunk>::SweepChunk(Entry& entry) {
  bool changes = false;
  for (const std::int64_t time : entry.value().times) {
    changes = changes || expiry_.Expired(time) || expiry_.Begins(time);
  }
  if (changes) {
    Chunk& chunk = table_.Mutable(entry);
    DropExpired(chunk, expiry_);
    for (std::int64_t& time : chunk.times) {
      if (expiry_.Begins(time)) time = expiry_.Use();
    }
  }
  if (!entry.value().elements.empty()) return;
  if (entry.key().chunk != 0) return table_.Erase(entry);
  std::uint32_t first = entry.value().first;
  while (first < entry.value().end && IsGone({entry.key().key, first})) ++first;
  if (first == entry.value().end) return table_.Erase(entry);
  if (first != entry.value().first) table_.Mutable(entry).first = first;
}

}  // namespace penstock::internal
