#include "worker/plugin/note_reader.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "common/plugin_note.h"
#include "worker/plugin/instruction_set.h"

namespace penstock {
namespace {

constexpr const char* kRebuildHint = "build the job again against this Penstock's headers";
constexpr std::uint64_t kMaxNoteBytes = 64 * 1024;
constexpr std::uint64_t kMaxNameBytes = 16 * 1024 * 1024;

Status NotAPlugin(const std::string& path, std::string_view why) {
  return Status::InvalidArgument(fmt::format("{} is not a plugin: {}", path, why),
                                 "give the .so file that the job was compiled to");
}

/// Reads parts of an ELF file, none of whose numbers is trusted.
class ElfFile {
 public:
  ElfFile(RandomAccessFile& file, std::uint64_t size, const std::string& path)
      : file_(file), size_(size), path_(path) {}

  Result<std::string> Bytes(std::uint64_t offset, std::uint64_t length) {
    if (offset > size_ || length > size_ - offset)
      return NotAPlugin(path_, "the file is truncated");
    std::string bytes(length, '\0');
    for (std::uint64_t done = 0; done < length;) {
      PENSTOCK_ASSIGN_OR_RETURN(const std::size_t read,
                                file_.Read(offset + done, bytes.data() + done, length - done));
      if (read == 0) return NotAPlugin(path_, "the file is truncated");
      done += read;
    }
    return bytes;
  }

  template <typename T>
  Result<T> Struct(std::uint64_t offset) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::string bytes, Bytes(offset, sizeof(T)));
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }

  Result<Elf64_Ehdr> Header() {
    if (size_ == 0) return NotAPlugin(path_, "the file is empty");
    PENSTOCK_ASSIGN_OR_RETURN(const std::string ident,
                              Bytes(0, std::min<std::uint64_t>(size_, EI_NIDENT)));
    if (!ident.starts_with(std::string_view(ELFMAG, SELFMAG))) {
      return NotAPlugin(path_, "it is no ELF file");
    }
    if (ident.size() < EI_NIDENT) return NotAPlugin(path_, "the file is truncated");
    if (ident[EI_CLASS] != ELFCLASS64) return NotAPlugin(path_, "it is not a 64-bit file");
    if (ident[EI_DATA] != ELFDATA2LSB) return NotAPlugin(path_, "it is not little endian");
    PENSTOCK_ASSIGN_OR_RETURN(const Elf64_Ehdr header, Struct<Elf64_Ehdr>(0));
    if (header.e_machine != kMachine)
      return NotAPlugin(path_, "it is for another kind of processor");
    if (header.e_type != ET_DYN) return NotAPlugin(path_, "it is no shared object");
    return header;
  }

  /// The section of that name; not found is an error.
  Result<Elf64_Shdr> Section(const Elf64_Ehdr& header, std::string_view name) {
    if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shstrndx >= header.e_shnum) {
      return NotAPlugin(path_, "its section table is damaged or missing");
    }
    // Linkers write the table last, so that a file that was cut anywhere lacks some of it.
    if (header.e_shoff > size_ || header.e_shnum * sizeof(Elf64_Shdr) > size_ - header.e_shoff) {
      return NotAPlugin(path_, "the file is truncated");
    }
    PENSTOCK_ASSIGN_OR_RETURN(const Elf64_Shdr strings, SectionAt(header, header.e_shstrndx));
    if (strings.sh_size > kMaxNameBytes) return NotAPlugin(path_, "its section table is damaged");
    PENSTOCK_ASSIGN_OR_RETURN(const std::string names, Bytes(strings.sh_offset, strings.sh_size));
    for (std::uint32_t i = 0; i < header.e_shnum; ++i) {
      PENSTOCK_ASSIGN_OR_RETURN(const Elf64_Shdr section, SectionAt(header, i));
      if (section.sh_name >= names.size()) continue;
      const std::string_view rest = std::string_view(names).substr(section.sh_name);
      if (rest.substr(0, rest.find('\0')) == name) return section;
    }
    return NotAPlugin(path_, "it has no Penstock note: no job is defined in it with PENSTOCK_JOB");
  }

 private:
#if defined(__x86_64__)
  static constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
  static constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "unknown processor"
#endif

  Result<Elf64_Shdr> SectionAt(const Elf64_Ehdr& header, std::uint32_t index) {
    return Struct<Elf64_Shdr>(header.e_shoff + std::uint64_t{index} * sizeof(Elf64_Shdr));
  }

  RandomAccessFile& file_;
  const std::uint64_t size_;
  const std::string& path_;
};

/// The descriptor of our note in the bytes of its section.
Result<std::string> FindDescriptor(std::string_view section, const std::string& path) {
  const auto padded = [](std::uint64_t size) { return (size + 3) / 4 * 4; };
  while (section.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr note;
    std::memcpy(&note, section.data(), sizeof(note));
    section.remove_prefix(sizeof(note));
    const std::uint64_t owner_bytes = padded(note.n_namesz);
    if (owner_bytes > section.size() || note.n_descsz > section.size() - owner_bytes) break;
    const std::string_view owner = section.substr(0, note.n_namesz);
    if (owner == std::string_view(kPluginNoteOwner, sizeof(kPluginNoteOwner))) {
      if (note.n_type != kPluginNoteType) {
        return Status::InvalidArgument(
            fmt::format("{} has a note of version {}, this Penstock reads {}", path, note.n_type,
                        kPluginNoteType),
            kRebuildHint);
      }
      return std::string(section.substr(owner_bytes, note.n_descsz));
    }
    section.remove_prefix(
        std::min<std::uint64_t>(owner_bytes + padded(note.n_descsz), section.size()));
  }
  return NotAPlugin(path, "its Penstock note is damaged");
}

struct SameLine {
  std::string_view key;
  std::string_view meaning;
  std::string_view hint;
};

constexpr SameLine kSameLines[] = {
    {"abi", "plugin interface version", kRebuildHint},
    {"pointer", "pointer size", kRebuildHint},
    {"compiler", "compiler", "build the job with the compiler that Penstock was built with"},
    {"stdlib", "C++ standard library",
     "build the job with the standard library of Penstock's build"},
    {"sanitizer", "sanitizer",
     "build the job with the same PENSTOCK_SANITIZE as Penstock, or use the release build of both"},
};

}  // namespace

Result<std::string> ReadPluginNote(FileSystem& fs, const std::string& path) {
  auto size = fs.FileSize(path);
  if (!size.ok() && size.status().code() == ErrorCode::kNotFound) {
    return Status::NotFound("there is no file " + path, "check the path of the plugin");
  }
  PENSTOCK_RETURN_IF_ERROR(size.status());
  PENSTOCK_ASSIGN_OR_RETURN(auto file, fs.Open(path));
  ElfFile elf(*file, *size, path);
  PENSTOCK_ASSIGN_OR_RETURN(const Elf64_Ehdr header, elf.Header());
  PENSTOCK_ASSIGN_OR_RETURN(const Elf64_Shdr section, elf.Section(header, kPluginNoteSection));
  if (section.sh_size > kMaxNoteBytes) return NotAPlugin(path, "its Penstock note is damaged");
  PENSTOCK_ASSIGN_OR_RETURN(const std::string bytes, elf.Bytes(section.sh_offset, section.sh_size));
  return FindDescriptor(bytes, path);
}

Status CheckPluginNote(std::string_view descriptor, const std::string& path) {
  for (const SameLine& line : kSameLines) {
    const std::string_view theirs = PluginNoteValue(descriptor, line.key);
    const std::string_view ours = PluginNoteValue(PENSTOCK_ABI_LINES, line.key);
    if (theirs == ours) continue;
    return Status::InvalidArgument(
        fmt::format("{} can't be used: its {} is {}, Penstock's is {}", path, line.meaning,
                    theirs.empty() ? "unknown" : theirs, ours),
        std::string(line.hint));
  }
  const std::string_view march = PluginNoteValue(descriptor, "march");
  if (ProcessorSupports(march)) return Status::Ok();
  return Status::InvalidArgument(
      fmt::format("{} needs the instruction set {}, which this processor doesn't have", path,
                  march.empty() ? "(none named)" : march),
      "build the job with a lower PENSTOCK_MARCH, such as x86-64-v2");
}

Status CheckPlugin(FileSystem& fs, const std::string& path) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string descriptor, ReadPluginNote(fs, path));
  return CheckPluginNote(descriptor, path);
}

}  // namespace penstock
