#pragma once

#include <string>
#include <vector>

namespace penstock {

/// One field of a stored type: its name and the name of its type, as the codec writes them.
struct TypeField {
  std::string name;
  std::string type;
  bool operator==(const TypeField&) const = default;
};

/// The layout of a stored type: the ordered list of its fields, nested ones flattened with dotted
/// names. Stored in full with every snapshot; a restore compares it and shows both lists when they
/// differ.
using Fingerprint = std::vector<TypeField>;

/// For people: "(origin string, delay i32)".
inline std::string ToString(const Fingerprint& fields) {
  std::string text;
  for (const TypeField& field : fields) {
    if (!text.empty()) text += ", ";
    text += field.name.empty() ? field.type : field.name + " " + field.type;
  }
  return "(" + text + ")";
}

}  // namespace penstock
