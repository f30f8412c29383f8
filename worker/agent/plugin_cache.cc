#include "worker/agent/plugin_cache.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/checksum.h"

namespace penstock {

std::string PluginHash(std::string_view content) {
  return fmt::format("{:016x}", Checksum(content));
}

Result<std::string> PluginCache::PathOf(const std::string& hash) const {
  const bool digits = std::all_of(hash.begin(), hash.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (hash.size() != 16 || !digits) {
    return Status::InvalidArgument("not the hash of a plugin: " + hash);
  }
  return JoinPath(directory_, hash + ".so");
}

Result<std::optional<std::string>> PluginCache::Find(const std::string& hash) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string path, PathOf(hash));
  PENSTOCK_ASSIGN_OR_RETURN(const bool exists, fs_.Exists(path));
  if (!exists) return std::optional<std::string>();
  PENSTOCK_ASSIGN_OR_RETURN(const std::string content, ReadFile(fs_, path));
  if (PluginHash(content) == hash) return std::optional<std::string>(path);
  PENSTOCK_RETURN_IF_ERROR(fs_.Remove(path));
  return std::optional<std::string>();
}

Result<std::string> PluginCache::Store(const std::string& hash, std::string_view content) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string path, PathOf(hash));
  if (const std::string actual = PluginHash(content); actual != hash) {
    return Status::Corruption("the plugin " + hash + " arrived with the hash " + actual);
  }
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(directory_, 0700));
  PENSTOCK_RETURN_IF_ERROR(WriteFileAtomically(fs_, path, content));
  return path;
}

}  // namespace penstock
