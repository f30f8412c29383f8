#include "common/stacks/symbols.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "common/process.h"

namespace penstock {
namespace {

constexpr std::uint64_t kMaxSection = 512ull << 20;
constexpr std::size_t kMaxSections = 1u << 16;
constexpr std::size_t kLongestName = 300;

/// Reads pieces of a file at places that the file itself names, so nothing is taken on trust.
class ElfFile {
 public:
  static Result<ElfFile> Open(const std::string& path) {
    ElfFile file;
    file.fd_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat about {};
    if (!file.fd_ || ::fstat(file.fd_.get(), &about) != 0)
      return Status::External(path + ": " + std::strerror(errno));
    if (!S_ISREG(about.st_mode)) return Status::InvalidArgument(path + " is no file");
    file.size_ = static_cast<std::uint64_t>(about.st_size);
    const bool read = file.ReadItem(0, file.header_);
    if (!read || std::memcmp(file.header_.e_ident, ELFMAG, SELFMAG) != 0 ||
        file.header_.e_ident[EI_CLASS] != ELFCLASS64 ||
        file.header_.e_shentsize != sizeof(Elf64_Shdr)) {
      return Status::InvalidArgument(path + " is no ELF file of 64 bits");
    }
    return file;
  }

  std::vector<Elf64_Shdr> Sections() const {
    std::vector<Elf64_Shdr> sections(std::min<std::size_t>(header_.e_shnum, kMaxSections));
    for (std::size_t i = 0; i < sections.size(); ++i) {
      if (!ReadItem(header_.e_shoff + i * sizeof(Elf64_Shdr), sections[i])) return {};
    }
    return sections;
  }
  /// Empty when the section is not wholly in the file.
  std::string Content(const Elf64_Shdr& section) const {
    if (section.sh_size > kMaxSection || section.sh_offset > size_ ||
        section.sh_size > size_ - section.sh_offset)
      return "";
    std::string bytes(section.sh_size, '\0');
    return ReadBytes(section.sh_offset, bytes.data(), bytes.size()) ? bytes : "";
  }

 private:
  template <typename T>
  bool ReadItem(std::uint64_t offset, T& item) const {
    return ReadBytes(offset, reinterpret_cast<char*>(&item), sizeof(item));
  }
  bool ReadBytes(std::uint64_t offset, char* to, std::size_t length) const {
    while (length > 0) {
      const ssize_t got = ::pread(fd_.get(), to, length, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      offset += static_cast<std::uint64_t>(got);
      to += got;
      length -= static_cast<std::size_t>(got);
    }
    return true;
  }

  UniqueFd fd_;
  std::uint64_t size_ = 0;
  Elf64_Ehdr header_{};
};

const Elf64_Shdr* FindSection(const std::vector<Elf64_Shdr>& sections, std::uint32_t type) {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [&](const Elf64_Shdr& s) { return s.sh_type == type; });
  return found == sections.end() || found->sh_link >= sections.size() ? nullptr : &*found;
}

bool IsFunction(const Elf64_Sym& symbol) {
  const unsigned type = ELF64_ST_TYPE(symbol.st_info);
  return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol.st_shndx != SHN_UNDEF &&
         symbol.st_value != 0;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Result<ElfSymbols> ElfSymbols::Read(const std::string& path) {
  PENSTOCK_ASSIGN_OR_RETURN(const ElfFile file, ElfFile::Open(path));
  const std::vector<Elf64_Shdr> sections = file.Sections();
  const Elf64_Shdr* table = FindSection(sections, SHT_SYMTAB);
  if (table == nullptr) table = FindSection(sections, SHT_DYNSYM);
  ElfSymbols symbols;
  if (table == nullptr) return symbols;
  const std::string entries = file.Content(*table);
  symbols.names_ = file.Content(sections[table->sh_link]);
  if (symbols.names_.empty() || symbols.names_.back() != '\0') return symbols;
  for (std::size_t at = 0; at + sizeof(Elf64_Sym) <= entries.size(); at += sizeof(Elf64_Sym)) {
    Elf64_Sym symbol;
    std::memcpy(&symbol, entries.data() + at, sizeof(symbol));
    if (!IsFunction(symbol) || symbol.st_name >= symbols.names_.size()) continue;
    const std::uint64_t end = symbol.st_size == 0 ? 0 : symbol.st_value + symbol.st_size;
    symbols.functions_.push_back({symbol.st_value, end, symbol.st_name});
  }
  std::sort(symbols.functions_.begin(), symbols.functions_.end(),
            [](const Function& a, const Function& b) { return a.begin < b.begin; });
  return symbols;
}

std::optional<std::string> ElfSymbols::Find(std::uint64_t address) const {
  auto after = std::upper_bound(
      functions_.begin(), functions_.end(), address,
      [](std::uint64_t where, const Function& function) { return where < function.begin; });
  if (after == functions_.begin()) return std::nullopt;
  const Function& function = *--after;
  if (function.end != 0 && address >= function.end) return std::nullopt;
  return Demangle(names_.c_str() + function.name);
}

std::string Demangle(const char* name) {
  int failed = 0;
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(name, nullptr, nullptr, &failed), std::free);
  std::string text = failed == 0 && plain != nullptr ? plain.get() : name;
  if (text.size() > kLongestName) text = text.substr(0, kLongestName) + "...";
  return text;
}

CodePlace PlaceOf(std::uintptr_t address) {
  dl_find_object found{};
  if (::_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return {"", address};
  const char* const name = found.dlfo_link_map->l_name;
  return {name == nullptr || *name == '\0' ? "/proc/self/exe" : name,
          address - found.dlfo_link_map->l_addr};
}

std::string Symbolizer::Name(std::uintptr_t address) {
  const auto found = names_.find(address);
  if (found != names_.end()) return found->second;
  return names_[address] = Name(PlaceOf(address));
}

std::string Symbolizer::Name(const CodePlace& place) {
  if (place.module.empty()) return fmt::format("{:#x}", place.offset);
  const auto found = modules_.find(place.module);
  if (found == modules_.end()) {
    auto read = ElfSymbols::Read(place.module);
    modules_[place.module] =
        read.ok() ? std::optional<ElfSymbols>(std::move(read).value()) : std::nullopt;
  }
  const std::optional<ElfSymbols>& symbols = modules_[place.module];
  const auto name = symbols ? symbols->Find(place.offset) : std::nullopt;
  return name ? *name : fmt::format("{}+{:#x}", BaseName(place.module), place.offset);
}

}  // namespace penstock
