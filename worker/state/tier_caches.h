#pragma once

#include <memory>

#include <rocksdb/cache.h>
#include <rocksdb/write_buffer_manager.h>

#include "worker/state/state_memory.h"

namespace penstock {

/// Both are shared: every database of the host keeps them.
struct StateMemory::Caches {
  std::shared_ptr<rocksdb::Cache> blocks;
  std::shared_ptr<rocksdb::WriteBufferManager> writes;
};

}  // namespace penstock
