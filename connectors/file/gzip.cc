#include <zlib.h>

#include <algorithm>
#include <limits>

#include "connectors/file/compression.h"

namespace penstock::internal {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, with a gzip header
constexpr std::size_t kMostAtOnce = std::numeric_limits<uInt>::max();

Bytef* AsInput(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib's interface isn't const
}

uInt Length(std::size_t size) { return static_cast<uInt>(std::min(size, kMostAtOnce)); }

class GzipDecoder final : public Decoder {
 public:
  ~GzipDecoder() override { inflateEnd(&stream_); }
  bool Start() { return inflateInit2(&stream_, kGzipWindow) == Z_OK; }

  Result<Progress> Decode(std::string_view in, char* out, std::size_t room) override {
    if (ended_ && in.empty()) return Progress{0, 0, true};
    if (ended_) inflateReset(&stream_);
    ended_ = false;
    stream_.next_in = AsInput(in);
    stream_.avail_in = Length(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = Length(room);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    ended_ = code == Z_STREAM_END;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      return Status::InvalidArgument(stream_.msg != nullptr ? stream_.msg : "not gzip data");
    }
    return Progress{Length(in.size()) - stream_.avail_in, Length(room) - stream_.avail_out, ended_};
  }

 private:
  z_stream stream_{};
  bool ended_ = false;
};

class GzipEncoder final : public Encoder {
 public:
  ~GzipEncoder() override { deflateEnd(&stream_); }
  bool Start() {
    return deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                        Z_DEFAULT_STRATEGY) == Z_OK;
  }

  Status Encode(std::string_view in, std::string& out) override {
    while (!in.empty()) {
      const uInt length = Length(in.size());
      stream_.next_in = AsInput(in);
      stream_.avail_in = length;
      Run(Z_NO_FLUSH, out);
      in.remove_prefix(length);
    }
    return Status::Ok();
  }
  Status Finish(std::string& out) override {
    stream_.avail_in = 0;
    Run(Z_FINISH, out);
    return Status::Ok();
  }

 private:
  /// Until zlib has nothing more to give, which is when it leaves room. It can't fail with valid
  /// arguments.
  void Run(int flush, std::string& out) {
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_);
      stream_.avail_out = sizeof(buffer_);
      deflate(&stream_, flush);
      out.append(buffer_, sizeof(buffer_) - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  char buffer_[16 * 1024];
};

}  // namespace

Result<std::unique_ptr<Decoder>> NewGzipDecoder() {
  auto decoder = std::make_unique<GzipDecoder>();
  if (!decoder->Start()) return Status::Internal("zlib cannot start to decompress");
  return std::unique_ptr<Decoder>(std::move(decoder));
}

Result<std::unique_ptr<Encoder>> NewGzipEncoder() {
  auto encoder = std::make_unique<GzipEncoder>();
  if (!encoder->Start()) return Status::Internal("zlib cannot start to compress");
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace penstock::internal
