#include "cli/screen_terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

namespace penstock {
namespace {

constexpr std::string_view kEnter = "\033[?1049h\033[?25l";  // other screen, no cursor
constexpr std::string_view kLeave = "\033[?25h\033[?1049l";

volatile std::sig_atomic_t stopped = 0;

void Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written <= 0) return;  // the terminal is gone, or a signal came: the next show repairs it
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void CatchSignals() {
  struct sigaction stop = {};
  stop.sa_handler = [](int) { stopped = 1; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaction(signal, &stop, nullptr);
  struct sigaction resized = {};
  resized.sa_handler = [](int) {};  // only ends the wait
  sigaction(SIGWINCH, &resized, nullptr);
}

winsize Size() {
  winsize size{};
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  return size;
}

}  // namespace

KeyPress ParseKey(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (bytes.starts_with("\033[A") || bytes.starts_with("\033OA")) return {Key::kUp};
  if (bytes.starts_with("\033[B") || bytes.starts_with("\033OB")) return {Key::kDown};
  if (bytes == "\033" || bytes.starts_with("\x7f") || bytes.starts_with("\b"))
    return {Key::kEscape};
  if (bytes.front() == '\033') return {};
  if (bytes.front() == '\r' || bytes.front() == '\n') return {Key::kEnter};
  if (bytes.front() == '\x03' || bytes.front() == '\x1c') return {Key::kInterrupt};
  if (bytes.front() == 'k') return {Key::kUp};
  if (bytes.front() == 'j') return {Key::kDown};
  return {Key::kLetter, bytes.front()};
}

bool ScreenTerminal::Available() { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

ScreenTerminal::ScreenTerminal() {
  CatchSignals();
  tcgetattr(STDIN_FILENO, &before_);
  termios raw = before_;
  // ^C and ^Z come as keys: a process stopped by the terminal would leave it like this.
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
  Write(kEnter);
}

ScreenTerminal::~ScreenTerminal() {
  Write(kLeave);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

std::size_t ScreenTerminal::width() const {
  constexpr std::size_t kUsual = 80;
  return Size().ws_col > 0 ? Size().ws_col : kUsual;
}

std::size_t ScreenTerminal::height() const {
  constexpr std::size_t kUsual = 24;
  return Size().ws_row > 0 ? Size().ws_row : kUsual;
}

void ScreenTerminal::Show(const std::vector<std::string>& lines) {
  std::string frame = "\033[H";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    frame += (i == 0 ? "" : "\r\n") + lines[i] + "\033[K";
  }
  Write(frame + "\033[J");
}

KeyPress ScreenTerminal::AwaitKey(std::chrono::milliseconds timeout) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const int ready = stopped != 0 ? 0 : poll(&input, 1, static_cast<int>(timeout.count()));
  if (stopped != 0) return {Key::kInterrupt};
  if (ready <= 0) return {};
  char bytes[64];
  const ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));
  if (got <= 0) return {Key::kInterrupt};  // the terminal is gone
  return ParseKey({bytes, static_cast<std::size_t>(got)});
}

}  // namespace penstock
