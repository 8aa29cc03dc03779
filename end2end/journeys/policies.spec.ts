// The policy: written in the table, tried on the past, reviewed by another, in shadow, as a canary, active, and taken back.
// This file changes what decides, so it has a server of its own.
import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { startServer, type Server } from "../support/server.ts";
import { expect, test as base } from "../support/test.ts";

const test = base.extend({
  server: [
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

interface Decision {
  readonly destination: { readonly kind: string; readonly queue?: string; readonly automation?: string };
  readonly policy_version: number;
  readonly overrides?: readonly { readonly name: string }[];
}

async function submit(api: APIRequestContext, subject: string): Promise<Decision> {
  const answer = await api.post("/api/v1/tasks", { data: { subject } });
  expect(answer.status()).toBe(201);
  return ((await answer.json()) as { decision: Decision }).decision;
}

/** Adds a supervisor and signs in as that person. */
async function signInAs(page: Page, server: Server, name: string, areas = ""): Promise<void> {
  const email = `${name.toLowerCase()}@demo.example`;
  const added = ["user", "add", email, "--name", name, "--role", "supervisor", "--areas", areas, "--json"];
  const { password } = JSON.parse(await server.run(...added)) as { password: string };
  await page.goto(new URL("/sign-in", server.url).href);
  await page.getByLabel(/e-?mail/i).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

const fold = (page: Page, name: string | RegExp): Locator => page.locator("summary").filter({ hasText: name });

/** Opens the editor of the active version and changes the document behind the table. */
async function changeDocument(page: Page, change: (document: { rules: object[] }) => void): Promise<void> {
  await page.getByRole("tab", { name: "JSON" }).click();
  const text = page.getByLabel("The document");
  const document = JSON.parse(await text.inputValue()) as { rules: object[] };
  change(document);
  await text.fill(JSON.stringify(document, null, 2));
  await page.getByRole("tab", { name: "Table" }).click();
}

const wordRule = (id: string, word: string, queue: string): object => ({
  id,
  description: `Tasks about ${word}.`,
  when: `contains_any(task.subject, ["${word}"])`,
  then: { destination: { kind: "queue", queue } },
});

test("a change goes from a draft by another's yes, the past, shadow and canary to active, and back", async ({ page, browser, api, server, signIn, expectNoAxeViolations }) => {
  test.setTimeout(180_000);
  await signIn(page, "administrator");
  await page.goto("/guardrails");
  await page.getByLabel("A second person must say yes before a version decides anything").check();
  const governance = page.locator("form").filter({ has: page.getByRole("button", { name: "Set how policies may be changed" }) });
  await governance.getByLabel("Why").fill("Two see more than one.");
  await governance.getByRole("button", { name: "Set how policies may be changed" }).click();
  await expect(page.getByText("A second person, who did not write it, must say yes before a version decides anything.")).toBeVisible();

  const author = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signInAs(author, server, "Ada");
  await author.goto("/policies");
  await author.getByRole("link", { name: "Edit the active policy" }).click();
  await author.getByRole("button", { name: "Add a rule", exact: true }).click();
  const form = author.getByRole("group", { name: /^rule / });
  await form.getByLabel("Name", { exact: true }).fill("zebras");
  await form.getByLabel("What it does, in words").fill("Zebras are an incident.");
  const expression = form.getByRole("textbox", { name: /^And this expression holds/ });
  await expression.fill('contains_any(task.subjekt, ["zebra"])');
  await expect(author.getByText(/subjekt/).first()).toBeVisible();
  await expectNoAxeViolations(author);
  await expression.fill('contains_any(task.subject, ["zebra"])');
  await changeDocument(author, (document) => {
    const rule = document.rules.pop() as { then: object };
    rule.then = { destination: { kind: "queue", queue: "incident" }, priority: "urgent" };
    document.rules.unshift(rule);
  });
  await author.getByLabel("What changed, and why").fill("Zebras cannot wait.");
  await author.getByRole("button", { name: "Save the draft" }).click();
  await author.waitForURL(/\/policies\/3$/);
  await expect(author.getByText("rule zebras").first()).toBeVisible();
  await expect(author.getByText("This workspace wants a second person’s yes before a version decides anything.")).toBeVisible();

  await author.getByRole("link", { name: "Try it on the past" }).click();
  await author.getByRole("button", { name: "Try it" }).click();
  await expect(author.getByText(/^Of [\d,]+ decisions/)).toBeVisible();
  await expectNoAxeViolations(author);
  await author.goto("/policies/3");
  await author.getByRole("button", { name: "Ask for review" }).click();
  await expect(author.getByText("in review").first()).toBeVisible();
  await expect(author.getByText("You wrote this version, so somebody else says yes to it.")).toBeVisible();

  await signIn(page, "supervisor");
  await page.goto("/policies/3");
  await page.getByLabel("Comment").fill("Are they so many?");
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(page.getByText("Are they so many?")).toBeVisible();
  await page.getByRole("button", { name: "Say yes" }).click();
  await expect(page.getByText(/said yes on/)).toBeVisible();
  await expectNoAxeViolations(page);
  expect((await submit(api, "A zebra in the server room")).policy_version).toBe(2);

  await fold(page, "Begin shadow").click();
  const shadow = page.locator("form").filter({ has: page.getByRole("button", { name: "Begin shadow now" }) });
  await shadow.getByLabel("Why").fill("Let us see.");
  await shadow.getByRole("button").click();
  await expect(page.getByText("shadow", { exact: true }).first()).toBeVisible();
  await submit(api, "Another zebra in the server room");
  await page.goto("/policies/3/rollout");
  await expect(page.getByText(/queue incident/).first()).toBeVisible({ timeout: 20_000 });
  await expectNoAxeViolations(page);
  const canary = page.locator("form").filter({ has: page.getByRole("button", { name: "Canary on 50 % of the tasks" }) });
  await canary.getByLabel("Why").fill("Half of them first.");
  await canary.getByRole("button", { name: "Canary on 50 % of the tasks" }).click();
  await expect(page.getByText(/50 %/).first()).toBeVisible();
  const versions = new Set<number>();
  for (let n = 0; n < 40; n += 1) {
    const decision = await submit(api, `Zebra number ${n}`);
    versions.add(decision.policy_version);
    expect(decision.destination.queue === "incident").toBe(decision.policy_version === 3);
  }
  expect([...versions].sort()).toEqual([2, 3]);

  await page.goto("/policies/3");
  await fold(page, /^Activate$/).click();
  await page.getByLabel("Why").first().fill("It does what it should.");
  await page.getByRole("button", { name: "Make v3 active" }).click();
  await expect(page.getByText("active", { exact: true }).first()).toBeVisible();
  expect((await submit(api, "A zebra again")).destination.queue).toBe("incident");

  await page.goto("/policies");
  await fold(page, "Roll back to v2").click();
  await page.getByLabel("Why").fill("Too many zebras.");
  await page.getByRole("button", { name: "Make v2 active" }).click();
  await expect(page.getByRole("link", { name: "v2" }).first()).toBeVisible();
  await expect(fold(page, "Roll back to v3")).toBeVisible();
  expect((await submit(api, "One more zebra")).policy_version).toBe(2);
  await author.context().close();
});

test("two who edit one draft see both changes, and neither is lost", async ({ page, browser, server, signIn, consoleErrors }) => {
  test.setTimeout(120_000);
  consoleErrors.expect(/status of 4\d\d/);
  await signIn(page, "supervisor");
  await page.goto("/policies/2?edit=1");
  await changeDocument(page, (document) => document.rules.unshift(wordRule("apples", "apple", "triage")));
  await page.getByLabel("What changed, and why").fill("Apples.");
  await page.getByRole("button", { name: "Save the draft" }).click();
  await page.waitForURL(/\/policies\/\d+$/);
  const draft = new URL(page.url()).pathname;

  const other = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signInAs(other, server, "Grace");
  await other.goto(`${draft}?edit=1`);
  await changeDocument(other, (document) => document.rules.unshift(wordRule("cherries", "cherry", "triage")));

  await page.goto(`${draft}?edit=1`);
  await changeDocument(page, (document) => document.rules.unshift(wordRule("bananas", "banana", "triage")));
  await page.getByLabel("What changed, and why").fill("Bananas.");
  await page.getByRole("button", { name: "Save the draft" }).click();
  await page.waitForURL(new RegExp(`${draft}$`));

  await other.getByLabel("What changed, and why").fill("Cherries.");
  await other.getByRole("button", { name: "Save the draft" }).click();
  const panel = other.getByRole("region", { name: /saved/i });
  await expect(panel.getByText(/bananas/).first()).toBeVisible();
  await expect(panel.getByText(/cherries/).first()).toBeVisible();
  await panel.getByRole("button", { name: "Take both" }).click();
  await other.getByRole("button", { name: "Save the draft" }).click();
  await other.waitForURL(new RegExp(`${draft}$`));
  for (const id of ["apples", "bananas", "cherries"]) {
    await expect(other.getByRole("rowheader", { name: new RegExp(id) })).toBeVisible();
  }
  await other.context().close();
});

test("a guardrail stops a decision and an activation", async ({ page, browser, api, server, signIn, expectNoAxeViolations }) => {
  test.setTimeout(120_000);
  expect((await submit(api, "Please send me a copy of my invoice for May")).destination.automation).toBe("invoice-bot");
  await signIn(page, "administrator");
  await page.goto("/guardrails");
  const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Set the guardrail" }) });
  await form.getByLabel(/^Name/).fill("invoices-by-people");
  await form.getByLabel("What it is for").fill("People send invoices while the bot is mended.");
  await form.getByLabel(/^Labels/).fill("invoice_copy");
  await form.getByLabel("What must hold").selectOption("person");
  await form.getByLabel("Why").fill("It sent the wrong ones.");
  await form.getByRole("button", { name: "Set the guardrail" }).click();
  await expect(page.getByRole("rowheader", { name: "invoices-by-people" })).toBeVisible();
  await expectNoAxeViolations(page);
  const held = await submit(api, "Please send me a copy of my invoice for June");
  expect(held.destination.kind).toBe("queue");
  expect(held.overrides?.[0]?.name).toBe("invoices-by-people");

  const supervisor = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signInAs(supervisor, server, "Sol");
  await supervisor.goto("/policies/2?edit=1");
  await changeDocument(supervisor, (document) => document.rules.unshift(wordRule("pears", "pear", "triage")));
  await expect(supervisor.getByText(/invoices-by-people/).first()).toBeVisible();
  await supervisor.getByLabel("What changed, and why").fill("Pears.");
  await supervisor.getByRole("button", { name: "Save the draft" }).click();
  await supervisor.waitForURL(/\/policies\/\d+$/);
  await expect(supervisor.getByText("It cannot decide anything while something is wrong with it; see below.")).toBeVisible();
  await expect(fold(supervisor, /^Activate$/)).toHaveCount(0);
  await supervisor.context().close();
});

test("a supervisor of one area is refused in another", async ({ page, server, consoleErrors }) => {
  consoleErrors.expect(/status of 403/);
  await signInAs(page, server, "Bill", "billing");
  await page.goto("/policies/2?edit=1");
  await expect(page.getByText(/You may change rules of billing/).first()).toBeVisible();
  await changeDocument(page, (document) => document.rules.unshift(wordRule("plums", "plum", "triage")));
  await page.getByLabel("What changed, and why").fill("Plums.");
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(page.getByText(/You may change your own areas of the policy only/)).toBeVisible();
});

test("what waits for a yes runs only after it, and a dead letter is tried again", async ({ page, api, signIn, expectNoAxeViolations }) => {
  await signIn(page, "supervisor");
  const decision = await submit(api, "I want my money back for the second licence, please refund it");
  expect(decision.destination.kind).toBe("approval");
  await page.goto("/approvals");
  const item = page.getByRole("listitem").filter({ hasText: "money back for the second licence" });
  await expectNoAxeViolations(page);
  await item.getByRole("button", { name: "Yes, run it" }).click();
  await expect(item).toHaveCount(0);
  await page.goto("/dead-letters");
  await expect(page.getByText("No dead letters")).toBeVisible();
  await expectNoAxeViolations(page);
});

test("rules are moved by button, by keys and by drag, and every step can be undone", async ({ page, signIn }) => {
  await signIn(page, "supervisor");
  await page.goto("/policies/2?edit=1");
  const names = page.locator("tbody[id^='rule-'] th span.font-medium");
  const order = async (): Promise<string[]> => (await names.allInnerTexts()).slice(0, 3);
  await expect(names.first()).toHaveText("urgent-hint");
  await page.getByRole("button", { name: "Move rule urgent-hint down" }).click();
  await expect.poll(order).toEqual(["urgent-words", "urgent-hint", "no-model"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(order).toEqual(["urgent-hint", "urgent-words", "no-model"]);
  const rows = page.locator("tbody[id^='rule-']");
  await rows.nth(2).locator("[draggable=true]").dragTo(rows.nth(0));
  await expect.poll(order).toEqual(["no-model", "urgent-hint", "urgent-words"]);
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("Control+z");
  await expect.poll(order).toEqual(["urgent-hint", "urgent-words", "no-model"]);
  await page.keyboard.press("Control+Shift+z");
  await expect.poll(order).toEqual(["no-model", "urgent-hint", "urgent-words"]);
});
