import { expect, test } from "./support/test";

test("When jobs run, then the overview shows what they do", async ({ page, job, cluster }) => {
  await page.goto("/");
  const slots = page.getByRole("region", { name: "Workers and slots" });
  await expect(slots.getByRole("img", { name: /of 8 slots are used/ })).toBeVisible();

  const row = page.getByRole("region", { name: "Running jobs" }).locator(`[data-row="${job}"]`);
  await expect(row.getByRole("link", { name: "flights" })).toBeVisible();
  await expect(row.getByText("RUNNING")).toBeVisible();
  await expect(row.getByText(/[1-9].*\/s$/)).toBeVisible();
  await expect(row.getByRole("img", { name: /Busiest: .* %/ })).toBeVisible();
  await expect(row.getByText(/^(just now|\d+ s ago)$/).first()).toBeVisible();

  const ended = await cluster.submitFlights("short");
  await expect(page.locator(`[data-row="${ended}"]`)).toContainText("RUNNING");
  await cluster.run(["cancel", ended]);
  const completed = page.getByRole("region", { name: "Completed jobs" }).first();
  await expect(completed.locator(`[data-row="${ended}"]`)).toContainText("CANCELED");
});

test("When a row is clicked, then its job is shown", async ({ page, job }) => {
  await page.goto("/");
  await page.locator(`[data-row="${job}"]`).getByText("RUNNING").click();
  await expect(page).toHaveURL(new RegExp(`#/jobs/${job}`));
  await expect(page.getByRole("heading", { level: 1, name: "flights" })).toBeVisible();
});

test("When the cluster is new, then the overview shows the first command", async ({
  page,
  ownCluster,
}) => {
  await page.goto(ownCluster.url);
  await expect(page.getByText("Nothing flows yet")).toBeVisible();
  await expect(page.getByLabel("The first command", { exact: true })).toContainText(
    "penstock run ",
  );
  await page.getByRole("link", { name: "submit one from here" }).click();
  await expect(page.getByRole("heading", { name: "Submit a job" })).toBeVisible();
});

test("When jobs are looked for, then only those that match are listed", async ({ page, job }) => {
  await page.goto("/#/jobs");
  await expect(page.locator(`[data-row="${job}"]`)).toBeVisible();
  await page.getByLabel("Find jobs by name, id or state").fill("no such job");
  await expect(page.getByText("No job is running")).toBeVisible();
  await page.getByLabel("Find jobs by name, id or state").fill(job.slice(0, 6));
  await expect(page.locator(`[data-row="${job}"]`)).toBeVisible();
});
