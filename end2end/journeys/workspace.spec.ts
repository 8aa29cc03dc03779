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
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).not.toHaveText("Triage");
  const took = await heading.innerText();
  expect(first).toContain(took);
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
  await expect(heading, "the next task takes the place of the one before").not.toHaveText(took);
  await expect(page.getByText("You hold this task")).toBeVisible();
  const resolved = await heading.innerText();
  await page.keyboard.press("r");
  await page.waitForURL(/\/work\/triage$/);
  await expect(page.getByText(`Resolved: ${resolved}`)).toBeVisible();
  await page.keyboard.press("z");
  await page.waitForURL(/\/tasks\/task_/);
  await expect(heading).toHaveText(resolved);
  await expect(page.getByText("You hold this task")).toBeVisible();
  await expect(page.getByText(`Resolved: ${resolved}`)).toHaveCount(0);
  await page.keyboard.press("r");
  await page.waitForURL(/\/work\/triage$/);

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/tasks\//);
  await expect(list.locator("[aria-current=true]")).toHaveCount(1);
  await expect(heading).not.toHaveText("Triage");
  const [second, opened] = [page.url(), await heading.innerText()];
  await page.keyboard.press("j");
  await expect(page).not.toHaveURL(second);
  await expect(heading, "the task of the next row is drawn").not.toHaveText(opened);
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

test("what is typed is kept, a task is put aside, and colleagues hear of it", async ({ page, browser, server, api, signIn, expectNoAxeViolations }) => {
  const answer = await api.post("/api/v1/tasks", { data: { subject: "The printer prints in green only" } });
  const { task_id: task } = (await answer.json()) as { task_id: string };
  await signIn(page, "agent");
  await page.goto(`/tasks/${task}`);
  await page.getByRole("button", { name: "Claim it" }).click();
  await page.getByLabel("Reply", { exact: true }).fill("We will look at the </textarea> toner.");
  await expect(page.getByText("Kept.", { exact: true })).toBeVisible();
  await page.getByLabel("Say something to colleagues").fill("@supervisor may I order");
  await expect(page.getByText("Kept.", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Reply", { exact: true })).toHaveValue("We will look at the </textarea> toner.");
  await expect(page.getByLabel("Say something to colleagues")).toHaveValue("@supervisor may I order");
  await page.getByLabel("Say something to colleagues").fill("@supervisor may I order green paper?");
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(page.getByText("@supervisor may I order green paper?")).toBeVisible();
  await expect(page.getByLabel("Say something to colleagues")).toHaveValue("");
  await expect(page.getByText("Watched by Ada Agent")).toBeVisible();
  await expectNoAxeViolations(page);

  await page.locator("#main").focus();
  await page.keyboard.press("s");
  await page.getByLabel("It waits for the customer; its due time waits, too").check();
  await page.getByLabel("Why (may be blank)").fill("They send a picture.");
  await page.getByRole("button", { name: "Put it aside" }).click();
  await page.waitForURL(/\/work\//);
  await page.goto("/aside");
  await expect(page.locator("#list").getByText("They send a picture.")).toBeVisible();
  await page.locator("#list").getByText("The printer prints in green only").click();
  await expect(page.getByText("It waits for the customer.")).toBeVisible();
  await expectNoAxeViolations(page);

  const supervisor = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signIn(supervisor, "supervisor");
  await supervisor.goto("/notices");
  await expect(supervisor.getByText("Ada Agent mentioned you in a comment.")).toBeVisible();
  await expectNoAxeViolations(supervisor);
  await supervisor.getByRole("button", { name: "Mark all as read" }).click();
  await expect(supervisor.getByRole("button", { name: "Mark all as read" })).toHaveCount(0);
  await supervisor.getByRole("link", { name: "The printer prints in green only" }).click();
  await supervisor.getByRole("button", { name: "Bring it back now" }).click();
  await expect(supervisor.getByRole("button", { name: "Claim it" })).toBeVisible();
  await supervisor.context().close();

  await page.reload();
  await page.getByRole("button", { name: "Claim it" }).click();
  await expect(page.getByLabel("Reply", { exact: true })).toHaveValue("We will look at the </textarea> toner.");
  await page.getByRole("button", { name: "Resolve", exact: true }).click();
  await page.waitForURL(/\/work/);
  await page.goto(`/tasks/${task}`);
  await expect(page.getByText("We will look at the </textarea> toner.")).toBeVisible();
  await page.getByRole("button", { name: "Take the resolution back" }).click();
  await expect(page.getByText("You hold this task")).toBeVisible();
  await expect(page.getByLabel("Reply", { exact: true })).toHaveValue("We will look at the </textarea> toner.");
});

test("numbers and the clock that move while the list is read anew stop nothing", async ({ page, api, signIn }) => {
  await signIn(page, "agent");
  await page.goto("/work/triage");
  await expect(page.locator(alive)).toBeVisible();
  let release = (): void => undefined;
  const held = new Promise<void>((done) => (release = done));
  const asked = page.waitForRequest((request) => request.url().endsWith("/fn/list_waiting"));
  await page.route("**/fn/list_waiting", async (route) => {
    await held;
    await route.continue();
  });
  await page.keyboard.press("n");
  await page.waitForURL(/\/tasks\//);
  await asked;
  // The old list still shows. More tasks come in than were taken, and the numbers beside the queues hear of it.
  const queues = page.getByRole("navigation", { name: "Queues" });
  const before = await queues.innerText();
  for (let n = 0; n < 3; n += 1) {
    expect((await api.post("/api/v1/tasks", { data: { subject: `It moved while I looked, ${n}` } })).status()).toBe(201);
  }
  await expect.poll(() => queues.innerText()).not.toBe(before);
  const left = page.getByText(/\d+:\d\d left/);
  const clock = await left.innerText();
  await expect(left).not.toHaveText(clock);
  release();
  await expect(page.locator("#list").getByText("Take the next task here")).toBeVisible();
  await page.keyboard.press("b");
  await page.waitForURL(/\/work\/triage$/);
});
