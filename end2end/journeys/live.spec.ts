// Numbers move by themselves.
import { expect, test } from "../support/test.ts";

test("a new task is counted on an open page", async ({ page, api, signIn }) => {
  await signIn(page, "agent");
  await page.goto("/overview");
  const figure = page.locator("dl, .stats").first();
  const before = await figure.innerText();
  expect((await api.post("/api/v1/tasks", { data: { subject: "Something new" } })).status()).toBe(201);
  await expect(figure).not.toHaveText(before);
});
