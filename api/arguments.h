#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/argument_limits.h"
#include "api/runtime/argument_value.h"
#include "api/runtime/plugin.h"

namespace penstock {

/// The arguments a job was submitted with: `penstock run job.so --input flights.json --top 5`. A
/// job asks for each by name, and may say what values it takes and what it is for:
///
///   const int top = args.get("top", 5, between(1, 100), "how many airports a day");
///
/// `penstock run job.so --help` shows them all. What is missing, has the wrong type or a value that
/// isn't allowed, or was never asked for is reported, all at once, when the job function has
/// returned. Until then a missing argument is an empty value. Types: std::string, bool ("true",
/// "false"), integers, floating point, durations ("10 s", "5min").
class Arguments {
 public:
  explicit Arguments(JobArguments given) : given_(std::move(given)) {}

  /// The argument, or `fallback` when it isn't given.
  template <typename T>
  internal::ArgumentType<T> get(const std::string& name, T fallback, const char* about = "") const {
    return Optional<internal::ArgumentType<T>>(name, std::move(fallback), AnyValue(), about);
  }
  /// The same of limited values: between(), at_least(), at_most() or one_of().
  template <typename T, typename Limits>
  requires requires(const Limits& limits) { limits.Describe(); }
  internal::ArgumentType<T> get(const std::string& name, T fallback, const Limits& limits,
                                const char* about = "") const {
    return Optional<internal::ArgumentType<T>>(name, std::move(fallback), limits, about);
  }
  /// The argument; the submission is refused when it isn't given.
  template <typename T>
  T required(const std::string& name, const char* about = "") const {
    return Parse(name, Find(Spec<T>(name, AnyValue(), about)), T{}, AnyValue());
  }
  template <typename T, typename Limits>
  requires requires(const Limits& limits) { limits.Describe(); }
  T required(const std::string& name, const Limits& limits, const char* about = "") const {
    return Parse(name, Find(Spec<T>(name, limits, about)), T{}, limits);
  }

  /// A path; a relative one, a fallback too, belongs to the directory the job was submitted from.
  std::string path(const std::string& name, const std::string& fallback,
                   const char* about = "") const {
    return Absolute(Find({name, "path", fallback, "", about}), fallback);
  }
  /// A path that must be given.
  std::string required_path(const std::string& name, const char* about = "") const {
    return Absolute(Find({name, "path", std::nullopt, "", about}), "");
  }
  std::string path(const std::string& name) const { return required_path(name); }

  /// For the framework: what was asked for so far, in that order.
  const std::vector<ArgumentSpec>& Asked() const { return asked_; }
  /// For the framework, after the job function has returned: everything that is wrong.
  [[gnu::cold]] std::vector<std::string> Problems() const {
    std::vector<std::string> problems = problems_;
    for (const auto& [name, value] : given_.named) {
      if (!Knows(name)) problems.push_back("unknown argument --" + name + "; " + Known());
    }
    return problems;
  }

 private:
  struct AnyValue {
    bool Allows(const auto&) const { return true; }
    std::string Describe() const { return ""; }
  };

  template <typename T, typename Limits>
  static ArgumentSpec Spec(const std::string& name, const Limits& limits, const char* about) {
    return {name, internal::ArgumentTypeName<T>(), std::nullopt, limits.Describe(), about};
  }

  template <typename T, typename Limits>
  T Optional(const std::string& name, T fallback, const Limits& limits, const char* about) const {
    ArgumentSpec spec = Spec<T>(name, limits, about);
    spec.fallback = internal::ShowArgument(fallback);
    if (!limits.Allows(fallback)) {
      Complain("the default of argument --" + name + " is '" + *spec.fallback + "', but must be " +
               spec.allowed);
    }
    return Parse(name, Find(std::move(spec)), std::move(fallback), limits);
  }

  template <typename T, typename Limits>
  T Parse(const std::string& name, const std::string* text, T fallback,
          const Limits& limits) const {
    if (text == nullptr) return fallback;
    T value{};
    const bool parsed = internal::ParseArgument(*text, value);
    if (parsed && limits.Allows(value)) return value;
    Complain("argument --" + name + " is '" + *text + "', " +
             (parsed ? "but must be " + limits.Describe()
                     : std::string("which is no ") + internal::ArgumentTypeName<T>()));
    return fallback;
  }

  /// Null when the argument isn't given. One that is asked for again is the same one.
  [[gnu::cold]] const std::string* Find(ArgumentSpec spec) const {
    const auto found = given_.named.find(spec.name);
    const bool missing = found == given_.named.end();
    if (missing && !spec.fallback) Complain("argument --" + spec.name + " is missing");
    if (!Knows(spec.name)) asked_.push_back(std::move(spec));
    return missing ? nullptr : &found->second;
  }

  bool Knows(const std::string& name) const {
    return std::any_of(asked_.begin(), asked_.end(),
                       [&](const ArgumentSpec& spec) { return spec.name == name; });
  }

  void Complain(std::string problem) const { problems_.push_back(std::move(problem)); }

  [[gnu::cold]] std::string Absolute(const std::string* text, const std::string& fallback) const {
    const std::string& path = text == nullptr ? fallback : *text;
    if (path.empty() || path.front() == '/' || given_.working_directory.empty()) return path;
    return given_.working_directory + "/" + (path.starts_with("./") ? path.substr(2) : path);
  }

  [[gnu::cold]] std::string Known() const {
    if (asked_.empty()) return "this job takes no arguments";
    std::string list;
    for (const ArgumentSpec& spec : asked_) {
      list += (list.empty() ? "--" : ", --") + spec.name + " <" + spec.type + ">";
      if (spec.fallback) list += " (default '" + *spec.fallback + "')";
    }
    return "this job knows " + list;
  }

  const JobArguments given_;
  // A job function gets its arguments as const; these remember what it asked for.
  mutable std::vector<ArgumentSpec> asked_;
  mutable std::vector<std::string> problems_;
};

}  // namespace penstock
