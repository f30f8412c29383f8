import { expectAccessible } from "./support/axe";
import { expect, expectFits, test } from "./support/test";

interface Workers {
  taskmanagers: { id: string; pid: number }[];
}

test("When workers are listed, then each leads to its page", async ({ page, cluster, job }) => {
  expect(job).toHaveLength(32);
  const { taskmanagers } = await cluster.get<Workers>("/taskmanagers");
  await page.goto("/#/workers");
  for (const { id, pid } of taskmanagers) {
    await expect(page.locator(`[data-row="${id}"]`)).toContainText(String(pid));
  }
  const [worker] = taskmanagers;
  await page.locator(`[data-row="${worker?.id}"]`).getByRole("link").click();
  await expect(
    page.getByRole("heading", { name: `Worker ${worker?.id.slice(0, 8)}` }),
  ).toBeVisible();
  const memory = page.getByRole("region", { name: "Memory" });
  await expect(memory.getByRole("img", { name: /^State: .* of 614 MiB/ })).toBeVisible();
  await expect(memory.getByRole("img", { name: /^Exchange: / })).toBeVisible();
  await expect(memory.getByRole("img", { name: /^User code/ })).toBeVisible();
  await expect(page.getByText(/^\d\.\d\d of \d+$/)).toBeVisible();
  await expect(page.getByRole("table", { name: "Task hosts" })).toContainText("flights");
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectFits(page);
});

test("When a worker's page is walked through, then it has metrics and logs", async ({
  page,
  cluster,
  job,
}) => {
  expect(job).toHaveLength(32);
  const [worker] = (await cluster.get<Workers>("/taskmanagers")).taskmanagers;
  await page.goto(`/#/workers/${worker?.id}`);

  await page.getByRole("tab", { name: "Metrics" }).click();
  await expect(page.locator('[data-row="Status.Memory.Resident"]')).toContainText("MiB");

  await page.getByRole("tab", { name: "Log", exact: true }).click();
  await expect(page.getByText("registered with the coordinator")).toBeVisible();
  await page.getByLabel("Search in the log").fill("TASK HOST");
  await expect(page.getByText(/^1 of \d+$/)).toBeVisible();

  await page.getByRole("tab", { name: "Log files" }).click();
  await page.getByRole("button", { name: /^worker-\d\.log$/ }).click();
  await expect(page.getByText("registered with the coordinator")).toBeVisible();
  await page.getByRole("button", { name: "All files" }).click();
  await expect(page.getByRole("table", { name: "Log files" })).toBeVisible();
});

test("When a log grows, then it is followed", async ({ page, ownCluster }) => {
  await page.goto(`${ownCluster.url}/#/coordinator/log`);
  await expect(page.getByText(/coordinator serves/)).toBeVisible();
  const job = await ownCluster.cluster.submitFlights("seen in the log");
  await expect(page.getByText(job).first()).toBeVisible();
});

test("When there is no such worker, then the page says so", async ({ page }) => {
  await page.goto("/#/workers/00000000000000000000000000000000");
  await expect(page.getByRole("alert")).toContainText("no worker 0000");
  await expect(page.getByRole("alert")).toContainText("What to do:");
});
