#include <zstd.h>

#include <vector>

#include "connectors/file/compression.h"

namespace penstock::internal {
namespace {

class ZstdDecoder final : public Decoder {
 public:
  explicit ZstdDecoder(ZSTD_DStream* stream) : stream_(stream) {}
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }

  Result<Progress> Decode(std::string_view in, char* out, std::size_t room) override {
    if (at_frame_end_ && in.empty()) return Progress{0, 0, true};
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out, room, 0};
    const std::size_t code = ZSTD_decompressStream(stream_, &output, &input);
    if (ZSTD_isError(code) != 0) return Status::InvalidArgument(ZSTD_getErrorName(code));
    at_frame_end_ = code == 0;
    return Progress{input.pos, output.pos, at_frame_end_};
  }

 private:
  ZSTD_DStream* const stream_;
  bool at_frame_end_ = false;
};

class ZstdEncoder final : public Encoder {
 public:
  explicit ZstdEncoder(ZSTD_CStream* stream) : stream_(stream), buffer_(ZSTD_CStreamOutSize()) {
    ZSTD_CCtx_setParameter(stream_, ZSTD_c_checksumFlag, 1);
  }
  ~ZstdEncoder() override { ZSTD_freeCStream(stream_); }

  Status Encode(std::string_view in, std::string& out) override {
    return Run(in, ZSTD_e_continue, out);
  }
  Status Finish(std::string& out) override { return Run({}, ZSTD_e_end, out); }

 private:
  Status Run(std::string_view in, ZSTD_EndDirective directive, std::string& out) {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    while (true) {
      ZSTD_outBuffer output{buffer_.data(), buffer_.size(), 0};
      const std::size_t rest = ZSTD_compressStream2(stream_, &output, &input, directive);
      if (ZSTD_isError(rest) != 0) return Status::Internal(ZSTD_getErrorName(rest));
      out.append(buffer_.data(), output.pos);
      const bool done = directive == ZSTD_e_end ? rest == 0 : input.pos == input.size;
      if (done) return Status::Ok();
    }
  }

  ZSTD_CStream* const stream_;
  std::vector<char> buffer_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> NewZstdDecoder() {
  ZSTD_DStream* const stream = ZSTD_createDStream();
  if (stream == nullptr) return Status::Internal("zstd cannot start to decompress");
  return std::unique_ptr<Decoder>(std::make_unique<ZstdDecoder>(stream));
}

Result<std::unique_ptr<Encoder>> NewZstdEncoder() {
  ZSTD_CStream* const stream = ZSTD_createCStream();
  if (stream == nullptr) return Status::Internal("zstd cannot start to compress");
  return std::unique_ptr<Encoder>(std::make_unique<ZstdEncoder>(stream));
}

}  // namespace penstock::internal
