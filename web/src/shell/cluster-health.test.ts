import { describe, expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { healthOf } from "./cluster-health";

const overview = { taskmanagers: 2 } as Schemas["Overview"];
const job = (state: string, reason = "") =>
  ({ state, "status-reason": reason }) as Schemas["JobOverview"];

describe("When the health of the cluster is shown", () => {
  it("Then no workers is the worst", () => {
    const none = { taskmanagers: 0 } as Schemas["Overview"];
    expect(healthOf(none, [job("RESTARTING")]).text).toBe("No workers");
  });

  it("Then a job that restarts degrades it", () => {
    expect(healthOf(overview, [job("RUNNING"), job("RESTARTING")])).toMatchObject({
      text: "Degraded",
      title: "1 job restarting",
    });
  });

  it("Then a job that waits is said", () => {
    expect(healthOf(overview, [job("CREATED", "needs 4 slots, 2 are free")]).text).toBe("Waiting");
  });

  it("Then jobs that have failed are not its trouble", () => {
    expect(healthOf(overview, [job("FAILED"), job("RUNNING")]).text).toBe("Healthy");
  });
});
