#pragma once

#include <string>
#include <vector>

#include "common/fingerprint.h"

namespace penstock {

/// The field `now` was called `before` in earlier versions of its type. `now` is the field's whole
/// name in the fingerprint ("inner.average", "items[].average"), `before` its last part only.
struct FieldAlias {
  std::string now;
  std::string before;
  bool operator==(const FieldAlias&) const = default;
};

/// A default-constructed value, encoded: of the whole type (`path` is empty), or of what is within
/// a container ("items[]", "last?"). New fields take their values from there.
struct DefaultValue {
  std::string path;
  std::string bytes;
  bool operator==(const DefaultValue&) const = default;
};

/// What values of an older layout need beside the fingerprint to be read as the present type.
struct Evolution {
  std::vector<FieldAlias> aliases;
  std::vector<DefaultValue> defaults;
  bool operator==(const Evolution&) const = default;
};

/// One keyed state as a job declares it.
struct StateSchema {
  std::string name;  ///< Unique within its operator.
  std::string kind;  ///< "value", "panes", "timers".
  Fingerprint key;
  Fingerprint space;  ///< Namespace; empty when the state has none.
  Fingerprint value;
  Evolution evolution = {};  ///< Of the value.
  bool operator==(const StateSchema&) const = default;
};

}  // namespace penstock
