#include <cctype>
#include <cstdint>
#include <string>

#include "api/penstock.h"
#include "connectors/file/file_sink.h"
#include "connectors/file/file_source.h"

// How often does each word occur?

using namespace penstock;

struct WordCount {
  std::string word;
  std::uint64_t count = 0;
};

struct Counting {
  std::uint64_t words = 0;
  void add(const std::string&) { ++words; }
};

void SplitIntoWords(const std::string& line, Collector<std::string>& out) {
  std::string word;
  for (const char c : line + ' ') {
    if (std::isalpha(static_cast<unsigned char>(c))) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty()) {
      out.collect(word);
      word.clear();
    }
  }
}

TextFileSource Lines(const std::string& path, double rate) {
  auto lines = FileSource::text_lines(path);
  return rate == 0 ? std::move(lines) : std::move(lines).rate(rate);
}

PENSTOCK_JOB(word_count) {
  // Lines carry no time: all are in one window, which closes when the text has ended.
  const std::string input = args.required_path("input", "text: a file, a directory or a pattern");
  const std::string output = args.required_path("output", "directory that gets part-*.csv");
  const double rate = args.get("rate", 0.0, at_least(0), "lines per second; 0: no limit");
  env.from("lines", Lines(input, rate))
      .flat_map(SplitIntoWords)
      .key_by([](const std::string& word) { return word; })
      .window("count", tumbling(24h))
      .aggregate(Counting{},
                 [](const std::string& word, Window, const Counting& counting) {
                   return WordCount{word, counting.words};
                 })
      .sink_to("counts", FileSink::csv<WordCount>(output));
}
