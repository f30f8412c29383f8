#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/options.h"
#include "common/file_system.h"

namespace penstock {
namespace {

TEST(OptionReferenceTest, WhenAnOptionChangesThenTheDocumentMustFollow) {
  Result<std::string> document =
      ReadFile(PosixFileSystem(), PENSTOCK_SOURCE "/docs/configuration.md");
  ASSERT_TRUE(document.ok()) << document.status().message();
  EXPECT_THAT(*document, ::testing::HasSubstr(RenderOptionReference()))
      << "write the output of 'penstock config reference' to docs/configuration.md";
}

}  // namespace
}  // namespace penstock
