#include "cli/new_command.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "cli/job_template.h"

namespace penstock {
namespace {

TEST(NewCommandTest, WhenANameFitsAFileATargetAndAJobThenItIsTaken) {
  for (const char* name : {"a", "page_views", "job2", "penstock"}) {
    EXPECT_TRUE(CheckJobName(name).ok()) << name;
  }
}

TEST(NewCommandTest, WhenANameDoesNotFitThenItIsRefusedWithAHint) {
  for (const std::string& name :
       {std::string(), std::string("Views"), std::string("2nd"), std::string("_x"),
        std::string("a-b"), std::string("a/b"), std::string("a b"), std::string("ä"),
        std::string("test"), std::string("all"), std::string(65, 'a')}) {
    const Status status = CheckJobName(name);
    EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument) << name;
    EXPECT_FALSE(status.hint().empty()) << name;
  }
}

TEST(NewCommandTest, WhenTheTemplateIsReadThenItIsAWholeProject) {
  for (const char* path :
       {".gitignore", "CMakeLists.txt", "README.md", "config.yaml", "data/views.csv",
        "src/my_job.cc", "src/my_job.h", "tests/my_job_test.cc"}) {
    const auto files = JobTemplate();
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const TemplateFile& file) { return file.path == path; });
    ASSERT_NE(found, files.end()) << path;
    EXPECT_TRUE(found->content.ends_with('\n')) << path;
  }
}

}  // namespace
}  // namespace penstock
