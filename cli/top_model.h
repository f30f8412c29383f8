#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

namespace penstock {

/// What `penstock top` shows, as read from the REST API. Ratios are 0 to 1, times milliseconds,
/// rates per second.
struct TopVertex {
  std::string name;
  std::string status;
  std::int64_t parallelism = 0;
  double busy = 0;
  double backpressured = 0;
  double records_in = 0;
  double records_out = 0;
  double skew = 0;
  std::optional<std::int64_t> watermark_lag;
};

struct TopJob {
  std::string id;
  std::string name;
  std::string state;
  std::int64_t duration = 0;
  std::int64_t restarts = 0;
  // Of its vertices; zeros while they are not known.
  double records_in = 0;   ///< That its sources read.
  double records_out = 0;  ///< That its sinks take.
  double busy = 0;         ///< Of the busiest.
  double backpressured = 0;
  std::optional<std::int64_t> watermark_lag;  ///< The largest.
  std::optional<std::int64_t> checkpoint_age;
  std::string bottleneck;  ///< Name of a vertex, if any.
  std::vector<TopVertex> vertices;
};

struct TopWorker {
  std::string id;
  std::int64_t slots = 0;
  std::int64_t free_slots = 0;
  std::int64_t memory = 0;
  std::int64_t used_memory = 0;
};

struct TopModel {
  std::int64_t slots = 0;
  std::int64_t free_slots = 0;
  std::int64_t running = 0;
  std::int64_t finished = 0;
  std::int64_t cancelled = 0;
  std::int64_t failed = 0;
  std::vector<TopWorker> workers;
  std::vector<TopJob> jobs;  ///< That have not ended.
};

enum class TopOrder : unsigned char { kName, kRate, kBusy, kBackpressure, kLag };

/// Of GET /overview, /taskmanagers and /jobs/overview.
TopModel ReadTopModel(const boost::json::value& overview, const boost::json::value& workers,
                      const boost::json::value& jobs);
/// Of GET /jobs/:job.
void ReadJobDetail(const boost::json::value& detail, TopJob& job);
/// Of GET /jobs/:job/checkpoints.
void ReadCheckpointAge(const boost::json::value& checkpoints, std::int64_t now, TopJob& job);
/// The greatest first, by name where they are equal.
void SortJobs(TopOrder order, std::vector<TopJob>& jobs);

boost::json::value ToJson(const TopModel& model);

}  // namespace penstock
