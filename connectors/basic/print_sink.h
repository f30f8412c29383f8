#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/pfr/core.hpp>

#include "api/sink.h"
#include "api/text.h"
#include "common/timestamp.h"

namespace penstock {

namespace internal {

/// A value as print() shows it: fields of a struct and elements of a list separated by ", ".
template <typename T>
void AppendShown(const T& value, std::string& line);

struct ShowFields {
  std::string& line;
  bool first = true;

  template <typename T>
  void operator()(const T& value) {
    if (!first) line += ", ";
    first = false;
    AppendShown(value, line);
  }
};

template <typename T>
void AppendShown(const T& value, std::string& line) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    line += std::string_view(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    line += value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    AppendShown(static_cast<std::underlying_type_t<T>>(value), line);
  } else if constexpr (std::is_integral_v<T>) {
    line += std::to_string(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    char digits[32];
    line.append(digits, static_cast<std::size_t>(
                            std::snprintf(digits, sizeof(digits), "%.10g", double{value})));
  } else if constexpr (requires { value.has_value(); }) {
    value ? AppendShown(*value, line) : void(line += "-");
  } else if constexpr (requires { value.begin(); }) {
    ShowFields show{line};
    for (const auto& element : value) show(element);
  } else if constexpr (requires { value.count(); }) {
    AppendShown(value.count(), line);
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    std::apply(
        [&line](const auto&... field) {
          ShowFields show{line};
          (show(field), ...);
        },
        value);
  } else {
    boost::pfr::for_each_field(value, ShowFields{line});
  }
}

}  // namespace internal

/// Writes each record as a line to standard output, with `prefix` before it. At least once: after a
/// failure lines are repeated.
template <typename T>
class PrintSinkOf final : public Sink<T> {
 public:
  explicit PrintSinkOf(std::string prefix) : prefix_(std::move(prefix)) {}

  std::string name() const override { return "print"; }
  Delivery delivery() const override { return Delivery::kAtLeastOnce; }
  Status Validate(FileSystem&) const override { return Status::Ok(); }
  Result<std::unique_ptr<SinkWriter<T>>> NewWriter(OperatorContext&,
                                                   std::string_view) const override {
    return std::unique_ptr<SinkWriter<T>>(std::make_unique<Writer>(prefix_));
  }

 private:
  class Writer final : public SinkWriter<T> {
   public:
    explicit Writer(std::string prefix) : prefix_(std::move(prefix)) {}

    Status Write(const TypedBatch<T>& batch) override {
      std::string lines;
      for (std::size_t i = 0; i < batch.size(); ++i) {
        lines += prefix_;
        internal::AppendShown(batch[i], lines);
        lines += '\n';
      }
      return Check(std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size());
    }
    Status PreCommit(CheckpointId, std::vector<std::string>&) override {
      return Check(std::fflush(stdout) == 0);
    }
    Status Close() override { return Check(std::fflush(stdout) == 0); }

   private:
    static Status Check(bool written) {
      if (written) return Status::Ok();
      return Status::External("cannot write to standard output",
                              "free space where it is redirected to, or use another sink");
    }
    const std::string prefix_;
  };

  const std::string prefix_;
};

/// For any record type: stream.sink_to(print()).
struct PrintSink {
  std::string prefix;

  template <typename T>
  PrintSinkOf<T> sink_for() const {
    return PrintSinkOf<T>(prefix);
  }
};

inline PrintSink print(std::string prefix = "") { return {std::move(prefix)}; }

}  // namespace penstock
