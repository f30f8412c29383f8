#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/status.h"

namespace penstock {

/// The functions of one ELF file, by its symbol table, or the one for the dynamic linker when it
/// has been stripped. Constant.
class ElfSymbols {
 public:
  /// Any file may be given: what is no ELF file of this machine is kInvalidArgument.
  static Result<ElfSymbols> Read(const std::string& path);

  /// The demangled name of the function at an address as the file counts them; nothing when it is
  /// in none.
  std::optional<std::string> Find(std::uint64_t address) const;

 private:
  struct Function {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  // 0: not known
    std::uint32_t name = 0;
  };
  std::vector<Function> functions_;  // by begin
  std::string names_;                // each ends with a zero
};

/// A C++ name as people write it, cut where it gets too long to be read.
std::string Demangle(const char* name);

/// Where an address is in a file: what a process can say of it while it crashes.
struct CodePlace {
  std::string module;  ///< Path; "/proc/self/exe" for the program itself; empty when unknown.
  std::uint64_t offset = 0;
};
CodePlace PlaceOf(std::uintptr_t address);

/// Names code addresses of this process, reading each file once. One thread; drop it after use: the
/// tables are large.
class Symbolizer {
 public:
  /// "function" or, when that is not known, "libx.so+0x1234".
  std::string Name(std::uintptr_t address);
  std::string Name(const CodePlace& place);

 private:
  std::map<std::string, std::optional<ElfSymbols>> modules_;
  std::map<std::uintptr_t, std::string> names_;
};

}  // namespace penstock
