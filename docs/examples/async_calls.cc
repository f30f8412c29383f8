// The examples of docs/writing-jobs.md, chapter "Asynchronous calls".

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/async.h"
#include "api/penstock.h"
#include "api/testing/testing.h"

using namespace penstock;

namespace {

using penstock::testing::OperatorTest;
using ::testing::ElementsAre;

std::int64_t PriceOf(const std::string& product) {
  return static_cast<std::int64_t>(product.size());
}

/// A client with callbacks, like those of databases.
struct Client {
  template <typename Callback>
  void Query(const std::string& product, Callback callback) {
    std::thread([product, callback] { callback(PriceOf(product)); }).detach();
  }
};

// [async-function]
struct Price : AsyncFunction<std::string, std::int64_t> {
  Client client;

  void async_invoke(const std::string& product, AsyncResult<std::int64_t> result) {
    client.Query(product, [result](std::int64_t price) { result.complete(price); });
  }
  void timeout(const std::string&, AsyncResult<std::int64_t> result) { result.complete(-1); }
};
// [async-function]

Stream<std::int64_t> Ordered(const Stream<std::string>& products) {
  // [async-ordered]
  auto prices =
      async_ordered(products, "prices", Price{},
                    async_options().timeout(5s).capacity(200).retry(/*attempts=*/3, 100ms));
  // [async-ordered]
  return prices;
}

TEST(AsyncExamples, Ordered) {
  OperatorTest<std::string, std::int64_t> test(&Ordered);
  test.process("a");
  test.process("bb");
  test.end();
  EXPECT_THAT(test.output(), ElementsAre(1, 2));
}

Stream<std::int64_t> Blocking(const Stream<std::string>& products) {
  // [async-blocking]
  auto prices = async_unordered(products, "prices", blocking<std::string>(/*threads=*/8, &PriceOf));
  // [async-blocking]
  return prices;
}

TEST(AsyncExamples, Blocking) {
  OperatorTest<std::string, std::int64_t> test(&Blocking);
  test.process("a");
  test.process("bb");
  test.end();
  EXPECT_THAT(test.output(), ::testing::UnorderedElementsAre(1, 2));
}

}  // namespace
