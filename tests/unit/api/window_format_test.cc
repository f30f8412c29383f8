// The stored form of windows is pinned by tests/golden/window-state.txt.

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "api/penstock.h"
#include "tests/support/operator_harness.h"
#include "tests/unit/api/window_random.h"

namespace penstock::testing {
namespace {

using namespace std::chrono_literals;

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    hex.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
  }
  return hex;
}

/// One line for each state, and one for each of its entries.
std::string Dump(const std::string& title, OperatorHarness<NaiveRecord, NaiveRow>& harness) {
  std::string text = title + "\n";
  const HarnessSnapshot snapshot = harness.Snapshot();
  for (std::size_t i = 0; i < snapshot.tables.size(); ++i) {
    const StateDescriptor& state = harness.tables()[i]->descriptor();
    text += state.name + " (" + state.kind + ")";
    for (const auto* fields : {&state.key, &state.space, &state.value}) {
      if (!fields->empty()) text += " |";
      for (const TypeField& field : *fields) text += " " + field.name + ":" + field.type;
    }
    text += "\n";
    for (const auto& [key, value] : snapshot.tables[i]) {
      text += "  " + Hex(key) + (value.empty() ? "" : " " + Hex(value)) + "\n";
    }
  }
  return text + "own " + Hex(snapshot.state) + "\n";
}

template <typename Place>
std::string DumpFilled(const std::string& title, Place&& place) {
  OperatorHarness<NaiveRecord, NaiveRow> harness(MakerOf<NaiveRecord>(place));
  harness.Watermark({10});
  harness.Process({1, 100}, {20});
  harness.Process({1, 101}, {24});
  harness.Process({2, 102}, {-3});
  harness.Process({2, 103}, {40});
  return Dump(title, harness);
}

TEST(WindowFormatTest, WhenStoredThenBytesAreGolden) {
  const std::string sessions =
      DumpFilled("sessions with a count trigger", [](const NaiveStream& stream) {
        stream.key_by(&NaiveRecord::key)
            .window("w", session(7ms))
            .allowed_lateness(60ms)
            .trigger(count_trigger(3))
            .aggregate(NaiveValues{}, &RowOf);
      });
  const std::string buffered = DumpFilled("records", [](const NaiveStream& stream) {
    stream.key_by(&NaiveRecord::key)
        .window("w", tumbling(30ms))
        .allowed_lateness(60ms)
        .process(NaiveProcess{});
  });
  const std::string text = sessions + buffered;
  std::ifstream file(PENSTOCK_GOLDEN "/window-state.txt");
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << "if a change is meant, raise the format's version";
}

}  // namespace
}  // namespace penstock::testing
