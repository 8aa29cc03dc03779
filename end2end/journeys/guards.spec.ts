// What watches over models when nobody does: blind checks, drift, and the way back. The server of this file is quicker to
// judge than one would be at work, so that a few dozen tasks are enough.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { APIRequestContext } from "@playwright/test";
import { startServer } from "../support/server.ts";
import { expect, test as base } from "../support/test.ts";

const test = base.extend({
  server: [
    async ({}, use) => {
      const server = await startServer({
        SWITCHYARD_AUTOMATION_CHECK_PERCENT: "50",
        SWITCHYARD_DRIFT_REFERENCE_TASKS: "40",
        SWITCHYARD_DRIFT_WINDOW_TASKS: "20",
        SWITCHYARD_DRIFT_EVERY_SECONDS: "1",
        SWITCHYARD_ROLLOUT_FALSE_ALARM: "0.1",
      });
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

interface Decision {
  readonly mode: string;
  readonly destination: { readonly queue?: string };
  readonly classification: { readonly label: string; readonly model_version: string } | null;
}

interface Receipt {
  readonly task_id: string;
  readonly decision: Decision;
}

async function submit(api: APIRequestContext, subject: string): Promise<Receipt> {
  const answer = await api.post("/api/v1/tasks", { data: { subject } });
  expect(answer.status()).toBe(201);
  return (await answer.json()) as Receipt;
}

test("an automated task that is drawn for a check shows the model's answer only after the person's own", async ({ page, api, signIn, expectNoAxeViolations }) => {
  let drawn: Receipt | undefined;
  // One of two is drawn: that none of forty is happens less than once in a million million runs.
  for (let n = 0; n < 40 && drawn === undefined; n += 1) {
    const receipt = await submit(api, `Please send me a copy of our invoice for month ${n}`);
    drawn = receipt.decision.destination.queue === "triage" ? receipt : undefined;
  }
  const task = drawn?.task_id ?? "";
  await signIn(page, "agent");
  await page.goto(`/tasks/${task}`);
  await page.getByRole("button", { name: "Claim it" }).click();
  await expect(page.getByText("This task was drawn at random to check the model.")).toBeVisible();
  await expect(page.getByText("What the model thought of")).toHaveCount(0);
  await expectNoAxeViolations(page);
  await page.getByLabel("What is it?").selectOption("invoice_copy");
  await page.getByRole("button", { name: "Keep the label" }).click();
  await expect(page.getByText("What the model thought of")).toBeVisible();
  await expect(page.getByText("said the same without having seen the model’s answer").first()).toBeVisible();
});

test("work that changes raises an alarm on the overview, and drift says what changed", async ({ page, api, signIn, expectNoAxeViolations }) => {
  test.setTimeout(120_000);
  await signIn(page, "supervisor");
  await page.goto("/models/drift");
  let sent = 0;
  const alarm = page.getByText(/^What comes in has changed/);
  const overviewShowsIt = async (): Promise<number> => {
    // What keeps coming in is about something that nobody asked before.
    for (let n = 0; n < 6; n += 1) {
      sent += 1;
      await submit(api, `Zebra giraffe safari lodge booking waterfall ${sent}`);
    }
    await page.goto("/overview");
    return alarm.count();
  };
  await expect.poll(overviewShowsIt, { timeout: 90_000, intervals: [1_500] }).toBe(1);
  await page.goto("/models/drift");
  await expect(alarm).toBeVisible();
  await expect(page.getByText("alarm", { exact: true }).first()).toBeVisible();
  await expectNoAxeViolations(page);
});

test("a canary that people correct more often than the champion goes back by itself", async ({ page, api, signIn, server }) => {
  test.setTimeout(120_000);
  const question = (n: number): string => `How do I merge board ${n} into another one?`;
  const directory = await mkdtemp(join(tmpdir(), "switchyard-labels-"));
  const file = join(directory, "wrong.csv");
  const rows = Array.from({ length: 60 }, (_, n) => `${question(1_000 + n)},outage`);
  await writeFile(file, ["text,label", ...rows].join("\n"));
  await server.run("import", "labels", file);
  await rm(directory, { recursive: true });

  await signIn(page, "supervisor");
  await page.goto("/models");
  await page.getByRole("button", { name: "Retrain" }).click();
  await page.getByRole("link", { name: "Roll out v2" }).click({ timeout: 30_000 });
  await page.waitForURL(/\/models\/2/);
  await page.getByRole("button", { name: "Begin shadow" }).click();
  await expect(page.getByText("without any effect, since")).toBeVisible();
  await page.getByRole("button", { name: "Canary on 50 % of the tasks" }).click();
  await expect(page.getByText("Decides 50 % of the tasks since")).toBeVisible();

  const arms = { canary: 0, live: 0 };
  // The evidence may be enough before that many: then the canary goes back in the middle, and no more cases of it come.
  for (let n = 0; n < 60 && (arms.canary < 25 || arms.live < 25); n += 1) {
    const { task_id: task, decision } = await submit(api, question(n));
    const isCanary = decision.mode === "canary";
    arms[isCanary ? "canary" : "live"] += 1;
    expect(decision.classification?.label === "outage").toBe(isCanary);
    const claimed = (await (await api.post(`/api/v1/tasks/${task}/claim`, { data: {} })).json()) as { last_token: number };
    const token = claimed.last_token;
    if (isCanary) {
      const correction = { token, label: "how_to", reason: "It asks how something is done." };
      expect((await api.post(`/api/v1/tasks/${task}/corrections`, { data: correction })).status()).toBe(200);
    } else {
      expect((await api.post(`/api/v1/tasks/${task}/complete`, { data: { token } })).status()).toBe(200);
    }
  }
  const wentBack = async (): Promise<number> => {
    await page.goto("/models/2");
    return page.getByText(/^Rolled back by itself/).count();
  };
  await expect.poll(wentBack, { timeout: 30_000 }).toBe(1);
  expect((await submit(api, question(2_000))).decision.classification?.model_version).toBe("v1");
  await page.goto("/models");
  await expect(page.getByText("Model v1 classifies every new task.")).toBeVisible();
});
