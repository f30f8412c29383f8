#pragma once

#include <stdlib.h>

#include <string>

#include "common/file_system.h"

namespace penstock {

/// A fresh directory that goes with its owner.
class TempDir {
 public:
  TempDir() {
    const char* base = ::getenv("TMPDIR");
    path_ = JoinPath(base != nullptr ? base : "/tmp", "penstock-test-XXXXXX");
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~TempDir() { static_cast<void>(PosixFileSystem().RemoveTree(path_)); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return JoinPath(path_, name); }

 private:
  std::string path_;
};

}  // namespace penstock
