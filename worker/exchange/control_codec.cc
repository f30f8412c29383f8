#include "worker/exchange/control_codec.h"

#include <cassert>

#include <fmt/format.h>

#include "common/bytes.h"

namespace penstock::exchange {
namespace {

enum class ControlKind : std::uint8_t { kWatermark = 1, kWatermarkStatus = 2, kBarrier = 3 };

struct Appender {
  ByteWriter out;

  void operator()(const Watermark& watermark) {
    out.Fixed(ControlKind::kWatermark);
    out.Fixed(watermark.time.millis);
  }
  void operator()(const WatermarkStatus& status) {
    out.Fixed(ControlKind::kWatermarkStatus);
    out.Fixed(static_cast<std::uint8_t>(status.idle));
  }
  void operator()(const CheckpointBarrier& barrier) {
    out.Fixed(ControlKind::kBarrier);
    out.Fixed(barrier.checkpoint.value());
    out.Fixed(static_cast<std::uint8_t>(barrier.final));
    out.Fixed(barrier.triggered);
  }
  void operator()(const std::unique_ptr<Batch>&) { assert(false && "not a control element"); }
  void operator()(const EncodedRecords&) { assert(false && "not a control element"); }
};

CheckpointBarrier ReadBarrier(ByteReader& in) {
  CheckpointBarrier barrier;
  barrier.checkpoint = CheckpointId(in.Fixed<std::uint64_t>());
  barrier.final = in.Fixed<std::uint8_t>() != 0;
  barrier.triggered = in.Fixed<std::int64_t>();
  return barrier;
}

}  // namespace

void AppendControl(const StreamElement& element, std::string& out) {
  std::visit(Appender{ByteWriter(out)}, element);
}

Result<StreamElement> ParseControl(std::string_view payload) {
  ByteReader in(payload);
  const auto kind = in.Fixed<ControlKind>();
  StreamElement element;
  switch (kind) {
    case ControlKind::kWatermark: element = Watermark{{in.Fixed<std::int64_t>()}}; break;
    case ControlKind::kWatermarkStatus:
      element = WatermarkStatus{in.Fixed<std::uint8_t>() != 0};
      break;
    case ControlKind::kBarrier: element = ReadBarrier(in); break;
    default:
      return Status::Corruption(
          fmt::format("damaged frame: unknown control element {}", static_cast<unsigned>(kind)));
  }
  if (in.failed() || in.remaining() != 0) {
    return Status::Corruption(
        fmt::format("damaged frame: a control element of kind {} does not fill its {} bytes",
                    static_cast<unsigned>(kind), payload.size()));
  }
  return element;
}

}  // namespace penstock::exchange
