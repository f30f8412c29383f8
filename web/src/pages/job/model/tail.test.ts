import { describe, expect, it } from "vitest";
import { EMPTY_TAIL, TAIL_LIMIT, withDropped, withRecords } from "./tail";

const message = (record: unknown) =>
  JSON.stringify({ subtask: 1, operator: "map", timestamp: null, record });

describe("tail", () => {
  it("shows text as it is and other values as JSON", () => {
    const tail = withRecords(EMPTY_TAIL, [message("plain"), message({ a: 1 }), "{broken"]);
    expect(tail.records.map((record) => [record.number, record.record])).toEqual([
      [1, "plain"],
      [2, '{"a":1}'],
    ]);
    expect(tail.seen).toBe(2);
  });

  it("keeps the newest and counts on", () => {
    const many = withRecords(
      EMPTY_TAIL,
      Array.from({ length: TAIL_LIMIT + 5 }, (_, i) => message(i)),
    );
    expect(many.records).toHaveLength(TAIL_LIMIT);
    expect(many.records[0]?.number).toBe(6);
    expect(many.seen).toBe(TAIL_LIMIT + 5);
  });

  it("sums what was not shown", () => {
    const tail = withDropped(withDropped(withDropped(EMPTY_TAIL, "3"), '{"count": 4}'), "?");
    expect(tail.dropped).toBe(7);
  });
});
