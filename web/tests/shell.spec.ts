import type { Page } from "@playwright/test";
import { expectAccessible } from "./support/axe";
import { expect, expectFits, test } from "./support/test";

const pages = [
  { path: "/", heading: "Overview" },
  { path: "/jobs", heading: "Jobs" },
  { path: "/workers", heading: "Workers" },
  { path: "/coordinator", heading: "Coordinator" },
  { path: "/coordinator/log", heading: "Coordinator" },
  { path: "/coordinator/metrics", heading: "Coordinator" },
  { path: "/submit", heading: "Submit a job" },
];

async function open(page: Page, path: string, heading: string): Promise<void> {
  await page.goto(`/#${path}`);
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`When pages are ${colorScheme}, then axe finds nothing grave`, async ({ page, job }) => {
    expect(job).toHaveLength(32);
    await page.emulateMedia({ colorScheme });
    for (const { path, heading } of pages) {
      await open(page, path, heading);
      await expectAccessible(page);
    }
  });
}

test("When the screen is 360 pixels wide, then no page scrolls sideways", async ({ page, job }) => {
  expect(job).toHaveLength(32);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const { path, heading } of pages) {
    await open(page, path, heading);
    await expectFits(page);
  }
  await page.getByRole("button", { name: "Open the navigation" }).click();
  await page.getByRole("link", { name: /^Workers/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Workers" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Open the navigation" })).toBeVisible();
});

test("When the colours are switched, then they stay so", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  await page.getByRole("button", { name: "Use dark colours" }).click();
  const root = page.locator("html");
  await expect(root).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload();
  await expect(root).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("When there is only a keyboard, then a job is reached with it", async ({ page, job }) => {
  await page.goto("/");
  const row = page.locator(`[data-row="${job}"]`);
  await expect(row).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  const region = page.getByRole("region", { name: "Running jobs" });
  for (let press = 0; press < 20; press += 1) {
    await page.keyboard.press("Tab");
    if (await region.locator("tr:focus").count()) break;
  }
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await expect(region.locator("tr:focus")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/jobs\/[0-9a-f]{32}/);
});

test("When the coordinator dies, then a banner says so until it is back", async ({
  page,
  ownCluster,
}) => {
  await page.goto(`${ownCluster.url}/#/workers`);
  await expect(page.getByRole("table", { name: "Workers" })).toBeVisible();
  await ownCluster.cluster.killCoordinator();
  const banner = page.getByRole("alert").filter({ hasText: "The coordinator does not answer" });
  await expect(banner).toBeVisible();
  await expect(page.getByRole("status", { name: "Connection: Disconnected" })).toBeVisible();
  // What was known stays.
  await expect(page.getByRole("table", { name: "Workers" })).toBeVisible();
  await ownCluster.cluster.startAgain();
  await expect(banner).toBeHidden();
});

test("When an address is of Flink's dashboard, then its page is shown", async ({ page, job }) => {
  await page.goto("/#/task-manager");
  await expect(page.getByRole("heading", { level: 1, name: "Workers" })).toBeVisible();
  await page.goto("/#/job-manager/config");
  await expect(page.getByRole("heading", { level: 1, name: "Coordinator" })).toBeVisible();
  await page.goto(`/#/job/running/${job}/overview`);
  await expect(page.getByRole("heading", { level: 1, name: "flights" })).toBeVisible();
});

test("When there is no such page, then the way back is shown", async ({ page }) => {
  await page.goto("/#/nowhere");
  await page.getByRole("link", { name: "Go to the overview" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
});
