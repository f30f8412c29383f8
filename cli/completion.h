#pragma once

#include <string>
#include <string_view>

#include <CLI/App.hpp>

namespace penstock {

/// A script that makes a shell complete the command line `app`: commands, options and the values of
/// those that have some; job ids, which it asks the coordinator for; plugins, files and keys of the
/// configuration. `shell` is "bash", "zsh" or "fish".
std::string CompletionScript(const CLI::App& app, std::string_view shell);

}  // namespace penstock
