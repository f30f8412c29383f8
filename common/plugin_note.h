#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock {

/// The ELF note by which a plugin is known before it is loaded (docs/formats/plugin-note.md):
/// section .note.penstock, owner "Penstock", type kPluginNoteType. The descriptor is text, lines of
/// `key=value`:
///   abi=6                   PENSTOCK_PLUGIN_ABI it was compiled against
///   pointer=64              bits of a pointer
///   compiler=g++-12         compiler and its major version
///   stdlib=libstdc++;cxx11  C++ library and the string ABI; "debug" is added for debug containers
///   march=x86-64-v2         instruction set it needs (-march)
///   sanitizer=none          none, address, thread
///   job=word_count          name of its job
/// Readers ignore keys that they don't know.
inline constexpr const char* kPluginNoteSection = ".note.penstock";
inline constexpr char kPluginNoteOwner[] = "Penstock";
/// Version of the note itself.
inline constexpr std::uint32_t kPluginNoteType = 1;

/// Changes with every incompatible change of the interfaces in api/runtime.
#define PENSTOCK_PLUGIN_ABI 6

#define PENSTOCK_STRING_INNER(x) #x
#define PENSTOCK_STRING(x) PENSTOCK_STRING_INNER(x)

#if defined(__clang__)
#define PENSTOCK_COMPILER "clang-" PENSTOCK_STRING(__clang_major__)
#else
#define PENSTOCK_COMPILER "g++-" PENSTOCK_STRING(__GNUC__)
#endif

#if defined(_GLIBCXX_DEBUG)
#define PENSTOCK_STDLIB "libstdc++;cxx11;debug"
#elif defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
#define PENSTOCK_STDLIB "libstdc++;cxx11"
#elif defined(_GLIBCXX_USE_CXX11_ABI)
#define PENSTOCK_STDLIB "libstdc++"
#else
#define PENSTOCK_STDLIB "libc++"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define PENSTOCK_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define PENSTOCK_SANITIZER "thread"
#else
#define PENSTOCK_SANITIZER "none"
#endif

/// The lines that a plugin and the binary that loads it must have in common.
#define PENSTOCK_ABI_LINES \
  "abi=" PENSTOCK_STRING(PENSTOCK_PLUGIN_ABI) "\n"              \
  "pointer=" PENSTOCK_STRING(__INTPTR_WIDTH__) "\n"             \
  "compiler=" PENSTOCK_COMPILER "\n"                            \
  "stdlib=" PENSTOCK_STDLIB "\n"                                \
  "sanitizer=" PENSTOCK_SANITIZER "\n"

/// The note as it lies in the file; `N` is the size of the descriptor with its final zero.
template <std::size_t N>
struct alignas(4) PluginNote {
  std::uint32_t owner_size = sizeof(kPluginNoteOwner);
  std::uint32_t descriptor_size = N - 1;
  std::uint32_t type = kPluginNoteType;
  char owner[12] = "Penstock";  // padded to a multiple of four, as is the descriptor
  char descriptor[(N + 3) / 4 * 4] = {};
};

template <std::size_t N>
constexpr PluginNote<N> MakePluginNote(const char (&descriptor)[N]) {
  PluginNote<N> note;
  for (std::size_t i = 0; i < N; ++i) note.descriptor[i] = descriptor[i];
  return note;
}

/// The value of a key in a descriptor; empty when it has none.
constexpr std::string_view PluginNoteValue(std::string_view descriptor, std::string_view key) {
  while (!descriptor.empty()) {
    const std::string_view line = descriptor.substr(0, descriptor.find('\n'));
    const std::size_t equals = line.find('=');
    if (equals != line.npos && line.substr(0, equals) == key) return line.substr(equals + 1);
    descriptor.remove_prefix(line.size() < descriptor.size() ? line.size() + 1 : line.size());
  }
  return {};
}

}  // namespace penstock
