#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/evictor.h"
#include "api/runtime/keyed_state.h"
#include "api/runtime/list_cell.h"
#include "api/runtime/operator.h"
#include "api/runtime/state_table.h"
#include "api/runtime/window_entry.h"
#include "api/runtime/window_key.h"
#include "api/window_elements.h"

namespace penstock {

/// The records that wait in windows, a list for each. Means the window of `current`. Task thread
/// only.
template <typename K, typename T>
class WindowBuffer {
 public:
  using Element = WindowElement<T>;
  using Cell = internal::ListTableCell<WindowKey<K>, Element, ListChunk<Element>>;

  /// `current` outlives this.
  WindowBuffer(const std::string& uid, OperatorContext& context,
               const internal::CurrentKey<WindowKey<K>>& current)
      : cell_(Describe(uid), {context.key_groups(), context.max_parallelism(), current, {}}) {
    context.RegisterTable(cell_.table());
  }

  static StateDescriptor Describe(const std::string& uid) {
    StateDescriptor descriptor = Cell::Describe(uid, "window-elements");
    descriptor.kind = "window-list";
    descriptor.key = FingerprintOf<K>();
    descriptor.space = internal::DescribeWindow();
    Codec<std::uint32_t>::Describe("chunk", descriptor.space);
    return descriptor;
  }

  void Add(const T& record, Timestamp time) { cell_.Add({time, Owned<T>(record)}); }
  void AddAll(std::vector<Element> elements) {
    for (Element& element : elements) cell_.Add(std::move(element));
  }
  void Clear() { cell_.Clear(); }
  std::vector<Element> Load(std::uint64_t size) {
    std::vector<Element> elements;
    elements.reserve(size);
    const auto walk = cell_.Walk(/*reading=*/true);
    for (auto run = walk->Next(); !run.empty(); run = walk->Next()) {
      elements.insert(elements.end(), run.begin(), run.end());
    }
    return elements;
  }
  WindowElements<T> Elements(std::uint64_t size) { return {cell_, size}; }

 private:
  Cell cell_;
};

/// Calls what an evictor has of its hooks.
template <typename Evictor, typename T>
void EvictBefore(Evictor& evictor, std::vector<WindowElement<T>>& elements, Window window,
                 const EvictorContext& context) {
  if constexpr (requires { evictor.evict_before(elements, window, context); }) {
    evictor.evict_before(elements, window, context);
  }
}
template <typename Evictor, typename T>
void EvictAfter(Evictor& evictor, std::vector<WindowElement<T>>& elements, Window window,
                const EvictorContext& context) {
  if constexpr (requires { evictor.evict_after(elements, window, context); }) {
    evictor.evict_after(elements, window, context);
  }
}

}  // namespace penstock
