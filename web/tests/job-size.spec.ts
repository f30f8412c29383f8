// A job of 40 tasks with 64 subtasks each, made up: the page keeps up with its measurements.

import { syntheticJob } from "../src/pages/job/model/synthetic";
import { expect, test } from "./support/test";

const size = { vertices: 40, parallelism: 64 };
const budgetMillis = 100;
const updates = 8;

test("When a job has 2560 subtasks, then an update is drawn within 100 ms and moves nothing", async ({
  page,
}) => {
  let tick = 0;
  const answer = () => syntheticJob(size, tick++);
  const { jid } = answer();
  await page.route(new RegExp(`/jobs/${jid}(\\?.*)?$`), (route) =>
    route.fulfill({ json: answer() }),
  );
  await page.goto(`/#/jobs/${jid}`);
  const nodes = page.getByTestId("job-graph").locator("button[data-vertex]");
  await expect(nodes).toHaveCount(size.vertices);
  const places = () =>
    nodes.evaluateAll((all) =>
      all.map((node) => node.closest<HTMLElement>(".react-flow__node")?.style.transform),
    );
  const before = await places();

  const durations: number[] = [];
  let seen = 0;
  await expect(async () => {
    const measured = await page.evaluate(() =>
      performance
        .getEntriesByName("penstock:job-update")
        .map(({ startTime, duration }) => ({ startTime, duration })),
    );
    for (const { startTime, duration } of measured) {
      if (startTime > seen) {
        seen = startTime;
        durations.push(duration);
      }
    }
    expect(durations.length).toBeGreaterThanOrEqual(updates);
  }).toPass({ timeout: 40_000, intervals: [200] });

  expect(await places()).toEqual(before);
  const median = durations.sort((a, b) => a - b)[Math.floor(durations.length / 2)] ?? 0;
  test.info().annotations.push({ type: "median", description: `${median.toFixed(1)} ms` });
  expect(median).toBeLessThanOrEqual(budgetMillis);
});
