#include <lz4frame.h>

#include "connectors/file/compression.h"

namespace penstock::internal {
namespace {

class Lz4Decoder final : public Decoder {
 public:
  explicit Lz4Decoder(LZ4F_dctx* context) : context_(context) {}
  ~Lz4Decoder() override { LZ4F_freeDecompressionContext(context_); }

  Result<Progress> Decode(std::string_view in, char* out, std::size_t room) override {
    if (at_frame_end_ && in.empty()) return Progress{0, 0, true};
    std::size_t consumed = in.size();
    std::size_t produced = room;
    const std::size_t code =
        LZ4F_decompress(context_, out, &produced, in.data(), &consumed, nullptr);
    if (LZ4F_isError(code) != 0) return Status::InvalidArgument(LZ4F_getErrorName(code));
    at_frame_end_ = code == 0;
    return Progress{consumed, produced, at_frame_end_};
  }

 private:
  LZ4F_dctx* const context_;
  bool at_frame_end_ = false;
};

class Lz4Encoder final : public Encoder {
 public:
  explicit Lz4Encoder(LZ4F_cctx* context) : context_(context) {
    preferences_.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  }
  ~Lz4Encoder() override { LZ4F_freeCompressionContext(context_); }

  Status Encode(std::string_view in, std::string& out) override {
    PENSTOCK_RETURN_IF_ERROR(Begin(out));
    const auto update = [&](char* to, std::size_t room) {
      return LZ4F_compressUpdate(context_, to, room, in.data(), in.size(), nullptr);
    };
    return Append(LZ4F_compressBound(in.size(), &preferences_), update, out);
  }
  Status Finish(std::string& out) override {
    PENSTOCK_RETURN_IF_ERROR(Begin(out));
    const auto end = [&](char* to, std::size_t room) {
      return LZ4F_compressEnd(context_, to, room, nullptr);
    };
    return Append(LZ4F_compressBound(0, &preferences_), end, out);
  }

 private:
  Status Begin(std::string& out) {
    if (begun_) return Status::Ok();
    begun_ = true;
    const auto begin = [&](char* to, std::size_t room) {
      return LZ4F_compressBegin(context_, to, room, &preferences_);
    };
    return Append(LZ4F_HEADER_SIZE_MAX, begin, out);
  }

  /// `write` gets room for that many bytes and returns how many it wrote, or LZ4's error.
  template <typename Write>
  static Status Append(std::size_t most, Write write, std::string& out) {
    const std::size_t before = out.size();
    out.resize(before + most);
    const std::size_t written = write(out.data() + before, most);
    if (LZ4F_isError(written) != 0) return Status::Internal(LZ4F_getErrorName(written));
    out.resize(before + written);
    return Status::Ok();
  }

  LZ4F_cctx* const context_;
  LZ4F_preferences_t preferences_{};
  bool begun_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> NewLz4Decoder() {
  LZ4F_dctx* context = nullptr;
  const std::size_t code = LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
  if (LZ4F_isError(code) != 0) return Status::Internal(LZ4F_getErrorName(code));
  return std::unique_ptr<Decoder>(std::make_unique<Lz4Decoder>(context));
}

Result<std::unique_ptr<Encoder>> NewLz4Encoder() {
  LZ4F_cctx* context = nullptr;
  const std::size_t code = LZ4F_createCompressionContext(&context, LZ4F_VERSION);
  if (LZ4F_isError(code) != 0) return Status::Internal(LZ4F_getErrorName(code));
  return std::unique_ptr<Encoder>(std::make_unique<Lz4Encoder>(context));
}

}  // namespace penstock::internal
