#include "common/http/multipart.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

constexpr char kType[] = "multipart/form-data; boundary=\"b\"";

std::string Body(const std::string& disposition, const std::string& content) {
  return "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b\r\n"
         "content-disposition: form-data; " +
         disposition + "\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n--b--\r\n";
}

TEST(MultipartTest, WhenAFileIsBuiltThenItParsesBack) {
  const std::string content("\0\r\n--b\r\n binary", 16);
  const MultipartBody built = BuildMultipartFile("jarfile", "my \"job\".so", content);
  auto file = ParseMultipartFile(built.content_type, built.body);
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(file->field, "jarfile");
  EXPECT_EQ(file->filename, "my \"job\".so");
  EXPECT_EQ(file->content, content);
}

TEST(MultipartTest, WhenOtherPartsArePresentThenTheFileIsFound) {
  const std::string body = Body("name=f; filename=\"job.so\"", "");
  auto file = ParseMultipartFile(kType, body);
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(file->filename, "job.so");
  EXPECT_EQ(file->content_type, "text/plain");
  EXPECT_EQ(file->content, "");
}

TEST(MultipartTest, WhenTheNameHasDirectoriesThenTheyAreCutOff) {
  const std::string unix_path = Body("filename=\"../../etc/job.so\"", "x");
  EXPECT_EQ(ParseMultipartFile(kType, unix_path)->filename, "job.so");
  const std::string windows_path = Body("filename=\"C:\\dir\\job.so\"", "x");
  EXPECT_EQ(ParseMultipartFile(kType, windows_path)->filename, "job.so");
}

TEST(MultipartTest, WhenTheBodyIsMalformedThenItIsRefused) {
  const std::string good = Body("filename=\"a\"", "x");
  EXPECT_TRUE(ParseMultipartFile(kType, good).ok());
  EXPECT_FALSE(ParseMultipartFile("application/json", good).ok());
  EXPECT_FALSE(ParseMultipartFile("multipart/form-data", good).ok());
  EXPECT_FALSE(ParseMultipartFile("multipart/form-data; boundary=other", good).ok());
  for (std::size_t length = 0; length + 5 < good.size(); ++length) {
    EXPECT_FALSE(ParseMultipartFile(kType, good.substr(0, length)).ok()) << length;
  }
  for (const char* name :
       {"filename=\"\"", "filename=\"..\"", "filename=\"a/\"", "filename=\"a\tb\"", "name=x"}) {
    EXPECT_FALSE(ParseMultipartFile(kType, Body(name, "x")).ok()) << name;
  }
  const std::string two = "--b\r\nContent-Disposition: form-data; filename=a\r\n\r\n1\r\n" + good;
  EXPECT_FALSE(ParseMultipartFile(kType, two).ok());
}

}  // namespace
}  // namespace penstock
