#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/state_schema.h"
#include "common/status.h"

namespace penstock {

/// Which state is spoken of, for messages.
struct StateName {
  std::string operator_uid;
  std::string state;
};

/// How values that are stored in one layout become values of another one. Fields may be added
/// (they get their default), removed, reordered, renamed with an alias, and widened: integers
/// with their sign, unsigned ones also to larger signed ones, f32 to f64; the same within nested
/// structs, optionals, lists and arrays. Nothing else may change, and something must be left.
/// Immutable: may be used by several threads.
class ValueMigration {
 public:
  /// InvalidArgument that names all problems when `stored` cannot be read as `current`;
  /// `evolution` belongs to `current`.
  static Result<ValueMigration> Make(const StateName& name, const Fingerprint& stored,
                                     const Fingerprint& current, const Evolution& evolution);

  ValueMigration(ValueMigration&&) noexcept;
  ValueMigration& operator=(ValueMigration&&) noexcept;
  ~ValueMigration();

  /// Nothing has changed: Convert copies.
  bool trivial() const { return plan_ == nullptr; }
  /// What has changed, each in some words: "field 'total' is new". Empty when trivial.
  const std::vector<std::string>& changes() const { return changes_; }

  /// Sets `out` to the stored value `bytes` in the current layout. Corruption when `bytes` are no
  /// value of the stored one.
  Status Convert(std::string_view bytes, std::string& out) const;

 private:
  struct Plan;
  ValueMigration();

  std::unique_ptr<const Plan> plan_;
  std::vector<std::string> changes_;
};

/// What a state is must be what it was: "value", "panes" and so on.
Status CheckKind(const StateName& name, const std::string& stored, const std::string& current);

/// Keys and namespaces must be what they were: they decide where entries are. `part` is "key" or
/// "namespace".
Status CheckUnchanged(const StateName& name, std::string_view part, const Fingerprint& stored,
                      const Fingerprint& current);

}  // namespace penstock
