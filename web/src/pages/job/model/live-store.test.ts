import { describe, expect, it, vi } from "vitest";
import { LiveStore } from "./live-store";

describe("LiveStore", () => {
  it("wakes only those whose value has changed", () => {
    const store = new LiveStore<object>();
    const same = {};
    store.replace(
      new Map([
        ["a", same],
        ["b", {}],
      ]),
    );
    const [a, b] = [vi.fn(), vi.fn()];
    store.subscribe("a", a);
    store.subscribe("b", b);
    store.replace(
      new Map([
        ["a", same],
        ["b", {}],
      ]),
    );
    expect(a).not.toHaveBeenCalled();
    expect(b).toHaveBeenCalledTimes(1);
  });

  it("forgets those who have left", () => {
    const store = new LiveStore<number>();
    const listener = vi.fn();
    const leave = store.subscribe("a", listener);
    leave();
    store.replace(new Map([["a", 1]]));
    expect(listener).not.toHaveBeenCalled();
    expect(store.get("a")).toBe(1);
    expect(store.get("b")).toBeUndefined();
  });
});
