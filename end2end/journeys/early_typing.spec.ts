// A slow connection: what is typed before the page is alive is not lost when it comes to life.
import { expect, test } from "../support/test.ts";

test("what is typed before the page is alive stays, and the page hears of it", async ({ page, signIn }) => {
  await signIn(page, "administrator");
  let release = (): void => undefined;
  const held = new Promise<void>((done) => (release = done));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/guardrails");
  const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Set the guardrail" }) });
  await form.getByLabel(/^Name/).fill("typed-early");
  await form.getByLabel("What it is for").fill("Some are quicker than their connection.");
  await form.getByLabel("What must hold").selectOption("audited");
  await expect(form.getByLabel("Share in percent, 1 to 50", { exact: true })).toHaveCount(0);
  release();
  // The words beside the amount follow the choice only once the page is alive and has heard of it.
  await expect(form.getByLabel("Share in percent, 1 to 50", { exact: true })).toBeVisible();
  await expect(form.getByLabel(/^Name/)).toHaveValue("typed-early");
  await expect(form.getByLabel("What it is for")).toHaveValue("Some are quicker than their connection.");
  await expect(form.getByLabel("What must hold")).toHaveValue("audited");
});
