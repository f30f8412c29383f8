#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/runtime/keyed_table.h"
#include "api/runtime/operator_restore.h"
#include "common/bytes.h"
#include "common/fingerprint.h"
#include "common/status.h"

namespace penstock::internal {

/// How the elements of an operator state come to new subtasks.
enum class Redistribution : unsigned char {
  kDealt,  ///< Each to one subtask, in turn. A subtask of as many as before keeps its own.
  kToAll,  ///< All to everyone, also when there are as many as before.
  kFirst,  ///< Everyone a copy of one subtask's, because all are equal.
};

class OperatorStateOwner;

/// A state that belongs to an operator and not to a key: a member of a function, whose value it
/// holds itself. This is what its operator sees of it.
class OperatorState {
 public:
  virtual ~OperatorState() = default;

  virtual Redistribution redistribution() const = 0;
  /// As in StateDescriptor.
  virtual const char* kind() const = 0;
  virtual Fingerprint key() const = 0;
  virtual Fingerprint value() const = 0;

  virtual std::size_t element_count() const = 0;
  /// Appends each element as a string (ByteWriter::String).
  virtual void SaveElements(std::string& out) const = 0;
  /// Adds an element that SaveElements wrote; false when it is damaged.
  virtual bool LoadElement(std::string_view element) = 0;

 protected:
  /// Makes it known to the function that it is a member of.
  void DeclareIn(OperatorStateOwner& owner, std::string name);
};

/// Appends what `encode(out)` appends, as a string.
template <typename Encode>
void AppendSized(std::string& out, Encode&& encode) {
  const std::size_t begin = out.size();
  out.append(sizeof(std::uint32_t), '\0');
  encode(out);
  const auto size = static_cast<std::uint32_t>(out.size() - begin - sizeof(std::uint32_t));
  std::memcpy(out.data() + begin, &size, sizeof(size));
}

/// Base of functions that may have operator states: knows its members that are some. Their offsets
/// survive copying the function.
class OperatorStateOwner {
 private:
  friend class OperatorState;
  friend class OperatorStates;

  struct Declaration {
    std::ptrdiff_t offset = 0;
    std::string name;
  };
  std::vector<Declaration> operator_states_;
};

inline void OperatorState::DeclareIn(OperatorStateOwner& owner, std::string name) {
  owner.operator_states_.push_back(
      {reinterpret_cast<char*>(this) - reinterpret_cast<char*>(&owner), std::move(name)});
}

/// The operator states of one function, for its operator: writes them and shares them out again
/// (docs/formats/snapshot.md). Task thread only.
class OperatorStates {
 public:
  /// Appends what the function declares. It must be where it was constructed or copied to.
  template <typename Fn>
  [[gnu::cold]] static void Describe(const std::string& uid, const Fn& function,
                                     std::vector<StateDescriptor>& states) {
    const OperatorStateOwner& owner = function;
    for (const OperatorStateOwner::Declaration& declaration : owner.operator_states_) {
      const OperatorState& state = *At(&owner, declaration.offset);
      states.push_back({uid, declaration.name, state.kind(), state.key(), {}, state.value()});
    }
  }

  /// Finds the states of `function`, which outlives this.
  template <typename Fn>
  [[gnu::cold]] Status Bind(const std::string& uid, Fn& function) {
    uid_ = uid;
    OperatorStateOwner& owner = function;
    const std::string_view bytes(reinterpret_cast<const char*>(&function), sizeof(function));
    for (const OperatorStateOwner::Declaration& declaration : owner.operator_states_) {
      const char* member = reinterpret_cast<const char*>(&owner) + declaration.offset;
      if (member < bytes.data() || member >= bytes.data() + bytes.size()) {
        return Status::InvalidArgument(
            "state \"" + declaration.name + "\" of \"" + uid + "\" is not a member of its function",
            "declare it in the class, with {this, \"" + declaration.name + "\"}");
      }
      states_.push_back({declaration.name, At(&owner, declaration.offset)});
    }
    return Status::Ok();
  }

  /// Appends all states.
  [[gnu::cold]] Status Save(std::string& out) const {
    ByteWriter writer(out);
    writer.Fixed(kVersion);
    writer.Fixed(static_cast<std::uint32_t>(states_.size()));
    for (const Bound& bound : states_) {
      writer.String(bound.name);
      writer.String(bound.state->kind());
      AppendFingerprint(bound.state->key(), writer);
      AppendFingerprint(bound.state->value(), writer);
      writer.Fixed(static_cast<std::uint32_t>(bound.state->element_count()));
      bound.state->SaveElements(out);
    }
    if (out.size() <= UINT32_MAX) return Status::Ok();
    return Status::User(ErrorCode::kResourceExhausted,
                        "the operator states of \"" + uid_ + "\" have " +
                            std::to_string(out.size()) + " bytes, more than can be stored",
                        "keep big state by key, or give the operator more subtasks");
  }

  /// Fills the states, which must be empty, with this subtask's share; what the checkpoint doesn't
  /// have stays empty. `restore` has what Save appended, and nothing else.
  [[gnu::cold]] Status Restore(const OperatorRestore& restore) {
    if (restore.states.empty()) return Status::Ok();
    for (Bound& bound : states_) bound.deal.emplace_back(restore);
    for (const OperatorRestore::State& old : restore.states) {
      PENSTOCK_RETURN_IF_ERROR(RestoreFrom(old, restore));
    }
    return Status::Ok();
  }

 private:
  static constexpr std::uint32_t kVersion = 1;

  struct Bound {
    std::string name;
    OperatorState* state = nullptr;
    std::vector<Deal> deal{};  // one, while restoring
  };
  /// How a state was declared when it was stored.
  struct Stored {
    std::string_view name;
    std::string_view kind;
    Fingerprint key;
    Fingerprint value;
  };

  static const OperatorState* At(const OperatorStateOwner* owner, std::ptrdiff_t offset) {
    return reinterpret_cast<const OperatorState*>(reinterpret_cast<const char*>(owner) + offset);
  }
  static OperatorState* At(OperatorStateOwner* owner, std::ptrdiff_t offset) {
    return reinterpret_cast<OperatorState*>(reinterpret_cast<char*>(owner) + offset);
  }
  static void AppendFingerprint(const Fingerprint& fields, ByteWriter& out) {
    out.Fixed(static_cast<std::uint32_t>(fields.size()));
    for (const TypeField& field : fields) {
      out.String(field.name);
      out.String(field.type);
    }
  }
  static Fingerprint ReadFingerprint(ByteReader& in) {
    Fingerprint fields;
    const auto count = in.Fixed<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
      TypeField& field = fields.emplace_back();
      field.name = in.String();
      field.type = in.String();
    }
    return fields;
  }
  Status Damaged() const {
    return Status::Corruption("the operator states of \"" + uid_ + "\" are damaged");
  }

  Status RestoreFrom(const OperatorRestore::State& old, const OperatorRestore& restore) {
    ByteReader in(old.bytes);
    const auto version = in.Fixed<std::uint32_t>();
    const auto count = in.Fixed<std::uint32_t>();
    if (in.failed() || version != kVersion) return Damaged();
    for (std::uint32_t i = 0; i < count; ++i) {
      Stored stored;
      stored.name = in.String();
      stored.kind = in.String();
      stored.key = ReadFingerprint(in);
      stored.value = ReadFingerprint(in);
      const auto elements = in.Fixed<std::uint32_t>();
      if (in.failed()) return Damaged();
      Bound* bound = nullptr;
      PENSTOCK_RETURN_IF_ERROR(Claim(stored, restore, bound));
      for (std::uint32_t j = 0; j < elements; ++j) {
        const std::string_view element = in.String();
        if (in.failed()) return Damaged();
        if (bound == nullptr || !IsMine(*bound, old.subtask, restore)) continue;
        if (!bound->state->LoadElement(element)) return Damaged();
      }
    }
    return in.remaining() == 0 ? Status::Ok() : Damaged();
  }

  /// The state that was stored under that name; null when it is to be dropped.
  Status Claim(const Stored& stored, const OperatorRestore& restore, Bound*& claimed) {
    for (Bound& bound : states_) {
      if (bound.name != stored.name) continue;
      PENSTOCK_RETURN_IF_ERROR(CheckLayout(stored, *bound.state));
      if (bound.state->redistribution() == Redistribution::kToAll &&
          restore.states.size() != restore.old_parallelism) {
        return Status::Corruption("the checkpoint lacks parts of state \"" + bound.name +
                                  "\" of \"" + uid_ + "\"");
      }
      claimed = &bound;
      return Status::Ok();
    }
    if (restore.ignore_unclaimed) return Status::Ok();
    return Status::InvalidArgument(
        "state \"" + std::string(stored.name) + "\" of operator \"" + uid_ +
            "\" matches no state of the job",
        "declare it as when the checkpoint was taken, or drop it by restoring with "
        "execution.state-recovery.ignore-unclaimed-state: true");
  }

  Status CheckLayout(const Stored& stored, const OperatorState& state) const {
    const std::string before = LayoutOf(stored.kind, stored.key, stored.value);
    const std::string now = LayoutOf(state.kind(), state.key(), state.value());
    if (before == now) return Status::Ok();
    return Status::InvalidArgument(
        "state \"" + std::string(stored.name) + "\" of operator \"" + uid_ +
            "\" has changed\n  in the checkpoint: " + before + "\n  in the job:        " + now,
        "declare it as before, or give the state a new name and start without it");
  }
  static std::string LayoutOf(std::string_view kind, const Fingerprint& key,
                              const Fingerprint& value) {
    std::string layout(kind);
    if (!key.empty()) layout += " of " + ToString(key) + " to";
    return layout + " " + ToString(value);
  }

  static bool IsMine(Bound& bound, std::uint32_t old_subtask, const OperatorRestore& restore) {
    switch (bound.state->redistribution()) {
      case Redistribution::kToAll: return true;
      case Redistribution::kFirst:
        return old_subtask == (restore.same_parallelism() ? restore.subtask : 0);
      case Redistribution::kDealt: break;
    }
    return restore.Considers(old_subtask) && bound.deal.front().Next();
  }

  std::string uid_;
  std::vector<Bound> states_;
};

}  // namespace penstock::internal
