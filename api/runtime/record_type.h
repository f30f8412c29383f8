#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/batch.h"
#include "api/runtime/channel_writer.h"
#include "api/runtime/keyed_table.h"
#include "common/status.h"

namespace penstock {

/// How an edge distributes records over the receiving subtasks.
enum class Distribution : unsigned char {
  kForward,    ///< To the subtask of the same index; chained where possible.
  kHash,       ///< By key group.
  kRebalance,  ///< In turn.
  kRescale,    ///< In turn over those few that are this sender's.
  kShuffle,    ///< At random.
  kGlobal,     ///< To the first.
  kBroadcast,  ///< To all.
  kCustom,     ///< As a function of the job says.
};

/// The type of the records on an edge, for untyped code. One static object per type in the plugin.
class RecordType {
 public:
  virtual ~RecordType() = default;
  virtual const Fingerprint& fingerprint() const = 0;
  virtual std::unique_ptr<Batch> NewBatch() const = 0;
  /// Appends `count` records (timestamp and value each) from a received buffer. Corruption when
  /// they don't fill `bytes` exactly.
  virtual Status Decode(std::string_view bytes, std::uint32_t count, Batch& batch) const = 0;
};

/// What a Partitioner is made for. The writers outlive it.
struct PartitionerSpec {
  std::vector<ChannelWriter*> channels;  ///< One per receiving subtask that the edge connects.
  std::uint32_t max_parallelism = 0;     ///< Of the receiving vertex.
  std::uint32_t subtask = 0;             ///< Of the sender; where Rebalance starts.
};

/// An edge between two operators: its record type, how it distributes and, for kHash, by what key.
class EdgeType {
 public:
  virtual ~EdgeType() = default;
  /// As declared. A kForward between different parallelisms acts as kRebalance.
  virtual Distribution distribution() const = 0;
  virtual const RecordType& record_type() const = 0;
  /// Layout of the key; empty unless kHash.
  virtual const Fingerprint& key() const = 0;
  /// Never for a chained edge.
  virtual std::unique_ptr<Partitioner> NewPartitioner(PartitionerSpec spec) const = 0;
};

}  // namespace penstock
