#include "wire/message_pipe.h"

#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include <gtest/gtest.h>

#include "common/bytes.h"

namespace penstock {
namespace {

struct Ends {
  MessagePipe first;
  MessagePipe second;
};

Ends MakeEnds(std::size_t max_message = kMaxControlMessage) {
  SocketPair pair = MakeSocketPair().value();
  return {MessagePipe(std::move(pair.first), max_message),
          MessagePipe(std::move(pair.second), max_message)};
}

void SendRaw(const MessagePipe& pipe, std::string_view bytes) {
  ASSERT_EQ(send(pipe.fd(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
}

TEST(MessagePipeTest, WhenMessagesAreWrittenThenTheyArriveInOrder) {
  Ends ends = MakeEnds();
  ASSERT_TRUE(ends.first.Write("one").ok());
  ASSERT_TRUE(ends.first.Write("").ok());
  ASSERT_TRUE(ends.first.Write("three").ok());
  EXPECT_EQ(ends.second.Read().value(), "one");
  EXPECT_EQ(ends.second.Read().value(), "");
  EXPECT_EQ(ends.second.Read().value(), "three");
}

TEST(MessagePipeTest, WhenMessageIsLargerThanTheSocketThenItArrivesWhole) {
  Ends ends = MakeEnds();
  const std::string large(8 << 20, 'x');
  std::thread writer([&] { EXPECT_TRUE(ends.first.Write(large).ok()); });
  EXPECT_EQ(ends.second.Read().value(), large);
  writer.join();
}

TEST(MessagePipeTest, WhenTwoThreadsWriteThenMessagesDoNotMix) {
  Ends ends = MakeEnds();
  auto write = [&](char c) {
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(ends.first.Write(std::string(10000, c)).ok());
  };
  std::thread a(write, 'a');
  std::thread b(write, 'b');
  for (int i = 0; i < 400; ++i) {
    const std::string message = ends.second.Read().value().value();
    EXPECT_EQ(message, std::string(10000, message[0]));
  }
  a.join();
  b.join();
}

TEST(MessagePipeTest, WhenPeerClosesThenReadReportsTheEnd) {
  Ends ends = MakeEnds();
  ASSERT_TRUE(ends.first.Write("last").ok());
  shutdown(ends.first.fd(), SHUT_WR);
  EXPECT_EQ(ends.second.Read().value(), "last");
  EXPECT_EQ(ends.second.Read().value(), std::nullopt);
}

TEST(MessagePipeTest, WhenStreamEndsWithinAMessageThenItIsCorruption) {
  for (std::size_t cut : {1u, 4u, 6u}) {
    Ends ends = MakeEnds();
    std::string framed;
    AppendFramed("message", framed);
    SendRaw(ends.first, framed.substr(0, cut));
    shutdown(ends.first.fd(), SHUT_WR);
    EXPECT_EQ(ends.second.Read().status().code(), ErrorCode::kCorruption) << cut;
  }
}

TEST(MessagePipeTest, WhenMessageIsTooLongThenBothSidesRefuseIt) {
  Ends ends = MakeEnds(100);
  EXPECT_FALSE(ends.first.Write(std::string(101, 'x')).ok());
  std::string framed;
  AppendFramed(std::string(101, 'x'), framed);
  SendRaw(ends.first, framed);
  EXPECT_EQ(ends.second.Read().status().code(), ErrorCode::kCorruption);
}

TEST(MessagePipeTest, WhenPeerIsGoneThenWriteFailsWithoutASignal) {
  SocketPair pair = MakeSocketPair().value();
  MessagePipe pipe(std::move(pair.first));
  pair.second.Reset();
  EXPECT_EQ(pipe.Write("x").code(), ErrorCode::kUnavailable);
}

TEST(MessageSplitterTest, WhenBytesArriveOneByOneThenMessagesComeOutWhole) {
  std::string framed;
  AppendFramed("one", framed);
  AppendFramed("", framed);
  AppendFramed("three", framed);
  MessageSplitter splitter;
  std::vector<std::string> messages;
  for (char c : framed) {
    splitter.Append({&c, 1});
    while (auto message = splitter.Next().value()) messages.push_back(*message);
  }
  EXPECT_EQ(messages, (std::vector<std::string>{"one", "", "three"}));
  EXPECT_FALSE(splitter.partial());
}

TEST(MessageSplitterTest, WhenMessageIsIncompleteThenItIsPartial) {
  MessageSplitter splitter;
  splitter.Append("\x05");
  EXPECT_EQ(splitter.Next().value(), std::nullopt);
  EXPECT_TRUE(splitter.partial());
}

TEST(MessageSplitterTest, WhenMessageIsTooLongThenItIsCorruption) {
  MessageSplitter splitter(3);
  std::string framed;
  AppendFramed("four", framed);
  splitter.Append(framed);
  EXPECT_EQ(splitter.Next().status().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace penstock
