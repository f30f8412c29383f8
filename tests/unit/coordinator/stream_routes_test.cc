#include <gmock/gmock.h>

#include "coordinator/rest/change_feed.h"
#include "tests/unit/coordinator/rest_fixture.h"

namespace penstock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

/// Reads what a route streams.
class EventReader {
 public:
  explicit EventReader(std::shared_ptr<HttpStreamQueue> queue) : queue_(std::move(queue)) {
    queue_->SetWake([signal = signal_] {
      MutexLock lock(signal->mu);
      signal->woken = true;
      signal->changed.NotifyAll();
    });
  }
  ~EventReader() { queue_->Abandon(); }

  /// Blocks until the text that has come contains `wanted`; returns and takes all up to its end.
  std::string Await(std::string_view wanted) {
    std::size_t found = 0;
    while ((found = text_.find(wanted)) == std::string::npos) {
      std::string more;
      if (queue_->Take(more) == HttpStreamQueue::Next::kText) {
        text_ += more;
        continue;
      }
      MutexLock lock(signal_->mu);
      while (!signal_->woken) signal_->changed.Wait(signal_->mu);
      signal_->woken = false;
    }
    std::string taken = text_.substr(0, found + wanted.size());
    text_.erase(0, taken.size());
    return taken;
  }

 private:
  struct Signal {
    Mutex mu;
    CondVar changed;
    bool woken GUARDED_BY(mu) = false;
  };

  const std::shared_ptr<HttpStreamQueue> queue_;  // shared with the writer
  // Shared with the queue, which may outlive this.
  const std::shared_ptr<Signal> signal_ = std::make_shared<Signal>();
  std::string text_;
};

class StreamRoutesTest : public RestServiceTest {
 protected:
  std::unique_ptr<EventReader> Open(const std::string& target) {
    HttpRequest request{.method = "GET", .target = target};
    EXPECT_TRUE(ParseTarget(request).ok());
    std::promise<std::shared_ptr<HttpStreamQueue>> begun;
    rest_->Handle(request, HttpResponder([](const HttpResponse&) {},
                                         [&](const HttpResponse& head, auto queue) {
                                           EXPECT_EQ(head.content_type, "text/event-stream");
                                           begun.set_value(std::move(queue));
                                         }));
    return std::make_unique<EventReader>(begun.get_future().get());
  }
  void Advance(Clock::Duration by) {
    dispatcher_->Post([this, by] { clock_.Advance(by); });
  }
};

TEST_F(StreamRoutesTest, WhenAStreamBeginsThenAllTopicsAreNamed) {
  EXPECT_EQ(Open("/stream")->Await("\n\n"),
            "id: 1\nevent: change\ndata: {\"topics\":[\"overview\",\"jobs\",\"workers\"]}\n\n");
  const std::string job = Run("{}");
  EXPECT_THAT(Open("/v1/jobs/" + job + "/stream")->Await("\n\n"),
              HasSubstr(R"({"topics":["job","metrics","checkpoints","exceptions","events"]})"));
}

TEST_F(StreamRoutesTest, WhenAJobIsSubmittedThenThoseWhoWatchTheClusterHearOfIt) {
  const auto reader = Open("/stream");
  reader->Await("\n\n");
  Run("{}");
  Advance(ChangeFeed::kInterval);
  EXPECT_THAT(reader->Await("\n\n"), HasSubstr(R"({"topics":["overview","jobs"]})"));
  Register();
  Advance(ChangeFeed::kInterval);
  EXPECT_THAT(reader->Await("\n\n"), HasSubstr(R"("workers"]})"));
}

TEST_F(StreamRoutesTest, WhenAJobChangesThenThoseWhoWatchItHearOfIt) {
  const std::string job = Run("{}");
  const auto reader = Open("/jobs/" + job + "/stream");
  reader->Await("\n\n");
  EXPECT_EQ(Ask("PATCH", "/jobs/" + job).status, 202);
  Advance(ChangeFeed::kInterval);
  EXPECT_THAT(reader->Await("\n\n"), HasSubstr("\"job\""));
}

TEST_F(StreamRoutesTest, WhenThereIsNoSuchJobThenThereIsNoStream) {
  EXPECT_EQ(Ask("GET", "/jobs/00000000000000000000000000000001/stream").status, 404);
  EXPECT_EQ(Ask("GET", "/jobs/x/stream").status, 400);
}

TEST(ChangedTopicsTest, WhenVersionsDifferThenTheirTopicsAreNamed) {
  EXPECT_THAT(ChangedTopics({}, {{"a", 1}, {"b", 2}}), ElementsAre("a", "b"));
  EXPECT_THAT(ChangedTopics({{"a", 1}, {"b", 2}}, {{"a", 1}, {"b", 3}}), ElementsAre("b"));
  EXPECT_THAT(ChangedTopics({{"a", 1}}, {{"a", 1}}), IsEmpty());
}

class JobTopicsTest : public testing::Test {
 protected:
  /// What has changed since the last call, or since the beginning.
  std::vector<std::string_view> Changed(std::int64_t millis = 1000) {
    const TopicVersions now = JobTopics(harness_.master(), waiting_, millis);
    return ChangedTopics(std::exchange(told_, now), now);
  }

  JobMasterHarness harness_;
  std::string waiting_;
  TopicVersions told_;
};

TEST_F(JobTopicsTest, WhenTimePassesThenOnlyMetricsOfARunningJobChange) {
  Changed(1000);
  EXPECT_THAT(Changed(5000), IsEmpty());
  harness_.RunFromStart();
  Changed(5000);
  EXPECT_THAT(Changed(5999), IsEmpty());
  EXPECT_THAT(Changed(6000), ElementsAre("metrics"));
}

TEST_F(JobTopicsTest, WhenACheckpointGoesOnThenItsTopicChangesAtEachStep) {
  harness_.RunFromStart();
  harness_.PassTime(std::chrono::seconds(10));
  Changed();
  harness_.MakeDirectory(1);
  harness_.Acknowledge(1, {VertexId(0), 0});
  EXPECT_THAT(Changed(), ElementsAre("checkpoints"));
  harness_.Acknowledge(1, {VertexId(0), 1});
  EXPECT_THAT(Changed(), ElementsAre("checkpoints"));
}

TEST_F(JobTopicsTest, WhenTheJobFailsThenJobExceptionsAndEventsChange) {
  harness_.RunFromStart();
  Changed();
  harness_.Exit(0, "killed by SIGSEGV");
  EXPECT_THAT(Changed(), IsSupersetOf({"job", "exceptions", "events"}));
}

TEST_F(JobTopicsTest, WhenWhatItWaitsForChangesThenTheJobDoes) {
  Changed();
  waiting_ = "2 more slots";
  EXPECT_THAT(Changed(), ElementsAre("job"));
}

}  // namespace
}  // namespace penstock
