#include <cstdint>
#include <string>

#include "api/penstock.h"
#include "connectors/file/file_sink.h"
#include "connectors/file/file_source.h"

// Later versions of jobs/word_count, which keep other types. Arguments as there, and
//   --version NAME   "grown": the count was renamed and a field is new; "text": the count is text

using namespace penstock;

struct Word {
  std::string word;
};

struct Grown {
  std::string label = "new";
  std::uint64_t count = 0;
  static constexpr RenamedField renamed_fields[] = {{.before = "words", .now = "count"}};
  void add(const std::string&) { ++count; }
};

struct AsText {
  std::string words;
  void add(const std::string&) { words += '|'; }
};

template <typename Counting>
void Build(Stream<std::string> lines, const std::string& output) {
  lines.key_by([](const std::string& word) { return word; })
      .window("count", tumbling(24h))
      .aggregate(Counting{},
                 [](const std::string& word, Window, const Counting&) { return Word{word}; })
      .sink_to("counts", FileSink::csv<Word>(output));
}

PENSTOCK_JOB(next_count) {
  auto lines = env.from("lines", FileSource::text_lines(args.path("input")));
  if (args.get("version", "grown") == "grown") {
    Build<Grown>(lines, args.path("output"));
  } else {
    Build<AsText>(lines, args.path("output"));
  }
}
