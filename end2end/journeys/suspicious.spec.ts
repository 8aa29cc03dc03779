// Training doubts labels; a supervisor changes one and keeps one by a key each.
import { expect, test } from "../support/test.ts";

test("labels that training doubts are changed or kept with one key", async ({ page, signIn, expectNoAxeViolations }) => {
  await signIn(page, "supervisor");
  await page.goto("/models");
  await page.getByRole("button", { name: "Retrain" }).click();
  await expect(page.getByRole("link", { name: /^Roll out v/ }).first()).toBeVisible({ timeout: 30_000 });
  await page.goto("/labels/suspicious");
  const rows = page.getByRole("main").getByRole("listitem");
  await expect(rows.first()).toBeVisible();
  await expect(rows.first()).toContainText(/\d+ % for .+ on average/);
  await expectNoAxeViolations(page);

  const textOf = async () => (await rows.first().locator("span").first().textContent()) ?? "";
  const changed = await textOf();
  await page.keyboard.press("c");
  await expect(rows.first()).not.toContainText(changed);
  const kept = await textOf();
  await page.keyboard.press("k");
  await expect(rows.first()).not.toContainText(kept);

  await page.goto("/labels?kind=adjudicated");
  await expect(page.getByText(changed)).toBeVisible();
  await expect(page.getByText(kept)).toHaveCount(0);
});
