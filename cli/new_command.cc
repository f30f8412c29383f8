#include "cli/new_command.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/job_template.h"
#include "common/file_system.h"

namespace penstock {
namespace {

constexpr std::size_t kLongestName = 64;
/// Names that CMake keeps for itself.
constexpr std::array<std::string_view, 8> kTargets{"all",     "clean",   "edit_cache",    "help",
                                                   "install", "package", "rebuild_cache", "test"};

std::string WithName(std::string_view text, std::string_view name) {
  std::string result;
  for (std::size_t at = 0; (at = text.find(kTemplateJob)) != text.npos;) {
    result += text.substr(0, at);
    result += name;
    text.remove_prefix(at + kTemplateJob.size());
  }
  return result += text;
}

Status CheckEmpty(FileSystem& fs, const std::string& directory) {
  PENSTOCK_ASSIGN_OR_RETURN(const bool exists, fs.Exists(directory));
  if (!exists) return {};
  constexpr const char* kHint = "name another directory with --dir";
  PENSTOCK_ASSIGN_OR_RETURN(const bool is_directory, fs.IsDirectory(directory));
  if (!is_directory) {
    return Status::User(ErrorCode::kAlreadyExists, directory + " is a file", kHint);
  }
  PENSTOCK_ASSIGN_OR_RETURN(const std::vector<std::string> names, fs.List(directory));
  if (names.empty()) return {};
  return Status::User(ErrorCode::kAlreadyExists, directory + " is not empty", kHint);
}

Status WriteProject(FileSystem& fs, const std::string& directory, const std::string& name) {
  constexpr unsigned kMode = 0755;
  PENSTOCK_RETURN_IF_ERROR(fs.MakeDirectories(directory, kMode));
  for (const TemplateFile& file : JobTemplate()) {
    const std::string path = JoinPath(directory, WithName(file.path, name));
    PENSTOCK_RETURN_IF_ERROR(fs.MakeDirectories(ParentPath(path), kMode));
    PENSTOCK_ASSIGN_OR_RETURN(const auto out, fs.Create(path));
    PENSTOCK_RETURN_IF_ERROR(out->Append(WithName(file.content, name)));
    PENSTOCK_RETURN_IF_ERROR(out->Close());
  }
  return {};
}

/// The directory that has bin/penstock, this binary, and the CMake package; empty when there is no
/// package beside it.
std::string PackagePrefix(FileSystem& fs) {
  const Result<std::string> binary = fs.RealPath("/proc/self/exe");
  if (!binary.ok()) return "";
  std::string prefix = ParentPath(ParentPath(*binary));
  const auto package = fs.Exists(JoinPath(prefix, "lib/cmake/Penstock/PenstockConfig.cmake"));
  return package.ok() && *package ? prefix : "";
}

std::string NextSteps(const std::string& directory, const std::string& name,
                      const std::string& prefix) {
  return fmt::format(
      "Next:\n"
      "  cd {}\n"
      "  cmake -B build -DCMAKE_PREFIX_PATH={}\n"
      "  cmake --build build && ctest --test-dir build\n"
      "  penstock run --local --config config.yaml build/{}.so",
      directory, prefix.empty() ? "<where Penstock is installed>" : prefix, name);
}

}  // namespace

Status CheckJobName(std::string_view name) {
  const auto fits = [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
  };
  const bool valid = !name.empty() && name.size() <= kLongestName &&
                     std::islower(static_cast<unsigned char>(name.front())) != 0 &&
                     std::all_of(name.begin(), name.end(), fits);
  if (!valid) {
    return Status::InvalidArgument(
        fmt::format("'{}' can't be the name of a job", name),
        fmt::format("begin with a lower-case letter, go on with such letters, digits and _, up to "
                    "{}: page_views",
                    kLongestName));
  }
  if (std::find(kTargets.begin(), kTargets.end(), name) != kTargets.end()) {
    return Status::InvalidArgument(fmt::format("CMake keeps the name '{}' for itself", name),
                                   fmt::format("choose another, such as {}_job", name));
  }
  return {};
}

int NewJob(const CommandContext& context, const NewJobRequest& request) {
  FileSystem& fs = PosixFileSystem();
  const std::string directory = request.directory.empty() ? request.name : request.directory;
  Status status = CheckJobName(request.name);
  if (status.ok()) status = CheckEmpty(fs, directory);
  if (status.ok()) status = WriteProject(fs, directory, request.name);
  if (!status.ok()) return Fail(context, status);
  context.console.Line(fmt::format("Job {} is in {}", request.name, directory));
  context.console.Message(NextSteps(directory, request.name, PackagePrefix(fs)));
  return kExitDone;
}

}  // namespace penstock
