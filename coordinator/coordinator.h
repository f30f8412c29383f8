#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/clock.h"
#include "common/config/configuration.h"
#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

struct CoordinatorOptions {
  /// The penstock binary, for planners.
  std::string program = "/proc/self/exe";
  /// Somebody asked over REST that the cluster ends. Called on a thread of the coordinator; must
  /// not block; Stop() is still to be called.
  std::function<void()> on_shutdown = [] {};
};

/// A coordinator, embeddable: data directory, job store, dispatcher, RPC server and REST server put
/// together. Jobs that have not ended when it stops go on with the next coordinator on the same
/// data directory.
///
/// Keeps in <data>: coordinator.lock, secret, token, jobs/ (the job store), plugins/.
class Coordinator {
 public:
  /// `fs` and `clock` must outlive this.
  Coordinator(Configuration config, CoordinatorOptions options, FileSystem& fs, const Clock& clock);
  /// Stop() must have been called if Start() succeeded.
  ~Coordinator();

  /// Serves when it returns OK. Refuses addresses other than loopback, and a data directory that
  /// another coordinator uses.
  Status Start();
  void Stop();

  // After Start().
  std::uint16_t rest_port() const;
  std::uint16_t rpc_port() const;
  const std::string& token() const;
  const std::string& cluster_secret() const;

 private:
  class Parts;

  const Configuration config_;
  const CoordinatorOptions options_;
  FileSystem& fs_;
  const Clock& clock_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace penstock
