// The rows of the timeline: the job, its vertices, and the subtasks of those that are open.

import type { components } from "@/api/schema";
import { jobSpans, type Span, spansOf, vertexSpans } from "../model/timeline";
import type { JobDetail, JobEvent } from "../model/types";

export type Timeline = components["schemas"]["JobTimeline"];
type Subtasks = Timeline["vertices"][number]["subtasks"];

export interface TimelineRow {
  id: string;
  label: string;
  kind: "job" | "vertex" | "subtask";
  spans: Span[];
  /** Of a vertex: its subtasks are shown, too. */
  opened?: boolean;
}

function groupBy<T>(items: readonly T[], key: (item: T) => number): T[][] {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/** An attempt that has ended without a state of its own for that ends with its last time. */
function ended(subtasks: Subtasks, now: number): number {
  const ends = subtasks.map((subtask) => subtask["end-time"]);
  return ends.every((end) => end > 0) ? Math.max(...ends) : now;
}

function subtaskRows(vertex: string, subtasks: Subtasks, now: number): TimelineRow[] {
  return groupBy(subtasks, (subtask) => subtask.subtask).map((attempts) => {
    const index = attempts[0]?.subtask ?? 0;
    return {
      id: `${vertex}/${index}`,
      label: `subtask ${index}`,
      kind: "subtask",
      spans: attempts.flatMap((attempt) => spansOf(attempt.timestamps, ended([attempt], now))),
    };
  });
}

export function rowsOf(
  job: JobDetail,
  events: readonly JobEvent[],
  timeline: Timeline,
  opened: ReadonlySet<string>,
): TimelineRow[] {
  const end = job["end-time"] > 0 ? job["end-time"] : job.now;
  const spans = jobSpans(events, end);
  const rows: TimelineRow[] = [
    {
      id: "job",
      label: job.name,
      kind: "job",
      spans: spans.length > 0 ? spans : spansOf(job.timestamps, end),
    },
  ];
  for (const { id, name, subtasks } of timeline.vertices) {
    const attempts = groupBy(subtasks, (subtask) => subtask.attempt);
    const shown = opened.has(id);
    rows.push({
      id,
      label: name,
      kind: "vertex",
      opened: shown,
      spans: attempts.flatMap((attempt) => vertexSpans(attempt, ended(attempt, end))),
    });
    if (shown) rows.push(...subtaskRows(id, subtasks, end));
  }
  return rows;
}
