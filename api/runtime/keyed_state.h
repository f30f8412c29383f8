#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/expiry.h"
#include "api/runtime/keyed_table.h"
#include "api/ttl.h"
#include "common/key_group.h"

namespace penstock {

template <typename K, typename Fn>
class KeyedFunctionOperator;

namespace internal {

/// The key that an operator is working on, and when. `turn` changes whenever the key does.
template <typename K>
struct CurrentKey {
  const K* key = nullptr;
  std::uint64_t hash = 0;
  std::uint64_t turn = 0;
  StateTime time;
};

/// A state of a process function at one subtask, for its operator.
class BoundState {
 public:
  virtual ~BoundState() = default;
  virtual KeyedTable& table() = 0;
  /// Drops what has expired among the next `slots` slots in memory. Between two turns.
  virtual void Sweep(std::uint32_t slots) { static_cast<void>(slots); }
};

/// Where a state is; `current` outlives it.
template <typename K>
struct StateSite {
  KeyGroupRange groups;
  std::uint32_t max_parallelism = 1;
  const CurrentKey<K>& current;
  TimeToLive ttl;
};

/// A state that is a member of a process function over keys K, as found when the function was
/// constructed. The offset from the KeyedStateOwner base survives copying the function.
template <typename K>
struct StateDeclaration {
  std::ptrdiff_t offset = 0;
  std::string name;
  TimeToLive ttl;
  StateDescriptor (*describe)(const std::string& uid, const std::string& name) = nullptr;
  /// Connects the member to a table of its own.
  std::unique_ptr<BoundState> (*bind)(void* state, StateDescriptor descriptor,
                                      const StateSite<K>& site) = nullptr;
};

/// Base of functions that may have keyed states: knows its members that are some.
template <typename K>
class KeyedStateOwner {
 private:
  template <typename>
  friend class KeyedState;
  template <typename, typename>
  friend class penstock::KeyedFunctionOperator;
  friend class KeyedStates;

  std::vector<StateDeclaration<K>> states_;
};

/// What the owner's declarations say, for everybody but the operator.
class KeyedStates {
 public:
  template <typename K>
  static const std::vector<StateDeclaration<K>>& Of(const KeyedStateOwner<K>& owner) {
    return owner.states_;
  }
};

/// Base of the keyed states, which reach the current key's part of their table through a `Cell`,
/// whatever the key's type.
template <typename Cell>
class KeyedState {
 public:
  KeyedState& operator=(const KeyedState&) = delete;

 protected:
  KeyedState() = default;
  // A copy belongs to the copied function and is connected by that one's operator.
  KeyedState(const KeyedState&) noexcept {}
  ~KeyedState() = default;

  /// `Bound` is the Cell over keys K: a BoundState with a static Describe and a constructor from
  /// descriptor and StateSite.
  template <typename Bound, typename K>
  void DeclareIn(KeyedStateOwner<K>& owner, std::string name, TimeToLive ttl = {}) {
    owner.states_.push_back({reinterpret_cast<char*>(this) - reinterpret_cast<char*>(&owner),
                             std::move(name), ttl, &Bound::Describe, &Bind<Bound, K>});
  }
  Cell& cell() const {
    assert(cell_ != nullptr);
    return *cell_;
  }

 private:
  template <typename Bound, typename K>
  static std::unique_ptr<BoundState> Bind(void* state, StateDescriptor descriptor,
                                          const StateSite<K>& site) {
    auto bound = std::make_unique<Bound>(std::move(descriptor), site);
    static_cast<KeyedState*>(state)->cell_ = bound.get();
    return bound;
  }

  Cell* cell_ = nullptr;
};

}  // namespace internal
}  // namespace penstock
