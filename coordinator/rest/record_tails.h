#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/http/sse.h"
#include "coordinator/dispatcher.h"

namespace penstock {

/// Shows people some of the records that leave an operator, as server-sent events "record", and how
/// many were not shown as "dropped". While somebody watches, the task hosts are asked four times a
/// second, which also keeps their taps open; those close by themselves when nobody asks any more
/// (wire/query.h, TailRecords). All who watch one operator see the same. Coordinator thread only.
class RecordTails {
 public:
  static constexpr Clock::Duration kInterval = std::chrono::milliseconds(250);
  /// Of all subtasks together, in every interval: never more than 50 in a second.
  static constexpr std::size_t kMostRecords = 12;
  /// After the last question.
  static constexpr std::chrono::milliseconds kLease{1200};
  static constexpr std::size_t kMostTails = 16;

  struct Subject {
    JobId job;
    VertexId vertex;
    std::uint32_t position = 0;  ///< Of the operator in its vertex.
    auto operator<=>(const Subject&) const = default;
  };

  /// `dispatcher` outlives this; it is stopped before this goes.
  explicit RecordTails(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  /// kUnavailable when too many operators are watched already.
  Status CheckRoom(const Subject& subject) const;
  /// `limit`: the stream ends after so many records; nothing: with the job, or when its reader
  /// goes.
  void Watch(const Subject& subject, std::optional<std::uint64_t> limit, HttpStream stream);

 private:
  struct Viewer {
    HttpStream stream;
    std::optional<std::uint64_t> left;
  };
  struct Tail {
    std::list<Viewer> viewers{};
    std::set<HostId> asked{};   // that have not answered yet
    std::size_t allowance = 0;  // records, until the next look
    std::uint64_t dropped = 0;  // not told yet
  };

  void Arm();
  void Tick();
  /// False when there is nobody, or nothing, to show any more.
  bool Continue(const Subject& subject, Tail& tail);
  void AskHosts(const JobMaster& job, const Subject& subject, Tail& tail);
  void OnAnswer(const Subject& subject, HostId host, const Result<std::string>& answer);

  Dispatcher& dispatcher_;
  std::map<Subject, Tail> tails_;
  bool armed_ = false;
};

/// Position in its vertex of the operator with this uid, or name if it has none; empty: of the last
/// whose records can be watched. NotFound when there is none, or when its main output is read by
/// nobody, or by a custom partitioner only.
Result<std::uint32_t> WatchedOperator(const JobGraph& graph, VertexId vertex,
                                      const std::string& uid);

}  // namespace penstock
