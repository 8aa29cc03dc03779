// The agent's workspace: queues, list and task side by side, worked by keyboard.
import { expect, test } from "../support/test.ts";

const alive = "kbd >> nth=0";

test("work goes on by keyboard alone, and the list stays where it is", async ({ page, signIn, expectNoAxeViolations }) => {
  await signIn(page, "agent");
  await page.goto("/work/triage");
  await expect(page.locator(alive)).toBeVisible();
  await expectNoAxeViolations(page);
  const list = page.locator("#list");
  const first = await list.locator("[data-row]").first().innerText();
  await page.locator(".workspace-lists").evaluate((element) => element.setAttribute("data-marked", ""));

  await page.keyboard.press("j");
  await expect(list.locator("[data-row]").first()).toBeFocused();
  await page.keyboard.press("n");
  await page.waitForURL(/\/tasks\/task_.*from=/);
  await expect(page.getByText("You hold this task")).toBeVisible();
  expect(first).toContain(await page.getByRole("heading", { level: 1 }).innerText());
  await expect(page.locator(".workspace-lists[data-marked]")).toBeVisible();
  await expectNoAxeViolations(page);

  await page.keyboard.press("c");
  await expect(page.getByLabel("Right label")).toBeFocused();
  await page.keyboard.press("n");
  await expect(page.getByText("You hold this task"), "keys do nothing in a field").toBeVisible();
  const held = page.url();
  await page.locator("#main").focus();
  await page.keyboard.press("n");
  await expect(page).not.toHaveURL(held);
  await page.waitForURL(/\/tasks\/task_.*from=/);
  await expect(page.getByText("You hold this task")).toBeVisible();
  await page.keyboard.press("r");
  await page.waitForURL(/\/work\/triage$/);

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/tasks\//);
  await expect(list.locator("[aria-current=true]")).toHaveCount(1);
  const second = page.url();
  await page.keyboard.press("j");
  await expect(page).not.toHaveURL(second);
  await page.keyboard.press("b");
  await page.waitForURL(/\/work\/triage$/);
});

test("the sheet says the keys of the page, and the palette finds every action and page", async ({ page, signIn, expectNoAxeViolations }) => {
  await signIn(page, "agent");
  await page.goto("/work");
  await expect(page.locator(alive)).toBeVisible();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys on this page" });
  await expect(sheet.getByText("Take the next task")).toBeVisible();
  await expect(sheet.getByText("Resolve the task", { exact: true }), "there is no task here").toHaveCount(0);
  await expectNoAxeViolations(page);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("escala");
  const palette = page.getByRole("dialog", { name: "Find an action or a page" });
  await expect(palette.getByRole("option")).toHaveCount(1);
  await expectNoAxeViolations(page);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/escalations$/);
  await expect(palette).toBeHidden();
});

test("what somebody chose goes with them: keys, width, density, and only the task", async ({ page, browser, server, signIn, expectNoAxeViolations }) => {
  await signIn(page, "supervisor");
  await page.goto("/account");
  await page.getByLabel("Resolve the task", { exact: true }).fill("n");
  await page.getByRole("button", { name: "Keep the keys" }).click();
  await expect(page.getByText(/is the key of/)).toBeVisible();
  await expectNoAxeViolations(page);
  await page.getByLabel("Take the next task; resolve the one you hold first").fill("x");
  await page.getByLabel("Resolve the task", { exact: true }).fill("r");
  await page.getByRole("button", { name: "Keep the keys" }).click();
  await expect(page.getByText("The keys are kept.")).toBeVisible();
  await page.getByLabel("Compact: one line for each task").check();
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await expect(page.locator("html[data-density=compact]")).toBeAttached();

  await page.goto("/work/triage");
  await expect(page.locator(alive)).toBeVisible();
  const divider = page.getByRole("separator", { name: "Width of the list" });
  await divider.focus();
  const kept = page.waitForResponse((answer) => answer.url().endsWith("/fn/set_look") && answer.ok());
  await page.keyboard.press("ArrowRight");
  await expect(divider).toHaveAttribute("aria-valuenow", "3");
  await kept;
  await page.locator("#main").focus();
  await page.keyboard.press("x");
  await page.waitForURL(/\/tasks\//);
  const focused = page.waitForResponse((answer) => answer.url().endsWith("/fn/set_look") && answer.ok());
  await page.keyboard.press("f");
  await expect(page.locator("#list")).toBeHidden();
  await focused;

  // Elsewhere the server draws the page like this at once, before any script.
  const elsewhere = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const other = await elsewhere.newPage();
  await signIn(other, "supervisor");
  await other.goto(page.url());
  await expect(other.locator("html[data-density=compact][data-list='3'][data-focus]")).toBeAttached();
  await expect(other.locator("#list")).toBeHidden();
  await elsewhere.close();

  await page.keyboard.press("f");
  await expect(page.locator("#list")).toBeVisible();
  await page.goto("/account");
  await page.getByLabel("Single keys do something").uncheck();
  await page.getByRole("button", { name: "Keep the keys" }).click();
  await expect(page.getByText("The keys are kept.")).toBeVisible();
  await page.goto("/work/triage");
  await expect(page.getByRole("button", { name: "Find an action" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Find an action or a page" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("x");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys on this page" })).toBeHidden();
  await expect(page).toHaveURL(/\/work\/triage$/);
});
