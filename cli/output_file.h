#pragma once

#include <string>

namespace penstock {

/// Where a process of a local cluster prints what is no log: <data-dir>/logs/<role>.out, such as
/// why it gave up. One that has grown large is put aside as <role>.1.out, so that it is for each
/// start.
std::string OutputFile(const std::string& data_directory, const std::string& role);

}  // namespace penstock
