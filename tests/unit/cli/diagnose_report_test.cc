#include "cli/diagnose_report.h"

#include <zlib.h>

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Unpack(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::string content;
  char buffer[4096];
  for (int got = 0; (got = gzread(file, buffer, sizeof(buffer))) > 0;) {
    content.append(buffer, static_cast<std::size_t>(got));
  }
  gzclose(file);
  return content;
}

/// The files of a tar archive, read as the format says.
std::map<std::string, std::string> Files(const std::string& tar) {
  std::map<std::string, std::string> files;
  for (std::size_t at = 0; at + 512 <= tar.size() && tar[at] != '\0';) {
    const std::string header = tar.substr(at, 512);
    const auto size = std::stoul(header.substr(124, 11), nullptr, 8);
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) {
      sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
    }
    EXPECT_EQ(std::stoul(header.substr(148, 6), nullptr, 8), sum);
    EXPECT_EQ(header.substr(257, 8), std::string("ustar\0", 6) + "00");
    files[header.c_str()] = tar.substr(at + 512, size);
    at += 512 + (size + 511) / 512 * 512;
  }
  return files;
}

class DiagnoseReportTest : public testing::Test {
 protected:
  DiagnoseReport Open() { return {TarWriter::Create(path_).value(), redaction_, 1'700'000'000}; }
  std::map<std::string, std::string> Read() { return Files(Unpack(path_)); }

  TempDir dir_;
  const std::string path_ = dir_ / "report.tar.gz";
  const Redaction redaction_{{"very-secret-token"}};
};

TEST_F(DiagnoseReportTest, WhenFilesAreAddedThenTheArchiveHasThemWithoutSecrets) {
  DiagnoseReport report = Open();
  report.Add("a.txt", "has very-secret-token inside");
  report.Add("empty", "");
  report.Add("block", std::string(512, 'x'));
  report.Miss("b.txt", Status::NotFound("there is none"));
  ASSERT_TRUE(report.Close().ok());
  auto files = Read();
  EXPECT_EQ(files.size(), 4u);
  EXPECT_EQ(files["penstock-diagnose/a.txt"], "has [redacted] inside");
  EXPECT_EQ(files["penstock-diagnose/empty"], "");
  EXPECT_EQ(files["penstock-diagnose/block"], std::string(512, 'x'));
  EXPECT_THAT(files["penstock-diagnose/MANIFEST"], HasSubstr("missing  b.txt  there is none\n"));
  EXPECT_EQ(report.files(), 3u);
  EXPECT_EQ(report.missing(), 1u);
}

TEST_F(DiagnoseReportTest, WhenAFileIsLargeThenItsEndIsTaken) {
  DiagnoseReport report = Open();
  report.Add("log", "first" + std::string(4u << 20, 'x') + "last");
  ASSERT_TRUE(report.Close().ok());
  auto files = Read();
  EXPECT_THAT(files["penstock-diagnose/log"], testing::EndsWith("xlast"));
  EXPECT_EQ(files["penstock-diagnose/log"].size(), 4u << 20);
  EXPECT_THAT(files["penstock-diagnose/MANIFEST"], HasSubstr("without the first 9"));
}

TEST_F(DiagnoseReportTest, WhenANameIsTooLongThenItIsMissedAndTheRestIsThere) {
  DiagnoseReport report = Open();
  report.Add(std::string(100, 'n'), "text");
  report.Add("a", "text");
  ASSERT_TRUE(report.Close().ok());
  EXPECT_EQ(Read()["penstock-diagnose/a"], "text");
  EXPECT_EQ(report.missing(), 1u);
}

TEST_F(DiagnoseReportTest, WhenTheFileExistsThenItIsNotOverwritten) {
  ASSERT_TRUE(Open().Close().ok());
  EXPECT_EQ(TarWriter::Create(path_).status().code(), ErrorCode::kAlreadyExists);
}

}  // namespace
}  // namespace penstock
