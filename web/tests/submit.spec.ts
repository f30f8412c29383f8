import path from "node:path";
import { flights, plugin } from "./support/cluster";
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

  const output = path.join(cluster.directory, "words");
  await page.getByLabel("Arguments").fill(`--input "${flights}" --output ${output} --rate 10`);
  await page.getByLabel("Name").fill("words from the browser");
  await page.getByRole("button", { name: "Show the plan" }).click();
  await expect(page.getByRole("img", { name: /^Plan: / })).toBeVisible();
  await expect(page.getByText("Guarantee: exactly-once")).toBeVisible();

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

  await cluster.run(["cancel", job]);
  await cluster.waitForState(job, "CANCELED");
  await page.getByRole("button", { name: "Delete word_count.so" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Delete word_count.so" })).toHaveCount(0);
});

test("When a file is no plugin, then the refusal is shown", async ({ page, cluster }) => {
  await openWithToken(page, cluster, "/submit");
  const file = { name: "notes.so", mimeType: "text/plain", buffer: Buffer.from("not a library") };
  await page.getByTestId("plugin-file").setInputFiles(file);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("notes.so was not uploaded");
});
