// One subtask's part of a checkpoint as consecutive phases, from the trigger to the acknowledgement.

import type { CheckpointSubtask, Millis } from "./types";

export type PhaseName = "start-delay" | "alignment" | "sync" | "async" | "report";

export interface Phase {
  name: PhaseName;
  /** After the trigger. */
  start: Millis;
  length: Millis;
}

export const PHASES: Record<PhaseName, { label: string; meaning: string; color: string }> = {
  "start-delay": {
    label: "Start delay",
    meaning: "until the first barrier arrived: long when records wait before it",
    color: "#8b96a5",
  },
  alignment: {
    label: "Alignment",
    meaning: "from the first barrier to the last: long when inputs are at different speeds",
    color: "#d9822b",
  },
  sync: { label: "Sync", meaning: "records wait while the state is frozen", color: "#c4242a" },
  async: { label: "Async", meaning: "state is written while records go on", color: "#2563b0" },
  report: {
    label: "Report",
    meaning: "until the coordinator had the acknowledgement",
    color: "#5f7c4f",
  },
};

/** Phases that took no time are left out. Empty until the subtask has acknowledged. */
export function phasesOf(subtask: CheckpointSubtask): Phase[] {
  if (subtask.end_to_end_duration === undefined) return [];
  const lengths: [PhaseName, Millis][] = [
    ["start-delay", subtask.start_delay ?? 0],
    ["alignment", subtask.alignment?.duration ?? 0],
    ["sync", subtask.checkpoint?.sync ?? 0],
    ["async", subtask.checkpoint?.async ?? 0],
  ];
  const measured = lengths.reduce((sum, [, length]) => sum + Math.max(0, length), 0);
  lengths.push(["report", Math.max(0, subtask.end_to_end_duration - measured)]);
  let start = 0;
  const phases: Phase[] = [];
  for (const [name, length] of lengths) {
    if (length <= 0) continue;
    phases.push({ name, start, length });
    start += length;
  }
  return phases;
}

/** When the last phase ends, after the trigger. */
export function endOf(subtask: CheckpointSubtask): Millis {
  const last = phasesOf(subtask).at(-1);
  return last ? last.start + last.length : 0;
}

/** The subtask that made the checkpoint wait longest; undefined when none has answered. */
export function slowest(subtasks: readonly CheckpointSubtask[]): CheckpointSubtask | undefined {
  let found: CheckpointSubtask | undefined;
  for (const subtask of subtasks) {
    if (subtask.end_to_end_duration === undefined) continue;
    if (!found || endOf(subtask) > endOf(found)) found = subtask;
  }
  return found;
}

/** The phase that took longest. */
export function longestPhase(subtask: CheckpointSubtask): Phase | undefined {
  return phasesOf(subtask).reduce<Phase | undefined>(
    (longest, phase) => (!longest || phase.length > longest.length ? phase : longest),
    undefined,
  );
}
