// What is done with a job from its page, and what is seen there when something breaks.

import { expect, openWithToken, test } from "./support/test";

test("When a savepoint is taken and the job cancelled, then the page shows both", async ({
  page,
  cluster,
}) => {
  const job = await cluster.submitFlights("kept");
  await openWithToken(page, cluster, `/jobs/${job}`);
  await expect(page.locator('[data-state="RUNNING"]').first()).toBeVisible();

  await page.getByRole("button", { name: "Savepoint", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("kept until you delete it");
  await dialog.getByLabel("Directory").fill(`${cluster.directory}/savepoints`);
  await dialog.getByRole("button", { name: "Take savepoint" }).click();
  await expect(page.getByText("Savepoint completed")).toBeVisible();
  await expect(page.getByText(`${cluster.directory}/savepoints/`)).toBeVisible();

  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: /^Cancel/ }).click();
  await expect(dialog).toContainText("All tasks end at once");
  await dialog.getByRole("button", { name: "Cancel the job" }).click();
  await expect(page.locator('[data-state="CANCELED"]').first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Savepoint", exact: true })).toBeHidden();
});

test("When a job is rescaled, then its tasks have the new parallelism", async ({
  page,
  cluster,
}) => {
  const job = await cluster.submitFlights("wider");
  await openWithToken(page, cluster, `/jobs/${job}`);
  await page.getByRole("button", { name: "Rescale" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Parallelism").fill("1");
  await dialog.getByRole("button", { name: "Rescale" }).click();
  await expect(page.getByText("The parallelism is 1 now.")).toBeVisible();
  await expect(page.getByRole("button", { name: /parallelism 1\. RUNNING/ }).first()).toBeVisible();
  await cluster.run(["cancel", job]);
});

test("When a job is stopped in order, then it is FINISHED", async ({ page, cluster }) => {
  const job = await cluster.submitFlights("stopped");
  await openWithToken(page, cluster, `/jobs/${job}`);
  await expect(page.locator('[data-state="RUNNING"]').first()).toBeVisible();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: /^Stop/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop the job" }).click();
  await expect(page.locator('[data-state="FINISHED"]').first()).toBeVisible();
  await expect(page.getByText("The job has been stopped")).toBeVisible();
});

test("When a savepoint has nowhere to go, then the page says what to do", async ({
  page,
  cluster,
  job,
}) => {
  await openWithToken(page, cluster, `/jobs/${job}`);
  await page.getByRole("button", { name: "Savepoint", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take savepoint" }).click();
  await expect(page.getByText("What to do:").first()).toBeVisible();
});

test("When a task host is killed, then restart and first cause appear by themselves", async ({
  page,
  ownCluster: { cluster, url },
}) => {
  const job = await cluster.submitFlights("struck");
  await cluster.waitForState(job, "RUNNING");
  await page.goto(`${url}/#/jobs/${job}/exceptions`);
  await expect(page.getByText("No failures")).toBeVisible();
  await cluster.killTaskHost();
  await expect(page.getByRole("region", { name: "The newest failure" })).toContainText(/SIGKILL/);
  await expect(page.getByText(/Restarts/).locator("xpath=..")).toContainText("1");
  await expect(page.locator('[data-state="RUNNING"]').first()).toBeVisible();
  await page.getByRole("link", { name: "Timeline" }).click();
  await expect(page.getByRole("img", { name: /RESTARTING .*RUNNING/ }).first()).toBeVisible();
});
