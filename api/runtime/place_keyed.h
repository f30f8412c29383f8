#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/job.h"
#include "api/runtime/edge_type_of.h"
#include "api/stream.h"

namespace penstock::internal {

/// Adds a keyed operator behind the hash edge of `KeyFn`.
template <typename Out, typename T, typename KeyFn, typename Make>
[[gnu::cold]] Stream<Out> PlaceKeyed(const StreamEnds& ends, const KeyFn& key, std::string name,
                                     std::string uid, std::vector<StateDescriptor> states,
                                     Make make) {
  OperatorSpec spec;
  spec.name = std::move(name);
  spec.uid = std::move(uid);
  spec.stateful = true;
  spec.states = std::move(states);
  spec.make = std::move(make);
  auto edge = std::make_shared<const HashEdge<T, KeyFn>>(key);
  return Stream<Out>(AddReader(ends.Over(edge), edge, std::move(spec)));
}

}  // namespace penstock::internal
