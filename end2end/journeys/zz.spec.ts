import { test, expect } from "../support/test.ts";
test("resolve", async ({ page, signIn }) => {
  page.on("console", (m) => console.log(m.type(), m.text().slice(0, 1500)));
  await signIn(page, "agent");
  await page.goto("/work/triage");
  await page.waitForTimeout(1500);
  await page.keyboard.press("n");
  await page.waitForURL(/\/tasks\//);
  await expect(page.getByText("You hold this task")).toBeVisible();
  const held = page.url();
  await page.keyboard.press("n");
  await expect(page).not.toHaveURL(held);
  await expect(page.getByText("You hold this task")).toBeVisible();
  await page.keyboard.press("r");
  await page.waitForTimeout(2000);
  console.log(page.url());
});
