#pragma once

// One shard of a StateTable: entries at stable addresses, an index to find them, and the marks by
// which the task's thread and a snapshot's background thread share them.
//
// Invariants
// 1. An entry never moves. Its page is freed with the shard, or by Evict, which runs between two
//    calls of the operator and never during a snapshot: within a call a pointer to an entry stays
//    valid memory; whether a key lives there is told by its mark.
// 2. Everything but marks and `aside` belongs to the task's thread. The background thread reads
//    the list of changed slots and the pages as they were at the freeze, and reads key and value of
//    an entry only while it holds its mark.
// 3. A mark is {epoch, writing, erased, live}. Freeze number E is taken in epoch E and begins epoch
//    E + 1. An entry has *changed* exactly if it carries the current epoch; then its slot is in
//    `changed_`, which a freeze hands to its snapshot. While snapshot E runs, an entry is *frozen*
//    exactly if it carries E: it had changed at the freeze, and nobody has saved it yet. All others
//    are clean: the tier has them as they are.
// 4. A frozen entry is saved by one side, decided by compare-and-swap on its mark:
//      task:   frozen -> {E + 1}, while it holds aside_mu; then it encodes the entry into `aside`
//              and releases the mutex; only then is the entry changed or erased.
//      writer: frozen -> {E, writing}; encodes it; -> {clean} with release order.
//    A task that meets `writing` waits for it: a few hundred nanoseconds.
// 5. The writer takes `aside` of a shard, under aside_mu, after it has visited all slots of the
//    snapshot. An entry that it found taken was taken under the mutex, so by then its copy is
//    complete, or `aside_complete` says that encoding it has thrown, and the snapshot is given up.
// 6. An erased entry stays, without a value, as long as the tier may have one: it hides it. It is
//    dropped once the snapshot that holds its end is in the tier, and no other snapshot runs.
// 7. `complete`: what the shard doesn't hold, the tier doesn't hold either.

#include <algorithm>
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
#include "api/runtime/state_entry.h"
#include "common/mutex.h"

namespace penstock {

/// `Form` says how entries are encoded (EntryForm in state_table.h).
template <typename K, typename V, typename Form>
class alignas(64) StateShard {
 public:
  using Entry = StateEntry<K, V>;

  static constexpr std::uint32_t PageEntries() {
    std::uint32_t entries = 8;
    while (entries < 512 && entries * 2 * sizeof(Entry) <= 8 * 1024) entries *= 2;
    return entries;
  }
  static constexpr std::uint32_t kPageEntries = PageEntries();

  StateShard() : cells_(NewCells(kFirstCells)), mask_(kFirstCells - 1) {}
  ~StateShard() {
    for (Page& page : pages_) FreePage(page);
  }
  StateShard(const StateShard&) = delete;
  StateShard& operator=(const StateShard&) = delete;

  /// Once, before anything else; `form` outlives the shard.
  void Use(const Form& form) { form_ = &form; }

  // ---- task thread: finding and changing; `hash`: the low 32 bits of the key's hash ----

  /// Erased entries are found too; null when the shard holds nothing of the key.
  Entry* Find(const K& key, std::uint32_t hash) {
    for (std::uint32_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Cell cell = cells_[i];
      if (cell.slot == kNoSlot) return nullptr;
      if (cell.hash == hash && KeysEqual(At(cell.slot - 1).key(), key)) return &At(cell.slot - 1);
    }
  }
  /// Adds a key that is not held, with a value. `below`: the tier may have an entry of it. It has
  /// changed, unless `epoch` is EntryMark::kClean.
  template <typename... Args>
  Entry& Create(const K& key, std::uint32_t hash, std::uint32_t epoch, bool below, Args&&... args) {
    Entry& entry = Place(key, hash);
    new (&entry.value_) V(std::forward<Args>(args)...);
    Enter(entry, epoch, below, EntryMark::kLive);
    return entry;
  }
  /// Adds a key that is not held, as erased.
  void CreateErased(const K& key, std::uint32_t hash, std::uint32_t epoch) {
    Entry& entry = Place(key, hash);
    Enter(entry, epoch, /*below=*/true, EntryMark::kErased);
    erased_.push_back(entry.slot());
  }
  /// Before the first change of an entry in `epoch`. `frozen`: snapshot `epoch` - 1 runs.
  void MarkChanged(Entry& entry, std::uint32_t epoch, bool frozen) {
    if (frozen) {
      Preserve(entry, epoch);
    } else {
      entry.mark_.store(EntryMark::Make(epoch, entry.mark() & EntryMark::kPresence),
                        std::memory_order_relaxed);
    }
    entry.place_ |= Entry::kBelow;
    changed_.push_back(entry.slot());
  }
  /// Gives an erased entry, marked as changed, a value.
  template <typename... Args>
  void Revive(Entry& entry, Args&&... args) {
    new (&entry.value_) V(std::forward<Args>(args)...);
    SetPresence(entry, EntryMark::kLive);
    ++live_;
  }
  /// Removes the value of a live entry, marked as changed, and the entry too unless it must hide
  /// something below.
  void Erase(Entry& entry, std::uint32_t hash) {
    entry.value_.~V();
    --live_;
    if ((entry.place_ & Entry::kBelow) != 0) {
      SetPresence(entry, EntryMark::kErased);
      erased_.push_back(entry.slot());
    } else {
      Remove(entry, hash);
    }
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
  /// Visits live and erased entries; `visit` must not create or erase any.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (const Page& page : pages_) {
      for (std::uint32_t i = 0; i < page.used; ++i) {
        if (!page.entries[i].free()) visit(page.entries[i]);
      }
    }
  }

  bool complete() const { return complete_; }
  void set_complete(bool complete) { complete_ = complete; }
  /// Live entries.
  std::size_t size() const { return live_; }
  /// Slots that there are, used or not, for At; null where there is no page.
  std::uint32_t slots() const { return static_cast<std::uint32_t>(pages_.size()) * kPageEntries; }
  Entry* Peek(std::uint32_t slot) const {
    const Page& page = pages_[slot / kPageEntries];
    const std::uint32_t i = slot % kPageEntries;
    return i < page.used ? &page.entries[i] : nullptr;
  }
  /// Without heap memory of keys and values, and without what of a page was never touched.
  std::size_t MemoryBytes() const {
    return sizeof(*this) + used_ * sizeof(Entry) + pages_.capacity() * sizeof(Page) +
           (mask_ + std::size_t{1}) * sizeof(Cell) +
           (free_.capacity() + changed_.capacity() + erased_.capacity() +
            frozen_changed_.capacity() + droppable_.capacity()) *
               sizeof(std::uint32_t) +
           aside_bytes_.load(std::memory_order_relaxed);
  }
  static std::size_t HeapBytes(const Entry& entry) {
    return entry.key_.HeapBytes() + (entry.live() ? Form::HeapBytes(entry.value_) : 0);
  }

  // ---- task thread: snapshots ----

  /// Hands what has changed to the snapshot of `epoch`.
  void Freeze() {
    frozen_pages_ = changed_.empty() ? std::vector<Page>() : pages_;
    frozen_changed_ = std::exchange(changed_, {});
    frozen_erased_ = std::exchange(erased_, {});
  }
  /// The snapshot before `epoch` is over.
  void Thaw(bool stored, std::uint32_t epoch);
  /// Drops some erased entries that hide nothing any more. Not while a snapshot runs. `hash_of`
  /// gives the low half of a key's hash.
  template <typename HashOf>
  void DropErased(std::size_t most, HashOf&& hash_of) {
    for (; most > 0 && !droppable_.empty(); --most) {
      Entry& entry = At(droppable_.back());
      droppable_.pop_back();
      if (entry.mark() == EntryMark::Make(EntryMark::kClean, EntryMark::kErased)) {
        Remove(entry, hash_of(entry.key()));
      }
    }
  }
  bool has_droppable() const { return !droppable_.empty(); }

  // ---- background thread ----

  /// Adds what was frozen in `epoch` and what the task has copied aside since.
  Status Collect(std::uint32_t epoch, EntryBuffer& buffer);

  // ---- task thread: eviction ----

  /// Frees that many pages, those first whose entries were not touched since the last time. `leave`
  /// is called with every entry that goes, before. Not while a snapshot runs.
  template <typename Leave>
  void Evict(std::size_t pages, Leave&& leave);
  std::size_t pages() const { return pages_.size() - free_pages_.size(); }

 private:
  struct Cell {
    std::uint32_t hash;
    std::uint32_t slot;  // number of the entry + 1
  };
  struct Page {
    Entry* entries = nullptr;
    std::uint32_t used = 0;  // those from the front that were ever used
  };
  struct FreeCells {
    void operator()(Cell* cells) const { std::free(cells); }
  };
  using Cells = std::unique_ptr<Cell[], FreeCells>;
  static constexpr std::uint32_t kNoSlot = 0;
  static constexpr std::uint32_t kFirstCells = 16;

  // Few changes of a large table are far from each other: their cache misses overlap.
  static constexpr std::size_t kCollectedAhead = 8;

  Entry& FrozenAt(std::uint32_t slot) const {
    return frozen_pages_[slot / kPageEntries].entries[slot % kPageEntries];
  }
  Entry& At(std::uint32_t slot) const {
    return pages_[slot / kPageEntries].entries[slot % kPageEntries];
  }
  static void SetPresence(Entry& entry, std::uint32_t presence) {
    const std::uint32_t epoch = EntryMark::EpochOf(entry.mark());
    entry.mark_.store(EntryMark::Make(epoch, presence), std::memory_order_relaxed);
  }

  // calloc: big indexes come as untouched zero pages.
  static Cells NewCells(std::size_t count) {
    auto* cells = static_cast<Cell*>(std::calloc(count, sizeof(Cell)));
    if (cells == nullptr) throw std::bad_alloc();
    return Cells(cells);
  }
  static void PutCell(Cell* cells, std::uint32_t mask, Cell cell) {
    std::uint32_t i = cell.hash & mask;
    while (cells[i].slot != kNoSlot) i = (i + 1) & mask;
    cells[i] = cell;
  }
  /// Takes a slot for the key, in the index too.
  Entry& Place(const K& key, std::uint32_t hash) {
    if (held_ >= mask_ / 2) Grow();
    const std::uint32_t slot = TakeSlot();
    Entry& entry = At(slot);
    new (&entry.key_) StoredKey<K>(key);
    entry.place_ = slot;
    PutCell(cells_.get(), mask_, {hash, slot + 1});
    ++held_;
    return entry;
  }
  void Enter(Entry& entry, std::uint32_t epoch, bool below, std::uint32_t presence) {
    if (below) entry.place_ |= Entry::kBelow;
    entry.mark_.store(EntryMark::Make(epoch, presence), std::memory_order_relaxed);
    if (epoch != EntryMark::kClean) changed_.push_back(entry.slot());
    if (presence == EntryMark::kLive) ++live_;
  }
  /// Takes an entry whose value is gone out of the shard.
  void Remove(Entry& entry, std::uint32_t hash) {
    std::uint32_t i = hash & mask_;
    while (cells_[i].slot == kNoSlot || &At(cells_[i].slot - 1) != &entry) i = (i + 1) & mask_;
    CloseGap(i);
    free_.push_back(entry.slot());
    entry.key_.~StoredKey<K>();
    entry.mark_.store(EntryMark::kFree, std::memory_order_relaxed);
    --held_;
  }
  void Grow() { Rehash(mask_ * 2 + 1); }
  void Rehash(std::uint32_t mask) {
    Cells cells = NewCells(mask + std::size_t{1});
    for (std::uint32_t i = 0; i <= mask_; ++i) {
      if (cells_[i].slot != kNoSlot) PutCell(cells.get(), mask, cells_[i]);
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
    if (current_page_ == pages_.size() || pages_[current_page_].used == kPageEntries) NextPage();
    Page& page = pages_[current_page_];
    new (&page.entries[page.used]) Entry;
    ++used_;
    return current_page_ * kPageEntries + page.used++;
  }
  void NextPage() {
    current_page_ = static_cast<std::uint32_t>(pages_.size());
    if (free_pages_.empty()) {
      pages_.emplace_back();
    } else {
      current_page_ = free_pages_.back();
      free_pages_.pop_back();
    }
    pages_[current_page_].entries = std::allocator<Entry>().allocate(kPageEntries);
  }
  void FreePage(Page& page) {
    if (page.entries == nullptr) return;
    for (std::uint32_t i = 0; i < page.used; ++i) {
      Entry& entry = page.entries[i];
      if (entry.live()) entry.value_.~V();
      if (!entry.free()) entry.key_.~StoredKey<K>();
    }
    std::allocator<Entry>().deallocate(page.entries, kPageEntries);
    used_ -= page.used;
    page = {};
  }

  void Save(const Entry& entry, std::uint32_t presence, EntryBuffer& out) const {
    const auto append_key = [&](std::string& bytes) { form_->EncodeKey(entry.key(), bytes); };
    if (presence == EntryMark::kErased) return out.Erase(append_key);
    out.Put(append_key, [&](std::string& bytes) { Form::Encode(entry.value_, bytes); });
  }
  void Preserve(Entry& entry, std::uint32_t epoch);
  bool TryTake(Entry& entry, std::uint32_t epoch);
  Result<std::unique_ptr<EntryBuffer>> TakeAside();
  void DropAside() {
    MutexLock lock(aside_mu_);
    aside_.reset();
    aside_complete_ = true;
    aside_bytes_.store(0, std::memory_order_relaxed);
  }
  std::vector<bool> ChoosePages(std::size_t wanted);
  bool IsHot(const Page& page);
  void RemoveGone(const std::vector<bool>& gone);

  /// Ends the writer's hold of an entry, also when encoding it throws: the task may wait for it.
  struct Release {
    ~Release() {
      entry.mark_.store(EntryMark::Make(EntryMark::kClean, presence), std::memory_order_release);
    }
    Entry& entry;
    const std::uint32_t presence;
  };

  // Task thread only.
  Cells cells_;
  std::uint32_t mask_;
  std::uint32_t held_ = 0;  // live and erased
  std::uint32_t live_ = 0;
  std::uint32_t used_ = 0;  // over all pages
  std::uint32_t current_page_ = 0;
  std::uint32_t hand_ = 0;  // page where the next eviction begins to look
  bool complete_ = true;
  std::vector<Page> pages_;
  std::vector<std::uint32_t> free_pages_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> changed_;    // slots; may name one twice, or a free one
  std::vector<std::uint32_t> erased_;     // of those: erased in this epoch; likewise
  std::vector<std::uint32_t> droppable_;  // erased in epochs that are in the tier; likewise
  std::vector<std::uint32_t> frozen_erased_;

  const Form* form_ = nullptr;

  // Constant while a snapshot runs; read by the background thread.
  std::vector<Page> frozen_pages_;
  std::vector<std::uint32_t> frozen_changed_;

  Mutex aside_mu_;
  std::unique_ptr<EntryBuffer> aside_ GUARDED_BY(aside_mu_);  // null when empty
  bool aside_complete_ GUARDED_BY(aside_mu_) = true;
  std::atomic<std::size_t> aside_bytes_{0};
};

// False: the writer has it at the moment.
template <typename K, typename V, typename Form>
bool StateShard<K, V, Form>::TryTake(Entry& entry, std::uint32_t epoch) {
  MutexLock lock(aside_mu_);
  std::uint32_t mark = entry.mark_.load(std::memory_order_acquire);
  if ((mark & EntryMark::kWriting) != 0) return false;
  const std::uint32_t presence = mark & EntryMark::kPresence;
  const std::uint32_t taken = EntryMark::Make(epoch, presence);
  if (EntryMark::EpochOf(mark) != epoch - 1) {
    entry.mark_.store(taken, std::memory_order_relaxed);
    return true;
  }
  if (!entry.mark_.compare_exchange_strong(mark, taken, std::memory_order_acq_rel)) return false;
  if (!aside_) aside_ = std::make_unique<EntryBuffer>();
  aside_complete_ = false;
  Save(entry, presence, *aside_);
  aside_complete_ = true;
  aside_bytes_.store(aside_->MemoryBytes(), std::memory_order_relaxed);
  return true;
}

template <typename K, typename V, typename Form>
void StateShard<K, V, Form>::Preserve(Entry& entry, std::uint32_t epoch) {
  for (int spins = 0; !TryTake(entry, epoch); ++spins) {
    if (spins < 64) {
      __builtin_ia32_pause();
    } else {
      std::this_thread::yield();
    }
  }
}

template <typename K, typename V, typename Form>
Result<std::unique_ptr<EntryBuffer>> StateShard<K, V, Form>::TakeAside() {
  MutexLock lock(aside_mu_);
  if (!aside_complete_) return Status::Internal("an entry could not be copied before it changed");
  aside_bytes_.store(0, std::memory_order_relaxed);
  return std::move(aside_);
}

template <typename K, typename V, typename Form>
Status StateShard<K, V, Form>::Collect(std::uint32_t epoch, EntryBuffer& buffer) {
  for (std::size_t i = 0; i < frozen_changed_.size(); ++i) {
    if (i + kCollectedAhead < frozen_changed_.size()) {
      __builtin_prefetch(&FrozenAt(frozen_changed_[i + kCollectedAhead]), 1);
    }
    Entry& entry = FrozenAt(frozen_changed_[i]);
    std::uint32_t mark = entry.mark_.load(std::memory_order_relaxed);
    if (EntryMark::EpochOf(mark) != epoch || (mark & EntryMark::kPresence) == 0) continue;
    if (!entry.mark_.compare_exchange_strong(mark, mark | EntryMark::kWriting,
                                             std::memory_order_acq_rel)) {
      continue;
    }
    const Release release{entry, mark & EntryMark::kPresence};
    Save(entry, release.presence, buffer);
  }
  PENSTOCK_ASSIGN_OR_RETURN(std::unique_ptr<EntryBuffer> aside, TakeAside());
  if (aside) buffer.Adopt(std::move(aside));
  return Status::Ok();
}

template <typename K, typename V, typename Form>
void StateShard<K, V, Form>::Thaw(bool stored, std::uint32_t epoch) {
  DropAside();
  auto& erased = stored ? droppable_ : erased_;
  erased.insert(erased.end(), frozen_erased_.begin(), frozen_erased_.end());
  if (!stored) {
    for (const std::uint32_t slot : frozen_changed_) {
      Entry& entry = At(slot);
      if (!entry.free() && !entry.changed_in(epoch)) MarkChanged(entry, epoch, /*frozen=*/false);
    }
  }
  frozen_pages_ = {};
  frozen_changed_ = {};
  frozen_erased_ = {};
}

template <typename K, typename V, typename Form>
template <typename Leave>
void StateShard<K, V, Form>::Evict(std::size_t pages, Leave&& leave) {
  if (pages == 0) return;
  const std::vector<bool> gone = ChoosePages(pages);
  for (std::uint32_t p = 0; p < pages_.size(); ++p) {
    if (!gone[p]) continue;
    for (std::uint32_t i = 0; i < pages_[p].used; ++i) {
      if (!pages_[p].entries[i].free()) leave(pages_[p].entries[i]);
    }
  }
  RemoveGone(gone);
  complete_ = false;
}

/// The clock algorithm, page by page: a page that was used since the hand's last visit gets a
/// second chance.
template <typename K, typename V, typename Form>
std::vector<bool> StateShard<K, V, Form>::ChoosePages(std::size_t wanted) {
  std::vector<bool> gone(pages_.size(), false);
  const std::size_t looks = 2 * pages_.size();
  for (std::size_t look = 0; look < looks && wanted > 0; ++look) {
    if (hand_ >= pages_.size()) hand_ = 0;
    const std::uint32_t p = hand_++;
    if (pages_[p].entries == nullptr || gone[p] || IsHot(pages_[p])) continue;
    gone[p] = true;
    --wanted;
  }
  return gone;
}

template <typename K, typename V, typename Form>
bool StateShard<K, V, Form>::IsHot(const Page& page) {
  std::uint32_t touched = 0;
  for (std::uint32_t i = 0; i < page.used; ++i) {
    Entry& entry = page.entries[i];
    if ((entry.place_ & Entry::kTouched) != 0) ++touched;
    entry.place_ &= ~Entry::kTouched;
  }
  return touched * 4 > page.used;
}

template <typename K, typename V, typename Form>
void StateShard<K, V, Form>::RemoveGone(const std::vector<bool>& gone) {
  const auto is_gone = [&](std::uint32_t slot) { return gone[slot / kPageEntries]; };
  for (auto* slots : {&free_, &changed_, &erased_, &droppable_}) std::erase_if(*slots, is_gone);
  for (std::uint32_t i = 0; i <= mask_; ++i) {
    if (cells_[i].slot == kNoSlot || !is_gone(cells_[i].slot - 1)) continue;
    const Entry& entry = At(cells_[i].slot - 1);
    --held_;
    if (entry.live()) --live_;
    cells_[i].slot = kNoSlot;
  }
  for (std::uint32_t p = 0; p < gone.size(); ++p) {
    if (!gone[p]) continue;
    FreePage(pages_[p]);
    free_pages_.push_back(p);
  }
  if (current_page_ < gone.size() && gone[current_page_]) {
    current_page_ = static_cast<std::uint32_t>(pages_.size());
  }
  std::uint32_t mask = mask_;
  while (mask > kFirstCells - 1 && held_ < mask / 8) mask /= 2;
  Rehash(mask);
}

}  // namespace penstock
