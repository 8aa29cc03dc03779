// A supervisor adds a label, renames one with its effect stated first, and retires one.
import { expect, test } from "../support/test.ts";

test("a label is added, renamed and retired, and its effect is stated before", async ({
  page,
  signIn,
  consoleErrors,
  expectNoAxeViolations,
}) => {
  consoleErrors.expect(/status of 409/);
  await signIn(page, "supervisor");
  await page.goto("/labels/names");
  await page.getByLabel("New label").fill("partner request");
  await page.getByLabel("When to give it").fill("Somebody wants to resell or integrate our product.");
  await page.getByRole("button", { name: "Add" }).click();
  await expect(page.getByRole("row").filter({ hasText: "partner request" })).toContainText("in use");

  await page.getByRole("link", { name: "login_problem", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "login_problem" })).toBeVisible();
  await expect(page.getByText(/v1 knows it/).first()).toBeVisible();
  await expect(page.getByText(/examples and \d+ unfinished tasks get the new name/)).toBeVisible();
  await expectNoAxeViolations(page);

  await page.getByLabel("New name").fill("outage");
  await page.getByRole("button", { name: "Rename" }).click();
  await expect(page.getByText("say that both become one", { exact: false })).toBeVisible();
  await page.getByLabel("New name").fill("sign-in problem");
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("link", { name: "sign-in problem" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "sign-in problem" })).toBeVisible();

  await page.getByText("Retire", { exact: true }).click();
  await page.getByRole("button", { name: "Retire it" }).click();
  await expect(page.getByText("retired", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Bring it back" }).click();
  await expect(page.getByText("in use", { exact: true })).toBeVisible();
});
