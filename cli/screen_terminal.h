#pragma once

#include <termios.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

/// A key that matters to a full-screen command.
enum class Key : unsigned char { kNone, kUp, kDown, kEnter, kEscape, kInterrupt, kLetter };

struct KeyPress {
  Key key = Key::kNone;
  char letter = 0;  ///< Of kLetter.
};

/// The first key in what a terminal has sent; kNone for what is no key of ours.
KeyPress ParseKey(std::string_view bytes);

/// The terminal at stdin and stdout as a screen: its other content comes back when this ends, also
/// by SIGINT, SIGTERM, SIGHUP and SIGQUIT, which Stopped() tells. One at a time.
class ScreenTerminal {
 public:
  ScreenTerminal();
  ~ScreenTerminal();
  ScreenTerminal(const ScreenTerminal&) = delete;
  ScreenTerminal& operator=(const ScreenTerminal&) = delete;

  /// Both are terminals.
  static bool Available();

  std::size_t width() const;
  std::size_t height() const;
  /// Replaces what is on the screen.
  void Show(const std::vector<std::string>& lines);
  /// Waits for a key, a new size (kNone) or a signal (kInterrupt).
  KeyPress AwaitKey(std::chrono::milliseconds timeout);

 private:
  termios before_{};
};

}  // namespace penstock
