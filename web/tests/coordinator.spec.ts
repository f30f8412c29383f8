import { expect, test } from "./support/test";

test("When settings are looked for, then each is shown with its origin", async ({
  page,
  cluster,
}) => {
  await page.goto("/#/coordinator");
  await page.getByLabel("Find settings by key, value or origin").fill("rest.port");
  const row = page.locator('[data-row="rest.port"]');
  await expect(row).toContainText(String(cluster.port));
  await expect(row).toContainText("command line");

  await page.getByLabel("Find settings by key, value or origin").fill("");
  await page.getByRole("switch", { name: "Without defaults" }).click();
  await expect(row).toBeVisible();
  await expect(page.locator('[data-row="execution.checkpointing.mode"]')).toHaveCount(0);
});

test("When the coordinator's page is walked through, then it has metrics and logs", async ({
  page,
}) => {
  await page.goto("/#/coordinator/metrics");
  await expect(page.locator('[data-row="Status.Memory.Resident"]')).toContainText("MiB");
  await page.getByRole("tab", { name: "Log", exact: true }).click();
  await expect(page.getByText(/coordinator serves/)).toBeVisible();
  await page.getByRole("tab", { name: "Log files" }).click();
  await expect(page.getByRole("table", { name: "Log files" })).toBeVisible();
});
