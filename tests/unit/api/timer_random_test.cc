// Timers of both kinds against naive ones.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/penstock.h"
#include "tests/support/operator_harness.h"
#include "tests/unit/api/window_random.h"

namespace penstock::testing {
namespace {

/// What a record asks for.
struct Wish {
  std::int64_t key = 0;
  bool wall_clock = false;
  bool erase = false;
  std::int64_t time = 0;
};
/// (wall clock, time, key).
using Ring = std::tuple<bool, std::int64_t, std::int64_t>;

struct Clocks : KeyedProcess<std::int64_t, Wish, Ring> {
  void process(const Wish& wish, Context& context, Collector<Ring>&) {
    const Timestamp time{wish.time};
    if (wish.wall_clock) {
      wish.erase ? context.timers().erase_processing_time(time)
                 : context.timers().set_processing_time(time);
    } else {
      wish.erase ? context.timers().erase(time) : context.timers().set(time);
    }
  }
  // Some timers set others, which are due in the same round.
  void on_timer(Timestamp time, Context& context, Collector<Ring>& out) {
    if (time.millis % 5 == 0) context.timers().set(time + Millis(1));
    out.collect({false, time.millis, context.key()});
  }
  void on_processing_timer(Timestamp time, Context& context, Collector<Ring>& out) {
    if (time.millis % 5 == 0) context.timers().set_processing_time(time + Millis(1));
    out.collect({true, time.millis, context.key()});
  }
};

class RandomTimers {
 public:
  explicit RandomTimers(std::uint64_t seed)
      : random_(seed), harness_(MakerOf<Wish>([](const Stream<Wish>& stream) {
          stream.key_by(&Wish::key).process("p", Clocks{});
        })) {}

  void Run(int steps) {
    for (int step = 0; step < steps; ++step) {
      const std::int64_t dice = Random(100);
      if (dice < 75) {
        Ask();
      } else if (dice < 82) {
        watermark_ += Random(40);
        harness_.Watermark({watermark_});
        Ringing(false, watermark_);
      } else if (dice < 89) {
        harness_.PassTime(std::chrono::milliseconds(Random(40)));
        Ringing(true, Now());
      } else if (dice < 92) {
        harness_.SnapshotAndRestore();
      } else {
        for (KeyedTable* table : harness_.tables()) {
          if (dice < 96) table->Evict(1);
          if (dice >= 96) table->Fill(static_cast<std::uint32_t>(Random(10)));
        }
      }
      Compare(step);
      if (::testing::Test::HasFailure()) return;
    }
  }

 private:
  std::int64_t Random(std::int64_t end) { return static_cast<std::int64_t>(random_() % end); }
  std::int64_t Now() { return ToMillis(harness_.clock().Wall()); }

  void Ask() {
    Wish wish{Random(4), Random(2) == 0, Random(4) == 0, 0};
    wish.time = (wish.wall_clock ? Now() : watermark_) - 10 + Random(60);
    const Ring ring{wish.wall_clock, wish.time, wish.key};
    wish.erase ? (void)set_.erase(ring) : (void)set_.insert(ring);
    harness_.Process(wish);
  }
  void Ringing(bool wall_clock, std::int64_t to) {
    while (true) {
      const auto first = set_.lower_bound({wall_clock, INT64_MIN, INT64_MIN});
      if (first == set_.end() || std::get<0>(*first) != wall_clock || std::get<1>(*first) > to) {
        return;
      }
      const auto [kind, time, key] = *first;
      set_.erase(first);
      expected_.push_back({kind, time, key});
      if (time % 5 == 0) set_.insert({kind, time + 1, key});
    }
  }
  void Compare(int step) {
    std::vector<Ring> rung;
    for (; seen_ < harness_.records().size(); ++seen_) {
      rung.push_back(harness_.records()[seen_].record);
    }
    EXPECT_TRUE(std::is_sorted(rung.begin(), rung.end(), [](const Ring& a, const Ring& b) {
      return std::get<1>(a) < std::get<1>(b);
    })) << step;
    std::sort(rung.begin(), rung.end());
    std::sort(expected_.begin(), expected_.end());
    EXPECT_EQ(rung, expected_) << step;
    expected_.clear();
  }

  std::mt19937_64 random_;
  OperatorHarness<Wish, Ring> harness_;
  std::set<Ring> set_;
  std::vector<Ring> expected_;
  std::int64_t watermark_ = 0;
  std::size_t seen_ = 0;
};

TEST(TimerRandomTest, WhenTimersAreSetAndErasedThenTheyRingAsNaiveOnes) {
  for (std::uint64_t seed = 1; seed <= Seeds(100); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomTimers(seed).Run(200);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace penstock::testing
