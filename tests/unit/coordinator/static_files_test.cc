#include "coordinator/rest/static_files.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "common/http/client.h"
#include "common/http/compression.h"
#include "tests/unit/common/http/server_fixture.h"

namespace penstock {

std::span<const WebFile> WebFixture();

namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Content(const std::string& path) {
  std::ifstream file(PENSTOCK_WEB_FIXTURE + path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

/// Over a real server, as the rules for paths are partly its own.
class StaticFilesTest : public HttpServerTest {
 protected:
  void SetUp() override {
    Start({.access = AccessPolicy{}}, [this](HttpRequest request, HttpResponder responder) {
      auto file = files_.Answer(request);
      responder.Send(file ? *std::move(file) : ErrorResponse(Status::NotFound("elsewhere")));
    });
  }
  HttpResponse Get(const std::string& path,
                   std::vector<std::pair<std::string, std::string>> headers = {}) const {
    auto response = CallHttp({.url = Url(path), .headers = std::move(headers)});
    EXPECT_TRUE(response.ok()) << response.status().message();
    return *response;
  }

  StaticFiles files_{WebFixture()};
};

TEST_F(StaticFilesTest, WhenAFileIsAskedForThenItComesAsItWas) {
  for (const std::string path :
       {"/index.html", "/assets/app-1a2b.js", "/favicon.svg", "/assets/dot-3c4d.png"}) {
    const HttpResponse response = Get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, Content(path)) << path;
    EXPECT_EQ(HeaderOf(response, "x-content-type-options"), "nosniff") << path;
  }
  EXPECT_EQ(Get("/").body, Content("/index.html"));
  EXPECT_EQ(Get("/assets/app-1a2b.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(Get("/assets/dot-3c4d.png").content_type, "image/png");
}

TEST_F(StaticFilesTest, WhenTheClientAcceptsGzipThenItIsSent) {
  const HttpResponse response = Get("/", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(HeaderOf(response, "content-encoding"), "gzip");
  EXPECT_EQ(HeaderOf(response, "vary"), "Accept-Encoding");
  EXPECT_EQ(Gunzip(response.body, 1 << 20).value(), Content("/index.html"));
  EXPECT_EQ(HeaderOf(Get("/", {{"Accept-Encoding", "gzip;q=0"}}), "content-encoding"), "");
}

TEST_F(StaticFilesTest, WhenTheBrowserHasItAlreadyThenItIsNotSentAgain) {
  const std::string etag = HeaderOf(Get("/"), "etag");
  EXPECT_THAT(etag, StartsWith("W/\""));
  const HttpResponse same = Get("/", {{"If-None-Match", "\"other\", " + etag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(HeaderOf(same, "etag"), etag);
  EXPECT_EQ(Get("/favicon.svg", {{"If-None-Match", etag}}).status, 200);
}

TEST_F(StaticFilesTest, WhenTheNameHasTheContentsHashThenItIsKeptForGood) {
  EXPECT_THAT(HeaderOf(Get("/assets/app-1a2b.js"), "cache-control"), HasSubstr("immutable"));
  EXPECT_EQ(HeaderOf(Get("/"), "cache-control"), "no-cache");
}

TEST_F(StaticFilesTest, WhenThePageIsSentThenItMayUseThisServerOnly) {
  const std::string policy = HeaderOf(Get("/"), "content-security-policy");
  EXPECT_THAT(policy, StartsWith("default-src 'self'; script-src 'self';"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_EQ(HeaderOf(Get("/"), "referrer-policy"), "no-referrer");
  EXPECT_EQ(HeaderOf(Get("/"), "cross-origin-opener-policy"), "same-origin");
}

TEST_F(StaticFilesTest, WhenAPathTriesToLeaveThenItIsRefused) {
  for (const char* path :
       {"/assets/../index.html", "/assets/%2e%2e/index.html", "/%2e%2e/etc/passwd",
        "/assets/..%2findex.html", "/assets//app-1a2b.js", "/%00"}) {
    EXPECT_EQ(Get(path).status, 400) << path;
  }
  EXPECT_EQ(Get("/assets").status, 404);
  EXPECT_EQ(Get("/assets/other.js").status, 404);
  EXPECT_EQ(Get("/v1/index.html").status, 404);
}

TEST_F(StaticFilesTest, WhenTheHostNameIsForeignThenFilesAreRefusedToo) {
  EXPECT_THAT(Talk("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 403"));
}

TEST(StaticFilesWithoutBundleTest, WhenThereIsNoBundleThenARootPageSaysSo) {
  const StaticFiles none({});
  HttpRequest request{.method = "GET", .target = "/"};
  ASSERT_TRUE(ParseTarget(request).ok());
  const auto page = none.Answer(request);
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(page->body, HasSubstr("built without its web UI"));
  request.path = {"jobs"};
  EXPECT_FALSE(none.Answer(request).has_value());
}

}  // namespace
}  // namespace penstock
