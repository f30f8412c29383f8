#include "common/stacks/crash_report.h"

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "common/log_files.h"
#include "common/stacks/symbols.h"
#include "common/stacks/unwind.h"

namespace penstock {
namespace {

constexpr std::string_view kHeader = "*** crash: ";
constexpr std::string_view kFrame = "    at ";
constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
/// In a report; the innermost and, of an endless recursion, no more.
constexpr std::size_t kReported = 48;

char program[512];
std::atomic<bool> crashing{false};
std::uintptr_t crash_frames[kMaxFrames];

/// Text of a fixed size, written to stderr; async-signal-safe.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    const std::size_t length = std::min(text.size(), sizeof(text_) - size_);
    std::memcpy(text_ + size_, text.data(), length);
    size_ += length;
    return *this;
  }
  Line& operator<<(std::uintptr_t number) {
    char digits[2 + 16] = "0x";
    const auto end = std::to_chars(digits + 2, digits + sizeof(digits), number, 16);
    return *this << std::string_view(digits, static_cast<std::size_t>(end.ptr - digits));
  }
  void Print() {
    *this << "\n";
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text_, size_);
  }

 private:
  char text_[1024];
  std::size_t size_ = 0;
};

void PrintFrame(std::uintptr_t address) {
  dl_find_object found{};
  Line line;
  line << kFrame;
  if (::_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) {
    line << "+" << address;
  } else {
    const char* const name = found.dlfo_link_map->l_name;
    line << (name == nullptr || *name == '\0' ? program : name) << "+"
         << (address - found.dlfo_link_map->l_addr);
  }
  line.Print();
}

void PrintReport(int signal, const siginfo_t& about, const void* context) {
  char thread[16] = "";
  ::prctl(PR_GET_NAME, thread);
  Line line;
  const char* const name = ::sigabbrev_np(signal);
  line << kHeader << "SIG" << (name != nullptr ? name : "?");
  if (signal == SIGSEGV || signal == SIGBUS)
    line << " at address " << reinterpret_cast<std::uintptr_t>(about.si_addr);
  line << " in thread '" << thread << "'";
  line.Print();
  const std::size_t count = Unwind(context, crash_frames, kMaxFrames);
  for (std::size_t i = 0; i < std::min(count, kReported); ++i) PrintFrame(crash_frames[i]);
}

void OnCrash(int signal, siginfo_t* about, void* context) {
  if (signal == SIGSEGV || signal == SIGBUS) LeaveFaultyUnwind();
  // The first one reports; another waits for the end, which comes from the first.
  if (crashing.exchange(true)) {
    while (true) ::pause();
  }
  PrintReport(signal, *about, context);
  ::signal(signal, SIG_DFL);
  // Also for a signal that was sent. It is delivered when the handler returns, or now.
  ::raise(signal);
}

/// "path+0x12" of a frame's line.
CodePlace ParsePlace(std::string_view text) {
  const std::size_t plus = text.rfind("+0x");
  if (plus == std::string_view::npos) return {};
  CodePlace place{std::string(text.substr(0, plus)), 0};
  const std::string_view digits = text.substr(plus + 3);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), place.offset, 16);
  return read.ec == std::errc() ? place : CodePlace{};
}

/// Takes the next line off `text`.
std::string_view NextLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

Status InstallCrashHandler() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return {};
#else
  PrepareUnwinding();
  const ssize_t length = ::readlink("/proc/self/exe", program, sizeof(program) - 1);
  program[std::max<ssize_t>(length, 0)] = '\0';
  struct sigaction action {};
  action.sa_sigaction = OnCrash;
  // Not blocked meanwhile, so that a fault of the unwinding comes here again.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) {
    if (::sigaction(signal, &action, nullptr) != 0)
      return Status::External(std::string("cannot watch for crashes: ") + std::strerror(errno));
  }
  return {};
#endif
}

bool MayHaveCrashReport(std::string_view output) {
  return output.find(kHeader) != std::string_view::npos;
}

CrashReport FindCrashReport(std::string_view output) {
  CrashReport report;
  const std::size_t header = output.rfind(kHeader);
  if (header == std::string_view::npos) return report;
  output.remove_prefix(header + kHeader.size());
  report.summary = EscapeControls(NextLine(output));
  Symbolizer symbolizer;
  while (report.frames.size() < kReported && output.starts_with(kFrame)) {
    const std::string_view line = NextLine(output).substr(kFrame.size());
    const CodePlace place = ParsePlace(line);
    report.frames.push_back(EscapeControls(place.module.empty() ? line : symbolizer.Name(place)));
  }
  return report;
}

std::string ToString(const CrashReport& report) {
  std::string text = report.summary + "\n";
  for (const std::string& frame : report.frames) text += fmt::format("{}{}\n", kFrame, frame);
  return text;
}

}  // namespace penstock
