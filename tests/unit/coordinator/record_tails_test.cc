#include "coordinator/rest/record_tails.h"

#include <gmock/gmock.h>

#include "tests/unit/coordinator/rest_fixture.h"

namespace penstock {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A job that runs on one task host.
class RecordTailsTest : public RestServiceTest {
 protected:
  RecordTailsTest() {
    job_ = "/jobs/" + Run("{}");
    Register();
    host_ = std::get<StartHost>(gateway_.Take()).host;
    FromTheHost(HostReady{"tcp://127.0.0.1:1"});
    gateway_.Take();
    FromTheHost(HostDeployed{});
    gateway_.Take();
    path_ = job_ + "/vertices/" + HexIdToString(0, 1) + "/records";
  }
  void FromTheHost(HostEvent event) {
    dispatcher_->Post([this, event = std::move(event)] {
      dispatcher_->OnWorkerEvent(WorkerId(5, 5), FromHost{host_, event});
    });
  }

  std::shared_ptr<HttpStreamQueue> Open(const std::string& target) {
    HttpRequest request{.method = "GET", .target = target};
    EXPECT_TRUE(ParseTarget(request).ok());
    std::promise<std::shared_ptr<HttpStreamQueue>> begun;
    rest_->Handle(request, HttpResponder([](const HttpResponse&) {},
                                         [&](const HttpResponse&, auto queue) {
                                           begun.set_value(std::move(queue));
                                         }));
    return begun.get_future().get();
  }
  /// All that has been sent, once the coordinator has done what it was told to.
  std::string Sent(HttpStreamQueue& queue) {
    std::promise<void> done;
    dispatcher_->Post([&] { done.set_value(); });
    done.get_future().get();
    std::string text;
    queue.Take(text);
    return text;
  }
  /// The question that the host has been asked.
  TailRecords NextQuery() {
    const auto asked = std::get<AskWorker>(gateway_.Take());
    query_ = asked.id;
    const auto& ask = std::get<AskHost>(asked.query);
    EXPECT_EQ(ask.host, host_);
    return std::get<TailRecords>(ask.query);
  }
  void Answer(const std::string& text) {
    dispatcher_->Post([this, answer = QueryAnswer{query_, Status::Ok(), text}] {
      dispatcher_->OnWorkerEvent(WorkerId(5, 5), answer);
    });
  }
  void PassTime() {
    dispatcher_->Post([this] { clock_.Advance(RecordTails::kInterval); });
  }

  std::string job_;
  std::string path_;
  HostId host_;
  QueryId query_;
};

TEST_F(RecordTailsTest, WhenSomebodyWatchesThenHostsAreAskedAndTheirRecordsShown) {
  const auto queue = Open(path_);
  const TailRecords query = NextQuery();
  EXPECT_EQ(query.vertex, VertexId(0));
  EXPECT_EQ(query.position, 0U);
  EXPECT_EQ(query.max_records, RecordTails::kMostRecords);
  EXPECT_LE(query.lease_millis, 2000U);
  Answer("3\n{\"record\":1}\n{\"record\":2}");
  EXPECT_EQ(Sent(*queue),
            "event: record\ndata: {\"record\":1}\n\nevent: record\ndata: {\"record\":2}\n\n");
  PassTime();
  NextQuery();
  EXPECT_EQ(Sent(*queue), "event: dropped\ndata: {\"count\":3}\n\n");
  queue->Abandon();
}

TEST_F(RecordTailsTest, WhenAHostSendsTooMuchThenTheRestIsCounted) {
  const auto queue = Open(path_);
  NextQuery();
  std::string answer = "0";
  for (int i = 0; i < 100; ++i) answer += "\n" + std::to_string(i);
  Answer(answer);
  EXPECT_THAT(Sent(*queue), testing::AllOf(HasSubstr("data: 11\n"), Not(HasSubstr("data: 12\n"))));
  PassTime();
  NextQuery();
  EXPECT_THAT(Sent(*queue), HasSubstr("{\"count\":88}"));
  queue->Abandon();
}

TEST_F(RecordTailsTest, WhenTheLimitIsReachedThenTheStreamEnds) {
  const auto queue = Open(path_ + "?limit=1&operator=numbers");
  NextQuery();
  Answer("0\n1\n2");
  EXPECT_EQ(Sent(*queue), "event: record\ndata: 1\n\n" + SseEnd());
  std::string rest;
  EXPECT_EQ(queue->Take(rest), HttpStreamQueue::Next::kFinished);
}

TEST_F(RecordTailsTest, WhenTheViewerGoesThenNobodyIsAskedAnyMore) {
  const auto queue = Open(path_);
  NextQuery();
  Answer("0");
  queue->Abandon();
  Sent(*queue);
  PassTime();
  Sent(*queue);
  EXPECT_EQ(Ask("PATCH", job_).status, 202);  // what the host is told next
  EXPECT_FALSE(std::holds_alternative<AskWorker>(gateway_.Take()));
}

TEST_F(RecordTailsTest, WhenThereIsNothingToWatchThenTheRequestIsRefused) {
  EXPECT_EQ(Ask("GET", path_ + "?operator=nobody").status, 404);
  EXPECT_EQ(Ask("GET", path_ + "?limit=x").status, 400);
  const std::string sink = job_ + "/vertices/" + HexIdToString(0, 2) + "/records";
  EXPECT_EQ(Ask("GET", sink).status, 404);
  EXPECT_THAT(Ask("GET", sink + "?operator=out").body, HasSubstr("watch the operator that it"));
}

TEST(WatchedOperatorTest, WhenAChainIsWatchedThenTheLastOperatorWithAReaderIsMeant) {
  JobGraph graph = TwoVertexGraph();
  std::vector<GraphOperator>& operators = graph.vertices[1].operators;
  operators = {
      {.name = "map"}, {.name = "filter", .uid = "f", .input = 0}, {.uid = "s", .input = 1}};
  EXPECT_EQ(*WatchedOperator(graph, VertexId(1), ""), 1U);
  EXPECT_EQ(*WatchedOperator(graph, VertexId(1), "map"), 0U);
  EXPECT_EQ(*WatchedOperator(graph, VertexId(1), "f"), 1U);
  EXPECT_FALSE(WatchedOperator(graph, VertexId(1), "filter").ok());
  operators[2].input_side = "late";
  EXPECT_EQ(*WatchedOperator(graph, VertexId(1), ""), 0U);
  graph.edges[0].distribution = EdgeDistribution::kCustom;
  EXPECT_EQ(WatchedOperator(graph, VertexId(0), "").status().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace penstock
