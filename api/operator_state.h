#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/runtime/codec.h"
#include "api/runtime/operator_states.h"

namespace penstock {

namespace internal {

/// What the two lists have in common.
template <typename T, Redistribution kRedistribution>
class ListStateBase : public OperatorState {
  static_assert(!Codec<T>::kHoldsText,
                "a state must own its characters: use std::string instead of penstock::Text in it");

 public:
  ListStateBase& operator=(const ListStateBase&) = delete;

  const std::vector<T>& get() const { return elements_; }
  auto begin() const { return elements_.begin(); }
  auto end() const { return elements_.end(); }
  std::size_t size() const { return elements_.size(); }
  bool empty() const { return elements_.empty(); }
  void add(T element) { elements_.push_back(std::move(element)); }
  /// Replaces all elements.
  void set(std::vector<T> elements) { elements_ = std::move(elements); }
  /// The elements for changing them in place.
  std::vector<T>& edit() { return elements_; }
  void clear() { elements_.clear(); }

 protected:
  ListStateBase(OperatorStateOwner* owner, std::string name) {
    this->DeclareIn(*owner, std::move(name));
  }
  ListStateBase(const ListStateBase&) = default;

 private:
  Redistribution redistribution() const final { return kRedistribution; }
  const char* kind() const final {
    return kRedistribution == Redistribution::kDealt ? "list-operator" : "union";
  }
  Fingerprint key() const final { return {}; }
  Fingerprint value() const final { return FingerprintOf<T>(); }
  std::size_t element_count() const final { return elements_.size(); }
  [[gnu::cold]] void SaveElements(std::string& out) const final {
    for (const auto& element : elements_) {
      AppendSized(out, [&](std::string& bytes) { Codec<T>::Encode(element, bytes); });
    }
  }
  [[gnu::cold]] bool LoadElement(std::string_view bytes) final {
    ByteReader in(bytes);
    T element{};
    if (!Codec<T>::Decode(in, element) || in.remaining() != 0) return false;
    elements_.push_back(std::move(element));
    return true;
  }

  std::vector<T> elements_;
};

/// Orders keys by `<` when they have it, else by their encoded form.
template <typename K>
struct KeyOrder {
  bool operator()(const K& a, const K& b) const {
    if constexpr (requires { a < b; }) {
      return a < b;
    } else {
      return EncodeToString(a) < EncodeToString(b);
    }
  }
};

}  // namespace internal

/// A list that belongs to an operator and not to a key, kept through failures: a member of a
/// Process or KeyedProcess, declared as
///   penstock::ListOperatorState<Event> waiting{this, "waiting"};
/// Each subtask has a list of its own. When the operator is restored with another parallelism the
/// elements of all lists, in order, are dealt to the new subtasks in turn; each goes to one. Held
/// in memory and written whole with every checkpoint: not for many elements.
template <typename T>
class ListOperatorState final
    : public internal::ListStateBase<T, internal::Redistribution::kDealt> {
 public:
  /// `name` is unique within the function and finds the state again after a restore.
  ListOperatorState(internal::OperatorStateOwner* owner, std::string name)
      : internal::ListStateBase<T, internal::Redistribution::kDealt>(owner, std::move(name)) {}
};

/// The same, but after every restore, also one with the same parallelism, each subtask has the
/// elements of all subtasks, in order, and keeps those that it wants: in open() of a Process.
/// Elements that all keep multiply with every restore.
template <typename T>
class UnionListState final : public internal::ListStateBase<T, internal::Redistribution::kToAll> {
 public:
  UnionListState(internal::OperatorStateOwner* owner, std::string name)
      : internal::ListStateBase<T, internal::Redistribution::kToAll>(owner, std::move(name)) {}
};

/// A map that is the same at all subtasks, because each changes it alike by the records of a
/// broadcast() stream; nothing checks that. Declared as
///   penstock::BroadcastState<std::string, Rule> rules{this, "rules"};
/// in a Process. A new subtask gets a copy. Iteration is in ascending order of keys, and gives
/// pairs of key and value. Held in memory and written whole by every subtask.
template <typename K, typename V>
class BroadcastState final : public internal::OperatorState {
  static_assert(!Codec<K>::kHoldsText && !Codec<V>::kHoldsText,
                "a state must own its characters: use std::string instead of penstock::Text in it");
  static_assert(kIsKey<K>, "a key must not contain floating-point numbers");

 public:
  BroadcastState(internal::OperatorStateOwner* owner, std::string name) {
    DeclareIn(*owner, std::move(name));
  }
  BroadcastState(const BroadcastState&) = default;
  BroadcastState& operator=(const BroadcastState&) = delete;

  /// Null when there is none. Valid until the key is erased.
  const V* get(const K& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }
  bool contains(const K& key) const { return get(key) != nullptr; }
  void put(const K& key, V value) { entries_.insert_or_assign(key, std::move(value)); }
  void erase(const K& key) { entries_.erase(key); }
  void clear() { entries_.clear(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

 private:
  internal::Redistribution redistribution() const override {
    return internal::Redistribution::kFirst;
  }
  const char* kind() const override { return "broadcast"; }
  Fingerprint key() const override { return FingerprintOf<K>(); }
  Fingerprint value() const override { return FingerprintOf<V>(); }
  std::size_t element_count() const override { return entries_.size(); }
  [[gnu::cold]] void SaveElements(std::string& out) const override {
    for (const auto& entry : entries_) {
      internal::AppendSized(out, [&](std::string& bytes) {
        Codec<K>::Encode(entry.first, bytes);
        Codec<V>::Encode(entry.second, bytes);
      });
    }
  }
  [[gnu::cold]] bool LoadElement(std::string_view bytes) override {
    ByteReader in(bytes);
    K key{};
    V value{};
    if (!Codec<K>::Decode(in, key) || !Codec<V>::Decode(in, value)) return false;
    return in.remaining() == 0 && entries_.emplace(std::move(key), std::move(value)).second;
  }

  std::map<K, V, internal::KeyOrder<K>> entries_;
};

}  // namespace penstock
