#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "api/runtime/record_type_of.h"
#include "api/runtime/typed_batch.h"
#include "api/text.h"

namespace penstock {
namespace {

struct Pair {
  std::int32_t a = 0;
  std::int64_t b = 0;
};
struct Named {
  Text name;
  std::string note;
};

/// Records as they lie in a wire buffer.
template <typename T>
std::string WireBytes(const std::vector<T>& records) {
  std::string bytes;
  for (std::size_t i = 0; i < records.size(); ++i) {
    Codec<Timestamp>::Encode({static_cast<std::int64_t>(i)}, bytes);
    Codec<T>::Encode(records[i], bytes);
  }
  return bytes;
}

TEST(TypedBatchTest, WhenClearedThenSlotsKeepTheirMemory) {
  TypedBatch<std::string> batch;
  batch.Append(std::string(100, 'x'), {});
  const char* memory = batch[0].data();
  batch.Clear();
  EXPECT_TRUE(batch.empty());
  std::string& slot = batch.AppendSlot({});
  slot.assign(50, 'y');
  EXPECT_EQ(slot.data(), memory);
}

TEST(TypedBatchTest, WhenTextIsAppendedThenTheBatchOwnsIt) {
  TypedBatch<Named> batch;
  {
    std::string name = "longer than twelve characters";
    batch.Append({Text(name), "note"}, {});
    name.assign(name.size(), '-');
  }
  EXPECT_EQ(batch[0].name, "longer than twelve characters");
}

TEST(TypedBatchTest, WhenCopiedThenTheCopyIsIndependent) {
  TypedBatch<Named> batch;
  batch.Append({Text("longer than twelve characters"), "note"}, {7});
  const std::unique_ptr<Batch> copy = batch.Copy();
  batch.Clear();
  batch.Append({Text("overwritten by other text!!!!"), "other"}, {8});
  const auto& typed = static_cast<const TypedBatch<Named>&>(*copy);
  ASSERT_EQ(typed.size(), 1u);
  EXPECT_EQ(typed[0].name, "longer than twelve characters");
  EXPECT_EQ(typed[0].note, "note");
  EXPECT_EQ(typed.timestamps()[0], Timestamp{7});
}

TEST(TypedBatchTest, WhenAskedForMemoryThenStringsAndTextCount) {
  TypedBatch<Named> batch;
  const std::size_t empty = batch.MemoryBytes();
  batch.Append({Text(std::string_view("0123456789abcdef")), std::string(1000, 'x')}, {});
  EXPECT_GE(batch.MemoryBytes() - empty, 1000 + 16 + sizeof(Named));
}

TEST(TypedBatchTest, WhenTypesDifferThenTypeIdsDiffer) {
  EXPECT_NE(TypedBatch<Pair>().type_id(), TypedBatch<Named>().type_id());
  EXPECT_EQ(TypedBatch<Pair>().type_id(), RecordTypeOf<Pair>::Instance().NewBatch()->type_id());
}

TEST(RecordTypeTest, WhenBufferIsDecodedThenRecordsOutliveIt) {
  TypedBatch<Named> batch;
  {
    const std::string bytes =
        WireBytes<Named>({{Text("longer than twelve characters"), "a"}, {Text("short"), "b"}});
    ASSERT_TRUE(RecordTypeOf<Named>::Instance().Decode(bytes, 2, batch).ok());
  }
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch[0].name, "longer than twelve characters");
  EXPECT_EQ(batch[1].note, "b");
  EXPECT_EQ(batch.timestamps()[1], Timestamp{1});
}

TEST(RecordTypeTest, WhenBufferIsNotFilledExactlyThenItIsCorruption) {
  const std::string named = WireBytes<Named>({{Text("x"), "a"}, {Text("y"), "b"}});
  const std::string fixed = WireBytes<Pair>({{1, 2}, {3, 4}});
  for (const std::uint32_t count : {0u, 1u, 3u, UINT32_MAX}) {
    TypedBatch<Named> names;
    TypedBatch<Pair> pairs;
    EXPECT_EQ(RecordTypeOf<Named>::Instance().Decode(named, count, names).code(),
              ErrorCode::kCorruption);
    EXPECT_EQ(RecordTypeOf<Pair>::Instance().Decode(fixed, count, pairs).code(),
              ErrorCode::kCorruption);
  }
  TypedBatch<Pair> pairs;
  ASSERT_TRUE(RecordTypeOf<Pair>::Instance().Decode(fixed, 2, pairs).ok());
  EXPECT_EQ(pairs[1].b, 4);
}

}  // namespace
}  // namespace penstock
