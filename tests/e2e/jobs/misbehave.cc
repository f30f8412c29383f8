#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"
#include "connectors/file/file_sink.h"

// A job that goes wrong in one way at one place, to see what becomes of it and of its neighbours.
// Arguments:
//   --output DIRECTORY  gets part-*.csv
//   --how WAY           none (default), throw, abort, segfault, exit, stack (recursion without
//                       end), hang, leak (memory that is used and kept)
//   --megabytes NUMBER  that leak keeps; default 100
//   --where PLACE       record (default): in map(); function: in the job function
//   --at NUMBER         the record that it goes wrong at; default 1000
//   --records NUMBER    default 100000
//   --rate NUMBER       records per second; default 50000

using namespace penstock;

struct Number {
  std::uint64_t value = 0;
};

/// Until the stack is full; the argument only keeps the compiler from seeing that.
std::uint64_t Recurse(std::uint64_t depth, std::uint64_t last) {
  volatile std::uint64_t frame[32] = {depth};
  return depth == last ? 0 : Recurse(depth + 1, last) + frame[depth % 32];
}

/// Written to, so that it is resident.
void Leak(std::uint64_t megabytes) {
  static std::vector<std::string> kept;
  for (std::uint64_t i = 0; i < megabytes; ++i) kept.emplace_back(1 << 20, 'x');
}

void Misbehave(const std::string& how, std::uint64_t megabytes) {
  if (how == "leak") Leak(megabytes);
  if (how == "throw") throw std::runtime_error("thrown on purpose");
  if (how == "abort") std::abort();
  if (how == "segfault") *static_cast<volatile int*>(nullptr) = 1;
  if (how == "exit") std::exit(0);
  if (how == "stack") Recurse(0, UINT64_MAX);
  if (how == "hang") std::this_thread::sleep_for(std::chrono::hours(1));
}

PENSTOCK_JOB(misbehave) {
  const auto how = args.get<std::string>("how", "none");
  const auto at = args.get<std::uint64_t>("at", 1000);
  const auto output = args.path("output");
  const auto numbers = sequence(args.get<std::uint64_t>("records", 100000), [](std::uint64_t i) {
                         return Number{i};
                       }).rate(args.get<std::uint64_t>("rate", 50000));
  const auto megabytes = args.get<std::uint64_t>("megabytes", 100);
  if (args.get<std::string>("where", "record") == "function") Misbehave(how, megabytes);
  env.from("numbers", numbers)
      .map([how, at, megabytes](Number number) {
        if (number.value == at) Misbehave(how, megabytes);
        return number;
      })
      .name("misbehave")
      .sink_to("out", FileSink::csv<Number>(output));
}
