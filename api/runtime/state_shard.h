#pragma once

// One shard of a StateTable: entries at stable addresses, an index to find them, and the marks by
// which the task's thread and a snapshot's background thread share them.
//
// Invariants
// 1. An entry never moves. Pages are freed only with the shard, so a pointer to an entry stays
//    valid memory; whether a key lives there is told by its mark.
// 2. Everything but marks and `aside` belongs to the task's thread. The background thread reads
//    pages up to the counts captured by the freeze, and reads key and value of an entry only while
//    it holds its mark.
// 3. A mark is {epoch, writing, live}. Freeze number E makes E the current epoch. While snapshot E
//    runs, an entry is *frozen* exactly if it is live and its epoch is below E: it was there at the
//    freeze and nobody has saved it yet. Entries made later, also in re-used slots, carry E. Epochs
//    of a slot never go back, so an entry that has left the frozen state can't become frozen again
//    in snapshot E.
// 4. A frozen entry is saved by one side, decided by compare-and-swap on its mark:
//      task:   frozen -> {E, live}, while it holds aside_mu; then it encodes the entry into
//              `aside` and releases the mutex; only then is the entry changed or erased.
//      writer: frozen -> {old, writing, live}; encodes it; -> {E, live} with release order.
//    A task that meets `writing` waits for it: a few hundred nanoseconds.
// 5. The writer takes `aside` of a shard, under aside_mu, after it has visited all entries of the
//    shard. An entry that it found taken was taken under the mutex, so by then its copy is
//    complete, or `aside_complete` says that encoding it has thrown, and the snapshot is given up.
// 6. Without a running snapshot nobody looks at marks but to tell live entries from free ones.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "api/runtime/entry_buffer.h"
#include "api/runtime/key_traits.h"
#include "common/mutex.h"

namespace penstock {

/// State of one entry towards snapshots; see invariant 3.
struct EntryMark {
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kLive = 1;
  static constexpr std::uint32_t kWriting = 2;
  static constexpr unsigned kEpochShift = 2;

  static constexpr std::uint32_t Live(std::uint32_t epoch) {
    return (epoch << kEpochShift) | kLive;
  }
  static constexpr bool IsFrozen(std::uint32_t mark, std::uint32_t epoch) {
    return (mark & kLive) != 0 && (mark >> kEpochShift) != epoch;
  }
};

/// A slot of a table for one key. Task thread only, but for the mark.
template <typename K, typename V>
class StateEntry {
 public:
  StateEntry() {}   // NOLINT: the unions are filled by Create
  ~StateEntry() {}  // NOLINT
  StateEntry(const StateEntry&) = delete;
  StateEntry& operator=(const StateEntry&) = delete;

  const K& key() const { return key_.key(); }
  const V& value() const { return value_; }
  bool live() const { return mark_.load(std::memory_order_relaxed) != EntryMark::kFree; }

 private:
  template <typename, typename, typename>
  friend class StateShard;

  std::atomic<std::uint32_t> mark_{EntryMark::kFree};
  union {
    StoredKey<K> key_;
  };
  union {
    V value_;
  };
};

template <typename K, typename V, typename Policy>
class alignas(64) StateShard {
 public:
  using Entry = StateEntry<K, V>;

  static constexpr std::uint32_t PageEntries() {
    std::uint32_t entries = 8;
    while (entries < 512 && entries * 2 * sizeof(Entry) <= 16 * 1024) entries *= 2;
    return entries;
  }
  static constexpr std::uint32_t kPageEntries = PageEntries();

  /// The pages at a freeze, for the background thread.
  struct Frozen {
    std::vector<Entry*> pages;
    std::uint32_t slots = 0;  ///< Used ones, over all pages.
  };

  StateShard() : cells_(NewCells(kFirstCells)), mask_(kFirstCells - 1) {}
  ~StateShard() {
    for (std::uint32_t i = 0; i < slots_; ++i) {
      if (At(i).live()) Destroy(At(i));
    }
    for (Entry* page : pages_) std::allocator<Entry>().deallocate(page, kPageEntries);
  }
  StateShard(const StateShard&) = delete;
  StateShard& operator=(const StateShard&) = delete;

  /// `hash` here and below: the low 32 bits of the key's hash.
  Entry* Find(const K& key, std::uint32_t hash) {
    for (std::uint32_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Cell cell = cells_[i];
      if (cell.slot == kNoSlot) return nullptr;
      if (cell.hash == hash && KeysEqual(At(cell.slot - 1).key(), key)) return &At(cell.slot - 1);
    }
  }
  /// Adds a key that is not there.
  template <typename... Args>
  Entry& Create(const K& key, std::uint32_t hash, std::uint32_t epoch, Args&&... args) {
    if (size_ >= mask_ / 2) Grow();
    const std::uint32_t slot = TakeSlot();
    Entry& entry = At(slot);
    new (&entry.key_) StoredKey<K>(key);
    new (&entry.value_) V(std::forward<Args>(args)...);
    entry.mark_.store(EntryMark::Live(epoch), std::memory_order_relaxed);
    Place(cells_.get(), mask_, {hash, slot + 1});
    ++size_;
    return entry;
  }
  /// Removes a live entry that is not frozen.
  void Erase(Entry& entry, std::uint32_t hash) {
    std::uint32_t i = hash & mask_;
    while (cells_[i].slot == kNoSlot || &At(cells_[i].slot - 1) != &entry) i = (i + 1) & mask_;
    free_.push_back(cells_[i].slot - 1);
    CloseGap(i);
    Destroy(entry);
    entry.mark_.store(EntryMark::kFree, std::memory_order_relaxed);
    --size_;
  }
  static V& Value(Entry& entry) { return entry.value_; }

  /// Brings the cell, then the entry, that a key of this hash probably uses into the cache. The
  /// entry is the first one of this hash, null if there is none.
  void PrefetchCell(std::uint32_t hash) const { __builtin_prefetch(&cells_[hash & mask_]); }
  Entry* PrefetchEntry(std::uint32_t hash) const {
    for (std::uint32_t i = hash & mask_; cells_[i].slot != kNoSlot; i = (i + 1) & mask_) {
      if (cells_[i].hash != hash) continue;
      Entry* entry = &At(cells_[i].slot - 1);
      __builtin_prefetch(entry, 1);
      return entry;
    }
    return nullptr;
  }

  std::size_t size() const { return size_; }
  /// Used slots, live and free.
  std::uint32_t slots() const { return slots_; }
  Entry& At(std::uint32_t slot) const { return pages_[slot / kPageEntries][slot % kPageEntries]; }
  /// Without heap memory of keys and values, and without what of the last page was never touched.
  std::size_t MemoryBytes() const {
    return sizeof(*this) + slots_ * sizeof(Entry) + pages_.capacity() * sizeof(Entry*) +
           (mask_ + std::size_t{1}) * sizeof(Cell) + free_.capacity() * sizeof(std::uint32_t) +
           aside_bytes_.load(std::memory_order_relaxed);
  }
  static std::size_t HeapBytes(const Entry& entry) {
    return entry.key_.HeapBytes() + Policy::HeapBytes(entry.value_);
  }

  Frozen Freeze() const { return {pages_, slots_}; }
  /// Task thread, while snapshot `epoch` runs: afterwards the entry may be changed or erased.
  void Preserve(Entry& entry, std::uint32_t epoch, std::uint32_t max_parallelism);
  static bool NeedsPreserving(const Entry& entry, std::uint32_t epoch) {
    const std::uint32_t mark = entry.mark_.load(std::memory_order_acquire);
    return mark != EntryMark::Live(epoch);
  }
  /// Background thread: gathers and writes what was frozen, then forgets it.
  Status Write(const Frozen& frozen, std::uint32_t epoch, std::uint32_t max_parallelism,
               EntryBuffer& buffer, EntryWriter& writer);
  /// Task thread, after the snapshot: gives the memory of the copies back.
  void DropAside() {
    MutexLock lock(aside_mu_);
    aside_.reset();
    aside_complete_ = true;
    aside_bytes_.store(0, std::memory_order_relaxed);
  }

 private:
  struct Cell {
    std::uint32_t hash;
    std::uint32_t slot;  // number of the entry + 1
  };
  struct FreeCells {
    void operator()(Cell* cells) const { std::free(cells); }
  };
  using Cells = std::unique_ptr<Cell[], FreeCells>;
  static constexpr std::uint32_t kNoSlot = 0;
  static constexpr std::uint32_t kFirstCells = 16;

  // calloc: big indexes come as untouched zero pages.
  static Cells NewCells(std::size_t count) {
    auto* cells = static_cast<Cell*>(std::calloc(count, sizeof(Cell)));
    if (cells == nullptr) throw std::bad_alloc();
    return Cells(cells);
  }
  static void Place(Cell* cells, std::uint32_t mask, Cell cell) {
    std::uint32_t i = cell.hash & mask;
    while (cells[i].slot != kNoSlot) i = (i + 1) & mask;
    cells[i] = cell;
  }
  void Grow() {
    const std::uint32_t mask = mask_ * 2 + 1;
    Cells cells = NewCells(mask + std::size_t{1});
    for (std::uint32_t i = 0; i <= mask_; ++i) {
      if (cells_[i].slot != kNoSlot) Place(cells.get(), mask, cells_[i]);
    }
    cells_ = std::move(cells);
    mask_ = mask;
  }
  // Moves later cells of the run back, so that no probe stops early: deletion without tombstones.
  // Source: D. Knuth, The Art of Computer Programming, volume 3, 6.4, algorithm R.
  void CloseGap(std::uint32_t gap) {
    for (std::uint32_t i = (gap + 1) & mask_; cells_[i].slot != kNoSlot; i = (i + 1) & mask_) {
      const std::uint32_t home = cells_[i].hash & mask_;
      if (((i - home) & mask_) < ((i - gap) & mask_)) continue;
      cells_[gap] = cells_[i];
      gap = i;
    }
    cells_[gap].slot = kNoSlot;
  }
  std::uint32_t TakeSlot() {
    if (!free_.empty()) {
      const std::uint32_t slot = free_.back();
      free_.pop_back();
      return slot;
    }
    if (slots_ == pages_.size() * kPageEntries) {
      pages_.push_back(std::allocator<Entry>().allocate(kPageEntries));
    }
    new (&At(slots_)) Entry;
    return slots_++;
  }
  static void Destroy(Entry& entry) {
    entry.value_.~V();
    entry.key_.~StoredKey<K>();
  }
  static void Save(const Entry& entry, std::uint32_t max_parallelism, EntryBuffer& out) {
    out.StartKey(entry.key(), max_parallelism);
    Policy::Save(entry.value_, out);
  }
  bool TryTake(Entry& entry, std::uint32_t epoch, std::uint32_t max_parallelism);
  Result<std::unique_ptr<EntryBuffer>> TakeAside();

  /// Ends the writer's hold of an entry, also when encoding it throws: the task may wait for it.
  struct Release {
    ~Release() { entry.mark_.store(EntryMark::Live(epoch), std::memory_order_release); }
    Entry& entry;
    const std::uint32_t epoch;
  };

  // Task thread only.
  Cells cells_;
  std::uint32_t mask_;
  std::uint32_t size_ = 0;
  std::uint32_t slots_ = 0;
  std::vector<Entry*> pages_;
  std::vector<std::uint32_t> free_;

  Mutex aside_mu_;
  std::unique_ptr<EntryBuffer> aside_ GUARDED_BY(aside_mu_);  // null when empty
  bool aside_complete_ GUARDED_BY(aside_mu_) = true;
  std::atomic<std::size_t> aside_bytes_{0};
};

// False: the writer has it at the moment.
template <typename K, typename V, typename Policy>
bool StateShard<K, V, Policy>::TryTake(Entry& entry, std::uint32_t epoch,
                                       std::uint32_t max_parallelism) {
  MutexLock lock(aside_mu_);
  std::uint32_t mark = entry.mark_.load(std::memory_order_acquire);
  if (!EntryMark::IsFrozen(mark, epoch)) return true;
  if ((mark & EntryMark::kWriting) != 0) return false;
  if (!entry.mark_.compare_exchange_strong(mark, EntryMark::Live(epoch),
                                           std::memory_order_acq_rel)) {
    return false;
  }
  if (!aside_) aside_ = std::make_unique<EntryBuffer>();
  aside_complete_ = false;
  Save(entry, max_parallelism, *aside_);
  aside_complete_ = true;
  aside_bytes_.store(aside_->MemoryBytes(), std::memory_order_relaxed);
  return true;
}

template <typename K, typename V, typename Policy>
void StateShard<K, V, Policy>::Preserve(Entry& entry, std::uint32_t epoch,
                                        std::uint32_t max_parallelism) {
  for (int spins = 0; !TryTake(entry, epoch, max_parallelism); ++spins) {
    if (spins < 64) {
      __builtin_ia32_pause();
    } else {
      std::this_thread::yield();
    }
  }
}

template <typename K, typename V, typename Policy>
Result<std::unique_ptr<EntryBuffer>> StateShard<K, V, Policy>::TakeAside() {
  MutexLock lock(aside_mu_);
  if (!aside_complete_) return Status::Internal("an entry could not be copied before it changed");
  aside_bytes_.store(0, std::memory_order_relaxed);
  return std::move(aside_);
}

template <typename K, typename V, typename Policy>
Status StateShard<K, V, Policy>::Write(const Frozen& frozen, std::uint32_t epoch,
                                       std::uint32_t max_parallelism, EntryBuffer& buffer,
                                       EntryWriter& writer) {
  buffer.Clear();
  for (std::uint32_t slot = 0; slot < frozen.slots; ++slot) {
    Entry& entry = frozen.pages[slot / kPageEntries][slot % kPageEntries];
    std::uint32_t mark = entry.mark_.load(std::memory_order_relaxed);
    if (!EntryMark::IsFrozen(mark, epoch)) continue;
    if (!entry.mark_.compare_exchange_strong(mark, mark | EntryMark::kWriting,
                                             std::memory_order_acq_rel)) {
      continue;
    }
    const Release release{entry, epoch};
    Save(entry, max_parallelism, buffer);
  }
  PENSTOCK_ASSIGN_OR_RETURN(const std::unique_ptr<EntryBuffer> aside, TakeAside());
  if (aside) buffer.Refer(*aside);
  return buffer.WriteSorted(writer);
}

}  // namespace penstock
