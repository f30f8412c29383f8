#include "common/http/connection_table.h"

namespace penstock {

ConnectionTable::Admission ConnectionTable::Add(const std::shared_ptr<Connection>& connection) {
  if (entries_.size() >= 2 * capacity_) return Admission::kOverrun;
  const bool full = entries_.size() >= capacity_;
  entries_.emplace(connection.get(), Entry{connection, idle_.end()});
  if (!full) return Admission::kAdmitted;
  return idle_.empty() ? Admission::kFull : Admission::kAdmittedInstead;
}

std::shared_ptr<Connection> ConnectionTable::Evict() {
  if (idle_.empty()) return nullptr;
  Entry& entry = entries_.at(idle_.front());
  idle_.pop_front();
  entry.idle = idle_.end();
  return entry.connection;
}

void ConnectionTable::SetIdle(Connection& connection, bool idle) {
  const auto found = entries_.find(&connection);
  if (found == entries_.end()) return;
  auto& place = found->second.idle;
  if (place != idle_.end()) idle_.erase(place);
  place = idle ? idle_.insert(idle_.end(), &connection) : idle_.end();
}

void ConnectionTable::Remove(Connection& connection) {
  const auto found = entries_.find(&connection);
  if (found == entries_.end()) return;
  if (found->second.idle != idle_.end()) idle_.erase(found->second.idle);
  entries_.erase(found);
}

std::vector<std::shared_ptr<Connection>> ConnectionTable::all() const {
  std::vector<std::shared_ptr<Connection>> connections;
  for (const auto& [key, entry] : entries_) connections.push_back(entry.connection);
  return connections;
}

}  // namespace penstock
