// The pages of a running job: every one has that job's own content.

import { expectAccessible } from "./support/axe";
import { expect, expectFits, test } from "./support/test";

const vertices = ["Detail", "Subtasks", "Workers", "Watermarks", "Back-pressure", "Metrics"];

test("When a job runs, then its graph shows its tasks and what flows between them", async ({
  page,
  job,
}) => {
  await page.goto(`/#/jobs/${job}`);
  await expect(page.getByRole("heading", { level: 1, name: "flights" })).toBeVisible();
  await expect(page.getByText("exactly-once")).toBeVisible();
  const graph = page.getByTestId("job-graph");
  const nodes = graph.locator("button[data-vertex]");
  await expect(nodes.first()).toHaveAccessibleName(/parallelism 2\. RUNNING\. busy .* out/);
  await expect(graph.getByText("HASH").first()).toBeVisible();
  await expect(graph.getByText(/^[1-9].*\/s$/).first()).toBeVisible();
});

test("When the keyboard is used alone, then it opens a task's drawer and comes back", async ({
  page,
  job,
}) => {
  await page.goto(`/#/jobs/${job}`);
  const nodes = page.getByTestId("job-graph").locator("button[data-vertex]");
  await expect(nodes.first()).toBeVisible();
  await page.getByRole("radio", { name: "Graph" }).focus();
  await page.keyboard.press("Tab");
  await expect(nodes.first()).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(nodes.nth(1)).toBeFocused();
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByRole("link", { name: "Subtasks" })).toBeVisible();
  await expect(page).toHaveURL(/\/vertices\/[0-9a-f]{32}\/detail$/);
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect(nodes.nth(1)).toBeFocused();
});

test("When a task's drawer is walked through, then each view has content", async ({
  page,
  job,
}) => {
  await page.goto(`/#/jobs/${job}`);
  await page.getByTestId("job-graph").locator("button[data-vertex]").first().press("Enter");
  const drawer = page.getByRole("dialog");
  for (const name of vertices) {
    await drawer.getByRole("link", { name, exact: true }).click();
    await expect(drawer.getByRole("link", { name, exact: true })).toHaveAttribute(
      "aria-current",
      "page",
    );
    if (name === "Detail") await expect(drawer.getByText("Max parallelism")).toBeVisible();
    if (name === "Subtasks" || name === "Back-pressure") {
      await expect(drawer.locator("tbody [data-row]")).toHaveCount(2);
    }
    if (name === "Workers") {
      await expect(drawer.locator("tbody [data-row]").first()).toContainText("RUNNING");
    }
    if (name === "Watermarks") {
      await expect(drawer.getByText(/Spread of the subtasks|No watermarks/)).toBeVisible();
    }
    if (name === "Metrics") await expect(drawer.locator("canvas")).toHaveCount(4);
  }
  await drawer.getByRole("combobox", { name: "More metrics" }).click();
  await page.getByRole("option").first().click();
  await expect(drawer.locator("canvas")).toHaveCount(5);
});

test("When the table is chosen, then it has the tasks in the order of the records", async ({
  page,
  job,
}) => {
  await page.goto(`/#/jobs/${job}`);
  await page.getByText("Table", { exact: true }).click();
  const rows = page.getByRole("table", { name: "Tasks of the job" }).locator("tbody [data-row]");
  await expect(rows.first()).toContainText("RUNNING");
  await expect(rows.first()).toContainText(/busy/);
  await rows.first().getByRole("link").click();
  await expect(page.getByRole("dialog")).toBeVisible();
});

test("When a job takes checkpoints, then each shows where its time went", async ({ page, job }) => {
  await page.goto(`/#/jobs/${job}/checkpoints`);
  const latest = page.getByRole("region", { name: "Latest completed" });
  await expect(latest.getByText("COMPLETED", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Summary" }).click();
  await expect(page.getByRole("rowheader", { name: "From trigger to end" })).toBeVisible();
  await page.getByRole("link", { name: "Configuration" }).last().click();
  await expect(page.getByText("exactly once", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "History" }).click();
  const rows = page.getByRole("table", { name: "Checkpoints, newest first" }).locator("tbody tr");
  await rows.filter({ hasText: "COMPLETED" }).first().getByRole("link").click();
  const phases = page.getByRole("region", { name: "Where its time went" });
  const task = phases.locator("button[aria-expanded]").first();
  await task.click();
  await expect(phases.getByRole("table").first().locator("tbody [data-row]")).toHaveCount(2);
});

test("When nothing has failed, then the page of exceptions says so", async ({ page, job }) => {
  await page.goto(`/#/jobs/${job}/exceptions`);
  await expect(page.getByText("No failures")).toBeVisible();
});

test("When the timeline is opened, then it has the states of tasks and subtasks", async ({
  page,
  job,
}) => {
  await page.goto(`/#/jobs/${job}/timeline`);
  const task = page
    .getByRole("region", { name: "States over time" })
    .locator("button[aria-expanded]")
    .first();
  await expect(task).toBeVisible();
  await expect(page.getByRole("img", { name: /RUNNING/ }).first()).toBeVisible();
  await task.click();
  await expect(page.getByText("subtask 1", { exact: true })).toBeVisible();
});

test("When events are filtered, then only those are listed", async ({ page, job }) => {
  await page.goto(`/#/jobs/${job}/events`);
  const events = page.getByRole("region", { name: "Events, oldest first" });
  await expect(events.getByText("job is RUNNING")).toBeVisible();
  await page.getByText("Errors", { exact: true }).click();
  await expect(page.getByText("No such events")).toBeVisible();
});

test("When the configuration is opened, then options have values and origins", async ({
  page,
  job,
}) => {
  await page.goto(`/#/jobs/${job}/configuration`);
  await expect(page.getByText("--rate")).toBeVisible();
  await page.getByLabel("Find an option").fill("execution.checkpointing.interval");
  const row = page.locator('[data-row="execution.checkpointing.interval"]');
  await expect(row).toContainText("1 s");
  const [plan] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Plan as JSON" }).click(),
  ]);
  expect(plan.suggestedFilename()).toBe("flights-plan.json");
});

test("When there is no such job, then the page says so", async ({ page }) => {
  await page.goto("/#/jobs/00000000000000000000000000000000");
  await expect(page.getByText("There is no such job")).toBeVisible();
});

const pages = [
  ["", "job-graph"],
  ["/checkpoints", "Latest completed"],
  ["/checkpoints/history", "Checkpoints, newest first"],
  ["/exceptions", "No failures"],
  ["/timeline", "States over time"],
  ["/events", "Events"],
  ["/configuration", "Options"],
] as const;

for (const colorScheme of ["light", "dark"] as const) {
  test(`When the screen is narrow and ${colorScheme}, then every page fits and is accessible`, async ({
    page,
    job,
  }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 740 });
    for (const [path, content] of pages) {
      await page.goto(`/#/jobs/${job}${path}`);
      const shown = page
        .getByTestId(content)
        .or(page.getByRole("region", { name: content, exact: true }))
        .or(page.getByText(content, { exact: true }));
      await expect(shown.first()).toBeVisible();
      await expectFits(page);
      await expectAccessible(page);
    }
  });
}

test("When a drawer is open, then it is accessible", async ({ page, job }) => {
  await page.goto(`/#/jobs/${job}`);
  await page.getByTestId("job-graph").locator("button[data-vertex]").first().press("Enter");
  await expect(page.getByRole("dialog").getByText("Max parallelism")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("dialog").getByRole("link", { name: "Subtasks" }).click();
  await expect(page.getByRole("dialog").locator("tbody [data-row]")).toHaveCount(2);
  await expectAccessible(page);
});
