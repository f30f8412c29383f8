#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock {

/// One value of a configuration file.
struct YamlEntry {
  std::string key;  // dotted
  std::string value;
  int line = 0;  // from 1
};

/// A configuration file as a list of dotted keys; `a: {b: 1}` and `a.b: 1` are the same. Duplicates
/// are kept for the caller to find.
struct FlatYaml {
  std::vector<YamlEntry> entries;
  /// One line each, without the file's name.
  std::vector<std::string> problems;
};

FlatYaml ParseFlatYaml(std::string_view text);

}  // namespace penstock
