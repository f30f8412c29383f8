#include "common/stacks/unwind.h"

#include <setjmp.h>
#include <ucontext.h>
#include <unwind.h>

namespace penstock {
namespace {

/// A frame pointer further from the last one is taken for something else.
constexpr std::uintptr_t kMaxFrameSize = 1u << 20;

struct Guard {
  sigjmp_buf back;
  volatile bool active = false;
};
// In the executable, so that no access to it allocates.
thread_local Guard guard __attribute__((tls_model("initial-exec")));

struct Registers {
  std::uintptr_t pc;
  std::uintptr_t sp;
  std::uintptr_t fp;
};

Registers RegistersOf(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return {static_cast<std::uintptr_t>(machine.gregs[REG_RIP]),
          static_cast<std::uintptr_t>(machine.gregs[REG_RSP]),
          static_cast<std::uintptr_t>(machine.gregs[REG_RBP])};
#elif defined(__aarch64__)
  return {machine.pc, machine.sp, machine.regs[29]};
#else
#error "which registers hold the program counter, the stack and the frame pointer?"
#endif
}

struct Walk {
  std::uintptr_t interrupted;  // frames before this one are the handler's own
  std::uintptr_t* frames;
  std::size_t max;
  volatile std::size_t count;
};

_Unwind_Reason_Code Visit(_Unwind_Context* context, void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  int exact = 0;
  const std::uintptr_t pc = _Unwind_GetIPInfo(context, &exact);
  if (walk.count == 0 && pc != walk.interrupted) return _URC_NO_REASON;
  if (pc == 0 || walk.count == walk.max) return _URC_END_OF_STACK;
  // A return address may be the first one of the next function.
  walk.frames[walk.count] = exact != 0 || walk.count == 0 ? pc : pc - 1;
  walk.count = walk.count + 1;
  return _URC_NO_REASON;
}

void FollowTables(Walk& walk) { _Unwind_Backtrace(Visit, &walk); }

void FollowFramePointers(Walk& walk, const Registers& registers) {
  walk.frames[0] = registers.pc;
  walk.count = 1;
  std::uintptr_t below = registers.sp;
  std::uintptr_t frame = registers.fp;
  while (walk.count < walk.max) {
    if (frame < below || frame - below > kMaxFrameSize || frame % sizeof(frame) != 0) return;
    const auto* words = reinterpret_cast<const std::uintptr_t*>(frame);
    if (words[1] == 0) return;
    walk.frames[walk.count] = words[1] - 1;
    walk.count = walk.count + 1;
    below = frame + 2 * sizeof(frame);
    frame = words[0];
  }
}

_Unwind_Reason_Code Stop(_Unwind_Context*, void*) { return _URC_END_OF_STACK; }

}  // namespace

void PrepareUnwinding() { _Unwind_Backtrace(Stop, nullptr); }

std::size_t Unwind(const void* context, std::uintptr_t* frames, std::size_t max) {
  const Registers registers = RegistersOf(context);
  Walk walk{registers.pc, frames, max, 0};
  // Without the signal mask, which would cost a system call; the crash handler does not change it.
  if (sigsetjmp(guard.back, 0) == 0) {
    guard.active = true;
    FollowTables(walk);
    if (walk.count <= 1) FollowFramePointers(walk, registers);
  }
  guard.active = false;
  if (walk.count == 0) {
    frames[0] = registers.pc;
    return 1;
  }
  return walk.count;
}

void LeaveFaultyUnwind() {
  if (guard.active) siglongjmp(guard.back, 1);
}

}  // namespace penstock
