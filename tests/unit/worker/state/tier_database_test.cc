#include "worker/state/tier_database.h"

#include <gtest/gtest.h>

#include "api/runtime/entry_key.h"
#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

constexpr std::uint32_t kState = 0x01020304;
constexpr std::uint32_t kOther = 0x01020305;

std::string Key(std::uint32_t group, std::uint32_t state, const std::string& key) {
  std::string bytes;
  AppendEntryHeader(bytes, group, state);
  return bytes + key;
}

class TierDatabaseTest : public ::testing::Test {
 protected:
  std::unique_ptr<TierDatabase> New(KeyGroupRange groups) {
    return std::make_unique<TierDatabase>(scratch_.path() + "/db-" + std::to_string(++number_),
                                          groups, PosixFileSystem(), memory_);
  }
  /// Everything of a state, "key=value " each.
  static std::string Content(TierDatabase& tier, std::uint32_t state) {
    std::string content;
    const auto cursor = tier.NewCursor(state);
    for (cursor->Seek(Key(0, 0, "")); cursor->Valid(); cursor->Next()) {
      if (ReadBigEndian32(cursor->key().data() + 2) != state) continue;
      content += std::to_string(ReadBigEndian16(cursor->key().data())) + ":" +
                 std::string(cursor->key().substr(kEntryHeaderBytes)) + "=" +
                 std::string(cursor->value()) + " ";
    }
    return content;
  }
  static void Ingest(TierDatabase& tier, const std::map<std::string, std::string>& entries) {
    tier.BeginSnapshot();
    const auto changes = tier.NewChanges();
    for (const auto& [key, value] : entries) {
      ASSERT_TRUE((value == "-" ? changes->Erase(key) : changes->Put(key, value)).ok());
    }
    ASSERT_TRUE(changes->Ingest().ok());
    tier.EndSnapshot();
  }
  static ImportedPart All(TierDatabase& tier, KeyGroupRange groups,
                          std::vector<std::uint32_t> states) {
    const auto files = tier.ListFiles();
    EXPECT_TRUE(files.ok());
    return {groups, std::move(states), files->files, tier.directory()};
  }

  TempDir scratch_;
  StateMemory memory_{4 << 20};
  int number_ = 0;
};

TEST_F(TierDatabaseTest, WhenChangesAreIngestedThenTheNewestCountsWhateverTheWay) {
  const auto tier = New({0, 16});
  tier->AddState(kState);
  tier->AddState(kOther);
  Ingest(*tier, {{Key(1, kState, "a"), "1"},
                 {Key(1, kOther, "a"), "x"},
                 {Key(2, kState, "b"), "1"},
                 {Key(9, kState, "c"), "1"}});
  tier->Put(Key(2, kState, "b"), "2");
  tier->Erase(Key(9, kState, "c"));
  EXPECT_EQ(Content(*tier, kState), "1:a=1 2:b=2 ");
  Ingest(*tier,
         {{Key(2, kState, "b"), "3"}, {Key(9, kState, "c"), "4"}, {Key(1, kState, "a"), "-"}});
  EXPECT_EQ(Content(*tier, kState), "2:b=3 9:c=4 ");
  EXPECT_EQ(Content(*tier, kOther), "1:a=x ");
  std::string value;
  EXPECT_TRUE(tier->Get(Key(9, kState, "c"), value));
  EXPECT_EQ(value, "4");
  EXPECT_FALSE(tier->Get(Key(1, kState, "a"), value));
}

TEST_F(TierDatabaseTest, WhenPartsOfSeveralAreImportedThenEachCountsForItsGroupsAndStatesOnly) {
  const auto low = New({0, 8});
  low->AddState(kState);
  low->AddState(kOther);
  Ingest(*low,
         {{Key(1, kState, "a"), "low"}, {Key(5, kState, "b"), "low"}, {Key(6, kOther, "o"), "x"}});
  Ingest(*low, {{Key(5, kState, "b"), "newer"}, {Key(7, kState, "gone"), "-"}});
  const auto high = New({8, 16});
  high->AddState(kState);
  Ingest(*high, {{Key(8, kState, "c"), "high"}, {Key(15, kState, "d"), "high"}});

  const auto middle = New({4, 12});
  ASSERT_TRUE(middle->Import({All(*low, {4, 8}, {kState}), All(*high, {8, 12}, {kState})}).ok());
  middle->AddState(kState);
  middle->AddState(kOther);
  EXPECT_EQ(Content(*middle, kState), "5:b=newer 8:c=high ");
  EXPECT_EQ(Content(*middle, kOther), "");
  Ingest(*middle,
         {{Key(5, kState, "b"), "-"}, {Key(6, kOther, "o"), "own"}, {Key(9, kState, "e"), "new"}});
  EXPECT_EQ(Content(*middle, kState), "8:c=high 9:e=new ");
  EXPECT_EQ(Content(*middle, kOther), "6:o=own ");
  EXPECT_EQ(Content(*low, kState), "1:a=low 5:b=newer ") << "nothing of it may have changed";
}

TEST_F(TierDatabaseTest, WhenManyChangesHaveBeenMergedThenFilesAreFewAndTheContentIsRight) {
  const auto tier = New({0, 16});
  tier->AddState(kState);
  for (int round = 0; round < 60; ++round) {
    std::map<std::string, std::string> changes;
    for (int i = round; i < round + 20; ++i) {
      changes[Key(static_cast<std::uint32_t>(i) % 16, kState, std::to_string(i))] =
          std::to_string(round);
    }
    Ingest(*tier, changes);
  }
  const auto files = tier->ListFiles();
  ASSERT_TRUE(files.ok());
  EXPECT_LT(files->files.size(), 40U);
  std::string value;
  for (int i = 0; i < 79; ++i) {
    ASSERT_TRUE(
        tier->Get(Key(static_cast<std::uint32_t>(i) % 16, kState, std::to_string(i)), value));
    EXPECT_EQ(value, std::to_string(std::min(i, 59)));
  }
}

}  // namespace
}  // namespace penstock
