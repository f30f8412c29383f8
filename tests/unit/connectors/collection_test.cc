#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/basic/collect_sink.h"
#include "connectors/basic/collection_source.h"
#include "tests/unit/connectors/source_driver.h"

namespace penstock {
namespace {

using testing::FakeContext;
using ::testing::HasSubstr;
using Strings = std::vector<std::string>;

std::vector<int> Numbers(int count) {
  std::vector<int> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

class CollectionTest : public ::testing::Test {
 protected:
  FakeContext context_;
  testing::SourceDriver driver_{context_};
};

TEST_F(CollectionTest, WhenElementsAreSharedByAnyNumberThenEachIsReadOnceAndRangesAreEven) {
  for (std::uint32_t subtasks = 1; subtasks <= 7; ++subtasks) {
    context_.subtasks = subtasks;
    for (const int count : {0, 1, 5, 7, 5000}) {
      ASSERT_EQ(Numbers(count), driver_.ReadAll(from_collection(Numbers(count))));
      EXPECT_EQ(std::clamp<std::size_t>(static_cast<std::size_t>(count), 1, subtasks),
                driver_.splits);
    }
  }
}

TEST_F(CollectionTest, WhenTheReaderIsMadeAnewThenItGoesOnAtTheIndex) {
  context_.subtasks = 2;
  for (const std::size_t every : {1, 3, 10}) {
    EXPECT_EQ(Numbers(20), driver_.ReadAll(from_collection(Numbers(20)), every));
  }
}

TEST_F(CollectionTest, WhenTheCollectionHasAnotherSizeThanThePositionThenItIsRefused) {
  const auto split = from_collection(Numbers(3)).Splits(context_).value()[0];
  EXPECT_THAT(from_collection(Numbers(4)).NewReader(context_, split).status().message(),
              HasSubstr("had 3 elements when the position was stored, and has 4 now"));
  EXPECT_EQ(ErrorCode::kCorruption,
            from_collection(Numbers(4)).NewReader(context_, {"0", "x"}).status().code());
}

TEST_F(CollectionTest, WhenElementsAreListedThenLiteralsAreStrings) {
  EXPECT_EQ((Strings{"a", "b"}), driver_.ReadAll(from_elements("a", std::string("b"))));
  EXPECT_EQ((std::vector<double>{1.5, 2}), driver_.ReadAll(from_elements(1.5, 2)));
}

TEST_F(CollectionTest, WhenTheRateIsLimitedThenTheSubtasksShareIt) {
  context_.subtasks = 2;
  const auto source = from_collection(Numbers(40)).rate(20);
  const auto start = context_.manual_clock.Now();
  EXPECT_EQ(Numbers(40), driver_.ReadAll(source));
  // The driver reads the two ranges of 20 one after the other, at 10 per second each.
  const auto took = context_.manual_clock.Now() - start;
  EXPECT_GE(took, std::chrono::milliseconds(3800));
  EXPECT_LE(took, std::chrono::milliseconds(3900));
  EXPECT_FALSE(from_elements(1).rate(-1).Validate(PosixFileSystem()).ok());
}

TEST_F(CollectionTest, WhenRecordsAreCollectedThenTheLastOnesAreThere) {
  const auto collected = std::make_shared<Collected<int>>(3);
  const auto sink = collect_into(collected);
  EXPECT_EQ(Delivery::kAtLeastOnce, sink.delivery());
  auto first = std::move(sink.NewWriter(context_, "")).value();
  auto second = std::move(sink.NewWriter(context_, "")).value();
  TypedBatch<int> batch;
  for (const int number : {1, 2}) batch.Append(number, {});
  ASSERT_TRUE(first->Write(batch).ok());
  ASSERT_TRUE(second->Write(batch).ok());
  EXPECT_EQ((std::vector<int>{2, 1, 2}), collected->records());
  EXPECT_EQ(4U, collected->total());
  EXPECT_FALSE(collect_into<int>(nullptr).Validate(PosixFileSystem()).ok());
}

}  // namespace
}  // namespace penstock
