import { describe, expect, it } from "vitest";
import { syntheticJob } from "../model/synthetic";
import { rowsOf, type Timeline } from "./timeline-rows";

const job = () => ({ ...syntheticJob({ vertices: 1, parallelism: 2 }), now: 1000 });

const part = (subtask: number, attempt: number, timestamps: Record<string, number>, end = -1) => ({
  subtask,
  attempt,
  status: "RUNNING" as const,
  "taskmanager-id": "",
  "start-time": 0,
  "end-time": end,
  duration: 0,
  timestamps,
});

const timeline: Timeline = {
  now: 1000,
  truncated: false,
  vertices: [
    {
      id: "v",
      name: "map",
      parallelism: 2,
      subtasks: [
        part(0, 0, { DEPLOYING: 100, RUNNING: 200 }, 500),
        part(1, 0, { DEPLOYING: 100, RUNNING: 250 }, 500),
        part(0, 1, { DEPLOYING: 600, RUNNING: 700 }),
        part(1, 1, { DEPLOYING: 600, RUNNING: 710 }),
      ],
    },
  ],
};

describe("rows of the timeline", () => {
  it("are the job and its vertices, with the spans of every attempt", () => {
    const rows = rowsOf(job(), [], timeline, new Set());
    expect(rows.map((row) => row.kind)).toEqual(["job", "vertex"]);
    expect(rows[1]?.spans).toEqual([
      { state: "DEPLOYING", start: 100, end: 250 },
      { state: "RUNNING", start: 250, end: 500 },
      { state: "DEPLOYING", start: 600, end: 710 },
      { state: "RUNNING", start: 710, end: 1000 },
    ]);
  });

  it("have one row per subtask beneath a vertex that is open", () => {
    const rows = rowsOf(job(), [], timeline, new Set(["v"]));
    expect(rows.slice(2).map((row) => row.label)).toEqual(["subtask 0", "subtask 1"]);
    expect(rows[2]?.spans).toHaveLength(4);
  });
});
