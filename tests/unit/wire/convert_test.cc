#include "wire/convert.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/unit/wire/random_message.h"

namespace penstock {
namespace {

constexpr int kRounds = 200;

template <typename Message, typename Encode, typename Decode>
void ExpectSurvives(const Message& message, Encode encode, Decode decode) {
  const auto decoded = decode(encode(message));
  ASSERT_TRUE(decoded.ok()) << decoded.status().message();
  EXPECT_TRUE(SameMessage(message, *decoded));
}

template <typename Variant, typename Encode, typename Decode>
void ExpectEveryAlternativeSurvives(Encode encode, Decode decode) {
  RandomMessage random(1);
  for (std::size_t index = 0; index < std::variant_size_v<Variant>; ++index) {
    for (int round = 0; round < kRounds; ++round) {
      ExpectSurvives(random.Alternative<Variant>(index), encode, decode);
    }
  }
}

TEST(ConvertTest, WhenHostSetupIsSentThenEveryFieldArrives) {
  RandomMessage random(1);
  for (int round = 0; round < kRounds; ++round) {
    ExpectSurvives(random.Make<HostSetup>(), EncodeHostSetup, DecodeHostSetup);
  }
}

TEST(ConvertTest, WhenWorkerRegistrationIsSentThenEveryFieldArrives) {
  RandomMessage random(1);
  for (int round = 0; round < kRounds; ++round) {
    ExpectSurvives(random.Make<WorkerRegistration>(), EncodeWorkerRegistration,
                   DecodeWorkerRegistration);
  }
}

TEST(ConvertTest, WhenHostCommandIsSentThenEveryAlternativeArrives) {
  ExpectEveryAlternativeSurvives<HostCommand>(EncodeHostCommand, DecodeHostCommand);
}

TEST(ConvertTest, WhenHostEventIsSentThenEveryAlternativeArrives) {
  ExpectEveryAlternativeSurvives<HostEvent>(EncodeHostEvent, DecodeHostEvent);
}

TEST(ConvertTest, WhenWorkerCommandIsSentThenEveryAlternativeArrives) {
  ExpectEveryAlternativeSurvives<WorkerCommand>(EncodeWorkerCommand, DecodeWorkerCommand);
}

TEST(ConvertTest, WhenWorkerEventIsSentThenEveryAlternativeArrives) {
  ExpectEveryAlternativeSurvives<WorkerEvent>(EncodeWorkerEvent, DecodeWorkerEvent);
}

TEST(ConvertTest, WhenMessagesDifferThenSameMessageSaysSo) {
  HostFailed a{Status::Internal("x"), {VertexId(1), 2}, "map"};
  HostFailed b = a;
  EXPECT_TRUE(SameMessage(a, b));
  b.operator_name = "filter";
  EXPECT_FALSE(SameMessage(a, b));
  EXPECT_FALSE(SameMessage(HostEvent(a), HostEvent(HostFinished{})));
}

template <typename Decode>
void ExpectTruncationsAreCorruption(const std::string& bytes, Decode decode) {
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto decoded = decode(std::string_view(bytes).substr(0, length));
    ASSERT_FALSE(decoded.ok()) << "of " << bytes.size() << " bytes only " << length;
    EXPECT_EQ(decoded.status().code(), ErrorCode::kCorruption);
  }
}

TEST(ConvertTest, WhenMessageIsTruncatedThenItIsCorruption) {
  RandomMessage random(2);
  ExpectTruncationsAreCorruption(EncodeHostSetup(random.Make<HostSetup>()), DecodeHostSetup);
  ExpectTruncationsAreCorruption(EncodeHostCommand(random.Alternative<HostCommand>(0)),
                                 DecodeHostCommand);
  ExpectTruncationsAreCorruption(EncodeHostEvent(random.Alternative<HostEvent>(3)),
                                 DecodeHostEvent);
  ExpectTruncationsAreCorruption(EncodeWorkerCommand(random.Alternative<WorkerCommand>(0)),
                                 DecodeWorkerCommand);
  ExpectTruncationsAreCorruption(EncodeWorkerEvent(random.Alternative<WorkerEvent>(1)),
                                 DecodeWorkerEvent);
  ExpectTruncationsAreCorruption(EncodeWorkerRegistration(random.Make<WorkerRegistration>()),
                                 DecodeWorkerRegistration);
}

TEST(ConvertTest, WhenBytesFollowTheMessageThenItIsCorruption) {
  const std::string bytes = EncodeHostEvent(HostReady{"tcp://127.0.0.1:1"});
  EXPECT_EQ(DecodeHostEvent(bytes + std::string(8, '\0')).status().code(), ErrorCode::kCorruption);
}

/// Decodes, and if the bytes happen to be a message requires that it can be sent again.
template <typename Encode, typename Decode>
void DecodeAnything(const std::string& bytes, Encode encode, Decode decode) {
  const auto decoded = decode(bytes);
  if (!decoded.ok()) {
    EXPECT_EQ(decoded.status().code(), ErrorCode::kCorruption);
  } else {
    EXPECT_TRUE(decode(encode(*decoded)).ok());
  }
}

TEST(ConvertTest, WhenBytesAreGarbageThenNothingCrashes) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(8 * (random() % 12), '\0');
    for (char& c : bytes) c = random() % 3 == 0 ? static_cast<char>(random()) : '\0';
    // A plausible segment table lets the rest be looked at.
    if (bytes.size() >= 8) {
      bytes.replace(0, 8, 8, '\0');
      bytes[4] = static_cast<char>(bytes.size() / 8 - 1);
    }
    DecodeAnything(bytes, EncodeHostEvent, DecodeHostEvent);
    DecodeAnything(bytes, EncodeHostCommand, DecodeHostCommand);
  }
}

TEST(ConvertTest, WhenBitsAreFlippedThenNothingCrashes) {
  std::mt19937_64 random(4);
  RandomMessage messages(4);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = EncodeWorkerEvent(messages.Make<WorkerEvent>());
    for (int flips = 0; flips < 3; ++flips) {
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    }
    DecodeAnything(bytes, EncodeWorkerEvent, DecodeWorkerEvent);
  }
}

TEST(ConvertTest, WhenErrorCodeIsUnknownThenItIsCorruption) {
  CheckpointDeclined declined;
  declined.reason =
      Status::Error(ErrorDomain::kUser, static_cast<ErrorCode>(200), "from the future");
  EXPECT_EQ(DecodeHostEvent(EncodeHostEvent(declined)).status().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace penstock
