import path from "node:path";
import { expectAccessible } from "./support/axe";
import { plugin, root } from "./support/cluster";
import { expect, openWithToken, test } from "./support/test";

test("When a plugin is uploaded, then its job is planned, run, cancelled and it is deleted", async ({
  page,
  cluster,
}) => {
  await openWithToken(page, cluster, "/submit");
  await page.getByTestId("plugin-file").setInputFiles(plugin("word_count"));
  await expect(page.getByRole("heading", { name: "word_count.so" })).toBeVisible();

  // What the job says about its arguments is shown whole.
  await page.getByRole("button", { name: "Show the plan" }).click();
  await expect(page.getByRole("alert")).toContainText("--input");
  await expect(page.getByRole("alert")).toContainText("What to do:");

  const lines = path.join(root, "jobs/word_count/data/stream.txt");
  const output = path.join(cluster.directory, "words");
  await page.getByLabel("Arguments").fill(`--input "${lines}" --output ${output} --rate 0.2`);
  await page.getByLabel("Name").fill("words from the browser");
  await page.getByRole("button", { name: "Show the plan" }).click();
  await expect(page.getByRole("img", { name: /^Plan: / })).toBeVisible();
  await expect(page.getByText("Guarantee: exactly-once")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(
    page.getByRole("heading", { level: 1, name: "words from the browser" }),
  ).toBeVisible();
  const job = /jobs\/([0-9a-f]{32})/.exec(page.url())?.[1] ?? "";
  await cluster.waitForState(job, "RUNNING");

  // A plugin that runs is not deleted, and the dialog says why.
  await page.goto("/#/submit");
  await page.getByRole("button", { name: "Delete word_count.so" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete this plugin?" });
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await dialog.getByRole("button", { name: "Keep it as it is" }).click();

  await page.goto(`/#/jobs/${job}`);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: /^Cancel/ }).click();
  await page.getByRole("button", { name: "Cancel the job" }).click();
  await cluster.waitForState(job, "CANCELED");
  await page.goto("/#/submit");
  await page.getByRole("button", { name: "Delete word_count.so" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Delete word_count.so" })).toHaveCount(0);
});

test("When a file is no plugin, then that is said whole", async ({ page, cluster }) => {
  await openWithToken(page, cluster, "/submit");
  const file = { name: "notes.so", mimeType: "text/plain", buffer: Buffer.from("not a library") };
  await page.getByTestId("plugin-file").setInputFiles(file);
  await expect(page.getByRole("heading", { name: "notes.so" })).toBeVisible();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("The job was not submitted");
  await expect(alert).toContainText("notes.so");
});
