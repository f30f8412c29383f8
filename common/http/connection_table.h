#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <vector>

namespace penstock {

/// A client's connection, as the server knows it. Both methods run where the connection's other
/// work runs, see Core::Run.
class Connection {
 public:
  virtual ~Connection() = default;
  /// The server stops: end in good order, now or after the answer under way.
  virtual void WindDown() = 0;
  /// Ends whatever is under way.
  virtual void Close() = 0;
  /// Ends it if no request is under way.
  virtual void CloseIfIdle() = 0;
  /// Runs a task of this connection; after one another. Any thread.
  virtual void Post(std::function<void()> task) = 0;
};

/// The connections that are open, and which of them wait for a request. When it is full, the one
/// that has been idle for longest has to go. Not thread-safe.
class ConnectionTable {
 public:
  /// A few more than `capacity` may be open while those that have to go are on their way out.
  explicit ConnectionTable(std::size_t capacity) : capacity_(capacity) {}

  enum class Admission : unsigned char {
    kAdmitted,
    kAdmittedInstead,  ///< Of Evict()'s.
    kFull,             ///< All are busy: added, to be told so.
    kOverrun,          ///< Not added.
  };
  Admission Add(const std::shared_ptr<Connection>& connection);
  /// The one that has been idle for longest, which is not idle from now on; null when none is.
  std::shared_ptr<Connection> Evict();
  void SetIdle(Connection& connection, bool idle);
  void Remove(Connection& connection);

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  std::vector<std::shared_ptr<Connection>> all() const;

 private:
  struct Entry {
    std::shared_ptr<Connection> connection;  // shared: its pending operations hold it too
    std::list<Connection*>::iterator idle;   // idle_.end(): it is not
  };

  const std::size_t capacity_;
  std::map<Connection*, Entry> entries_;
  std::list<Connection*> idle_;  // idle for longest first
};

}  // namespace penstock
