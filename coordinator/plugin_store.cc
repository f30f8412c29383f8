#include "coordinator/plugin_store.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "common/checksum.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr std::string_view kPluginSuffix = ".so";

Result<PluginEntry> ParseDescription(const std::string& hash, const std::string& text,
                                     const std::string& path) {
  json::error_code failure;
  const json::value value = json::parse(text, failure);
  const json::object* object = failure ? nullptr : value.if_object();
  const json::value* name = object == nullptr ? nullptr : object->if_contains("name");
  const json::value* uploaded = object == nullptr ? nullptr : object->if_contains("uploaded");
  if (name == nullptr || !name->is_string() || uploaded == nullptr || !uploaded->is_int64()) {
    return Status::Corruption(path + " does not describe a plugin",
                              "remove it and upload the plugin again");
  }
  return PluginEntry{hash, std::string(name->get_string()), uploaded->get_int64()};
}

}  // namespace

PluginStore::PluginStore(FileSystem& fs, const Clock& clock, std::string directory)
    : fs_(fs), clock_(clock), directory_(std::move(directory)) {}

std::string PluginStore::PathOf(const std::string& hash) const {
  return JoinPath(directory_, hash).append(kPluginSuffix);
}

std::string PluginStore::DescriptionPath(const std::string& hash) const {
  return JoinPath(directory_, hash) + ".json";
}

Status PluginStore::Open() {
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(directory_));
  PENSTOCK_ASSIGN_OR_RETURN(const auto names, fs_.List(directory_));
  MutexLock lock(mu_);
  for (const std::string& name : names) {
    if (!name.ends_with(kPluginSuffix)) continue;
    const std::string hash = name.substr(0, name.size() - kPluginSuffix.size());
    const std::string path = DescriptionPath(hash);
    const auto text = ReadFile(fs_, path);
    // The description is written first; a plugin without one is not complete and is uploaded again.
    if (!text.ok()) continue;
    PENSTOCK_ASSIGN_OR_RETURN(entries_[hash], ParseDescription(hash, *text, path));
  }
  return {};
}

Result<PluginEntry> PluginStore::Add(const std::string& name, std::string_view content) {
  const PluginEntry entry{fmt::format("{:016x}", Checksum(content)), name, ToMillis(clock_.Wall())};
  MutexLock lock(mu_);
  if (const auto known = entries_.find(entry.hash); known != entries_.end()) return known->second;
  const json::object description{{"name", name}, {"uploaded", entry.uploaded_millis}};
  PENSTOCK_RETURN_IF_ERROR(
      WriteFileAtomically(fs_, DescriptionPath(entry.hash), json::serialize(description)));
  PENSTOCK_RETURN_IF_ERROR(WriteFileAtomically(fs_, PathOf(entry.hash), content));
  entries_[entry.hash] = entry;
  return entry;
}

std::vector<PluginEntry> PluginStore::List() const {
  MutexLock lock(mu_);
  std::vector<PluginEntry> entries;
  for (const auto& [hash, entry] : entries_) entries.push_back(entry);
  return entries;
}

Result<PluginEntry> PluginStore::Find(std::string_view id) const {
  MutexLock lock(mu_);
  const auto found = entries_.find(id.substr(0, id.find('_')));
  if (found == entries_.end()) {
    return Status::NotFound("there is no plugin '" + std::string(id) + "'",
                            "upload it first, with POST /jars/upload");
  }
  return found->second;
}

Status PluginStore::Remove(const std::string& hash) {
  MutexLock lock(mu_);
  entries_.erase(hash);
  PENSTOCK_RETURN_IF_ERROR(fs_.Remove(PathOf(hash)));
  return fs_.Remove(DescriptionPath(hash));
}

Result<std::string> PluginStore::Read(const std::string& hash, std::uint64_t offset,
                                      std::uint32_t length) const {
  PENSTOCK_RETURN_IF_ERROR(Find(hash).status());
  PENSTOCK_ASSIGN_OR_RETURN(const auto file, fs_.Open(PathOf(hash)));
  std::string bytes(length, '\0');
  PENSTOCK_ASSIGN_OR_RETURN(const std::size_t read, file->Read(offset, bytes.data(), length));
  bytes.resize(read);
  return bytes;
}

}  // namespace penstock
