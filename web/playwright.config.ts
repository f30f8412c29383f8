import { execFileSync } from "node:child_process";
import { defineConfig, devices } from "@playwright/test";

/** The machine's own browser; nothing is downloaded. */
function chromium(): string {
  return execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
}

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // Each has a cluster of its own.
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 45_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1280, height: 900 },
    launchOptions: { executablePath: chromium(), args: ["--no-sandbox"] },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
