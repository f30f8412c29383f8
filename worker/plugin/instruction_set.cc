#include "worker/plugin/instruction_set.h"

#include <algorithm>
#include <iterator>

namespace penstock {

#if defined(__x86_64__)
namespace {

/// Levels of the x86-64 psABI, https://gitlab.com/x86-psABIs/x86-64-ABI.
int ProcessorLevel() {
  if (__builtin_cpu_supports("x86-64-v4")) return 4;
  if (__builtin_cpu_supports("x86-64-v3")) return 3;
  if (__builtin_cpu_supports("x86-64-v2")) return 2;
  return 1;
}

struct KnownSet {
  std::string_view name;
  int level;  ///< The lowest that has all of its vector instructions.
};

constexpr KnownSet kKnownSets[] = {
    {"x86-64", 1},         {"x86-64-v2", 2},   {"x86-64-v3", 3},   {"x86-64-v4", 4},
    {"nehalem", 2},        {"westmere", 2},    {"sandybridge", 3}, {"ivybridge", 3},
    {"haswell", 3},        {"broadwell", 3},   {"skylake", 3},     {"alderlake", 3},
    {"znver1", 3},         {"znver2", 3},      {"znver3", 3},      {"znver4", 4},
    {"skylake-avx512", 4}, {"cascadelake", 4}, {"cooperlake", 4},  {"icelake-client", 4},
    {"icelake-server", 4}, {"tigerlake", 4},   {"rocketlake", 4},  {"sapphirerapids", 4},
};

}  // namespace

bool ProcessorSupports(std::string_view name) {
  const auto* known = std::find_if(std::begin(kKnownSets), std::end(kKnownSets),
                                   [&](const KnownSet& set) { return set.name == name; });
  return known != std::end(kKnownSets) && known->level <= ProcessorLevel();
}
#else
bool ProcessorSupports(std::string_view name) { return !name.starts_with("x86"); }
#endif

}  // namespace penstock
