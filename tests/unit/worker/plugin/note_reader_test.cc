#include "worker/plugin/note_reader.h"

#include <elf.h>

#include <cstring>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/plugin_note.h"
#include "tests/unit/worker/task/fakes.h"

namespace penstock {
namespace {

using ::testing::HasSubstr;

/// A minimal shared object: header, note section, section names, section table.
std::string MakeElf(const std::string& descriptor, Elf64_Half machine = EM_X86_64) {
  std::string note;
  const Elf64_Nhdr head{sizeof(kPluginNoteOwner), static_cast<Elf64_Word>(descriptor.size()),
                        kPluginNoteType};
  note.append(reinterpret_cast<const char*>(&head), sizeof(head));
  note.append(kPluginNoteOwner, sizeof(kPluginNoteOwner));
  note.resize((note.size() + 3) / 4 * 4);
  note += descriptor;
  const std::string names = std::string("\0.note.penstock\0", 16);

  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
  header.e_machine = machine;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = 2;
  header.e_shoff = sizeof(header) + note.size() + names.size();
  Elf64_Shdr sections[2]{};
  sections[0].sh_offset = sizeof(header) + note.size();
  sections[0].sh_size = names.size();
  sections[1].sh_name = 1;
  sections[1].sh_offset = sizeof(header);
  sections[1].sh_size = note.size();
  return std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + note + names +
         std::string(reinterpret_cast<const char*>(sections), sizeof(sections));
}

const std::string kGoodNote = std::string(PENSTOCK_ABI_LINES) + "march=x86-64\njob=test\n";

std::string Replace(std::string text, const std::string& key, const std::string& value) {
  const std::size_t begin = text.find(key + "=") + key.size() + 1;
  return text.replace(begin, text.find('\n', begin) - begin, value);
}

class NoteReaderTest : public ::testing::Test {
 protected:
  Status Check(const std::string& content) {
    const std::string path = scratch_.path() + "/job.so";
    std::ofstream(path, std::ios::binary) << content;
    return CheckPlugin(PosixFileSystem(), path);
  }

  ScratchDirectory scratch_;
};

TEST_F(NoteReaderTest, WhenTheNoteFitsThenThePluginIsAccepted) {
  const Status status = Check(MakeElf(kGoodNote));
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST_F(NoteReaderTest, WhenTheFileIsCutAnywhereThenItIsRefused) {
  const std::string whole = MakeElf(kGoodNote);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Status status = Check(whole.substr(0, size));
    EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument) << size;
    EXPECT_FALSE(status.hint().empty()) << size;
  }
}

TEST_F(NoteReaderTest, WhenAnyByteIsDamagedThenItDoesNotCrash) {
  const std::string whole = MakeElf(kGoodNote);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(0xff);
    (void)Check(damaged).ok();
  }
}

TEST_F(NoteReaderTest, WhenTheFileIsForeignThenTheReasonIsGiven) {
  EXPECT_THAT(Check("").message(), HasSubstr("empty"));
  EXPECT_THAT(Check("#!/bin/sh\necho I am no plugin\n").message(), HasSubstr("no ELF file"));
  EXPECT_THAT(Check(MakeElf(kGoodNote, EM_ARM)).message(), HasSubstr("another kind of processor"));
  EXPECT_EQ(CheckPlugin(PosixFileSystem(), scratch_.path() + "/none.so").code(),
            ErrorCode::kNotFound);
}

TEST_F(NoteReaderTest, WhenALineDiffersThenItIsNamed) {
  EXPECT_THAT(Check(MakeElf(Replace(kGoodNote, "abi", "999"))).message(),
              HasSubstr("interface version is 999"));
  EXPECT_THAT(Check(MakeElf(Replace(kGoodNote, "compiler", "clang-3"))).message(),
              HasSubstr("clang-3"));
  EXPECT_THAT(Check(MakeElf(Replace(kGoodNote, "sanitizer", "memory"))).message(),
              HasSubstr("sanitizer is memory"));
  EXPECT_THAT(Check(MakeElf(Replace(kGoodNote, "march", "z900"))).message(),
              HasSubstr("instruction set z900"));
}

}  // namespace
}  // namespace penstock
