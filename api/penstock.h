#pragma once

/// The one include of a job author:
///
///   #include <penstock/penstock.h>
///   using namespace penstock;
///
///   PENSTOCK_JOB(word_count) {
///     env.from("lines", …).flat_map(…).key_by(&Word::word).reduce("count", …).sink_to("out", …);
///   }

#include "api/all_windowed_stream.h"
#include "api/argument_limits.h"
#include "api/arguments.h"
#include "api/connected_streams.h"
#include "api/environment.h"
#include "api/interval_join.h"
#include "api/job.h"
#include "api/keyed_stream.h"
#include "api/output_tag.h"
#include "api/renamed_field.h"
#include "api/runtime/plugin.h"
#include "api/sink.h"
#include "api/source.h"
#include "api/stream.h"
#include "api/text.h"
#include "api/time.h"
#include "api/window_join.h"
#include "common/plugin_note.h"

#ifndef PENSTOCK_PLUGIN_MARCH
#define PENSTOCK_PLUGIN_MARCH "x86-64"
#endif

namespace penstock::internal {

static_assert(PENSTOCK_PLUGIN_ABI == kPluginAbiVersion);

using JobFunction = void (*)(Environment&, const Arguments&);

/// Tells the builder at its end, also when the job function throws, what is known by then.
struct ArgumentReport {
  const Arguments& arguments;
  JobBuilder& builder;

  [[gnu::cold]] ~ArgumentReport() {
    for (const ArgumentSpec& argument : arguments.Asked()) builder.DeclareArgument(argument);
    for (std::string& problem : arguments.Problems()) builder.Complain(std::move(problem));
  }
};

/// Runs a job function and gives the builder what it declared, and all that is wrong.
[[gnu::cold]] inline void BuildJob(JobFunction job, const JobArguments& given,
                                   JobBuilder& builder) {
  const Arguments arguments(given);
  JobDraft draft;
  Environment environment(draft);
  {
    const ArgumentReport report{arguments, builder};
    job(environment, arguments);
  }
  draft.Submit(builder, arguments.Problems().empty());
}

}  // namespace penstock::internal

/// Defines the plugin's job; its body follows in braces and sees `penstock::Environment& env` and
/// `const penstock::Arguments& args`. Once per plugin, at namespace scope, outside of any
/// namespace.
#define PENSTOCK_JOB(job)                                                                  \
  __attribute__((cold)) static void penstock_job_##job(::penstock::Environment& env,       \
                                                       const ::penstock::Arguments& args); \
  __attribute__((section(".note.penstock"), used,                                          \
                 aligned(4))) static constexpr auto penstock_note =                        \
      ::penstock::MakePluginNote(PENSTOCK_ABI_LINES "march=" PENSTOCK_PLUGIN_MARCH         \
                                                    "\n"                                   \
                                                    "job=" #job "\n");                     \
  extern "C" __attribute__((visibility("default"))) const ::penstock::PluginEntry*         \
  penstock_plugin() {                                                                      \
    static constexpr ::penstock::PluginEntry entry{                                        \
        #job, [](const ::penstock::JobArguments& given, ::penstock::JobBuilder& builder) { \
          ::penstock::internal::BuildJob(&penstock_job_##job, given, builder);             \
        }};                                                                                \
    return &entry;                                                                         \
  }                                                                                        \
  static void penstock_job_##job([[maybe_unused]] ::penstock::Environment& env,            \
                                 [[maybe_unused]] const ::penstock::Arguments& args)
