#pragma once

namespace penstock {

/// Main of the planner process: reads one PlannerRequest from `input_fd` to its end, limits its own
/// memory as asked, makes the plan and writes one PlannerAnswer to `output_fd`. What the job
/// function prints to stdout goes to stderr. Returns 0 whenever an answer was written, also one
/// with problems.
int PlannerMain(int input_fd, int output_fd);

}  // namespace penstock
