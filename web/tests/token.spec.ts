import { plugin } from "./support/cluster";
import { expect, test } from "./support/test";

test("When a token comes with the address, then it is kept and not left there", async ({
  page,
  cluster,
}) => {
  await page.goto(`/#token=${await cluster.token()}`);
  await expect(page.getByRole("button", { name: "Changes allowed: a token is set" })).toBeVisible();
  expect(page.url()).not.toContain("token");
  await page.reload();
  await expect(page.getByRole("button", { name: "Changes allowed: a token is set" })).toBeVisible();
});

test("When a change is refused for want of a token, then the dialog asks for it", async ({
  page,
  cluster,
}) => {
  await page.goto("/#/submit");
  await page.getByTestId("plugin-file").setInputFiles(plugin("host_metrics"));
  const dialog = page.getByRole("dialog", { name: "Token for changes" });
  await expect(dialog).toContainText("asks for a token");

  // A wrong one is refused, too, and said to be.
  await dialog.getByLabel("Token", { exact: true }).fill("wrong");
  await dialog.getByRole("button", { name: "Use this token" }).click();
  await page.getByTestId("plugin-file").setInputFiles(plugin("host_metrics"));
  await expect(dialog).toContainText("refused the token");

  await dialog.getByLabel("Token", { exact: true }).fill(await cluster.token());
  await dialog.getByRole("button", { name: "Use this token" }).click();
  await page.getByTestId("plugin-file").setInputFiles(plugin("host_metrics"));
  await expect(page.getByRole("heading", { name: "host_metrics.so" })).toBeVisible();
});
