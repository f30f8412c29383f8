#include "worker/plugin/loader.h"

#include <dlfcn.h>

#include "common/file_system.h"

namespace penstock {

Result<const PluginEntry*> LoadPlugin(const std::string& path) {
  // Without a slash the loader would search its own directories.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return Status::InvalidArgument(std::string("the plugin can't be loaded: ") + ::dlerror(),
                                   "link the job so that it is complete in itself, or install the "
                                   "libraries that it needs on every worker");
  }
  const auto function = reinterpret_cast<PluginFunction>(::dlsym(library, kPluginSymbol));
  const PluginEntry* entry = function == nullptr ? nullptr : function();
  if (entry == nullptr || entry->build == nullptr) {
    return Status::InvalidArgument(path + " exports no job",
                                   "define the job with PENSTOCK_JOB(name) { … }");
  }
  return entry;
}

}  // namespace penstock
