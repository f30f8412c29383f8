#pragma once

#include <cstddef>
#include <cstdint>

namespace penstock {

/// Frames of one stack, at most; the outermost ones of a deeper stack are missing.
inline constexpr std::size_t kMaxFrames = 120;

/// Prepares unwinding, so that nothing is allocated or locked later. Call once before the others.
void PrepareUnwinding();

/// Where the code was that a signal has interrupted: innermost first, each an address within the
/// instruction that runs or calls. `context` is the third argument of its handler. Returns how many
/// there are, at least one.
///
/// Async-signal-safe. It reads the stack by the unwind tables that every shared object has, since
/// system libraries keep no frame pointers; where there is no table it follows frame pointers. A
/// damaged stack ends the walk: a fault in it is caught while the handler of InstallCrashHandler()
/// is in place.
std::size_t Unwind(const void* context, std::uintptr_t* frames, std::size_t max);

/// For a handler of SIGSEGV and SIGBUS, first of all: does not return when the fault is one of
/// Unwind() on this thread.
void LeaveFaultyUnwind();

}  // namespace penstock
