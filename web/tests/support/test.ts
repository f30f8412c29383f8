// The fixtures of all specs: a cluster with a running job per process, and its dashboard.

import { test as base, expect, type Page } from "@playwright/test";
import { Cluster } from "./cluster";
import { openDashboard } from "./dashboard";

interface Shared {
  cluster: Cluster;
  dashboard: string;
  /** A job that runs as long as the cluster does. */
  job: string;
}

interface Own {
  /** A cluster that nobody else uses, and its dashboard: to break things. */
  ownCluster: { cluster: Cluster; url: string };
  /** The page has said no error on its console; checked at the end. */
  quiet: string[];
}

export const test = base.extend<Own, Shared>({
  cluster: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
    async ({}, use) => {
      const cluster = await Cluster.start();
      await use(cluster);
      await cluster.stop();
    },
    { scope: "worker" },
  ],
  dashboard: [
    async ({ cluster }, use) => {
      const dashboard = await openDashboard(cluster);
      await use(dashboard.url);
      await dashboard.close();
    },
    { scope: "worker" },
  ],
  job: [
    async ({ cluster }, use) => {
      const job = await cluster.submitFlights("flights");
      await cluster.waitForState(job, "RUNNING");
      await use(job);
    },
    { scope: "worker" },
  ],
  baseURL: async ({ dashboard }, use) => use(dashboard),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
  ownCluster: async ({}, use) => {
    const cluster = await Cluster.start();
    const dashboard = await openDashboard(cluster);
    await use({ cluster, url: dashboard.url });
    await dashboard.close();
    await cluster.stop();
  },
  quiet: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await use(errors);
      expect(errors, "errors of the page's own code").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Opens a page of the dashboard, allowed to make changes. */
export async function openWithToken(page: Page, cluster: Cluster, path: string): Promise<void> {
  await page.goto(`/#token=${await cluster.token()}`);
  await expect(page.getByRole("button", { name: /a token is set/ })).toBeVisible();
  await page.goto(`/#${path}`);
}

/** The page does not scroll sideways; what is wider does so in itself. */
export async function expectFits(page: Page): Promise<void> {
  const excess = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(excess, "pixels that the page is too wide").toBeLessThanOrEqual(0);
}
