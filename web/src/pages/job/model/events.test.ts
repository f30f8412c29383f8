import { describe, expect, it } from "vitest";
import { filterEvents, kindsOf } from "./events";
import type { JobEvent } from "./types";

const event = (id: number, level: JobEvent["level"], kind: string): JobEvent => ({
  id,
  timestamp: id,
  level,
  kind,
  message: "",
});

const events = [
  event(1, "INFO", "running"),
  event(2, "WARN", "checkpoint-failed"),
  event(3, "ERROR", "failure"),
  event(4, "INFO", "running"),
];

describe("the event log", () => {
  it("is filtered by level and kind", () => {
    expect(filterEvents(events, "INFO", []).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(filterEvents(events, "WARN", []).map(({ id }) => id)).toEqual([2, 3]);
    expect(filterEvents(events, "INFO", ["running"]).map(({ id }) => id)).toEqual([1, 4]);
    expect(filterEvents(events, "ERROR", ["running"])).toEqual([]);
  });

  it("lists its kinds", () => {
    expect(kindsOf(events)).toEqual(["checkpoint-failed", "failure", "running"]);
  });
});
