// The whole loop, small: a task comes in, an agent corrects it, the correction trains the next model, which decides.
import { expect, test } from "../support/test.ts";

interface Receipt {
  readonly task_id: string;
  readonly state: string;
  readonly decision: { readonly classification: { readonly label: string; readonly model_version: string } | null };
}

test("a correction becomes a label, the label trains a model, and the next decision names it", async ({
  page,
  browser,
  api,
  signIn,
  server,
}) => {
  const subject = `Comments on our cards disappear after a reload ${Date.now()}`;
  const submitted = await api.post("/api/v1/tasks", { data: { subject, body: "It happened three times today.", channel: "email" } });
  expect(submitted.status()).toBe(201);
  const first = (await submitted.json()) as Receipt;
  expect(first.decision.classification?.model_version).toBe("v1");
  const said = first.decision.classification?.label ?? "";

  await signIn(page, "agent");
  await page.goto(`/tasks/${first.task_id}`);
  await expect(page.getByRole("heading", { level: 1, name: subject })).toBeVisible();
  await page.getByRole("button", { name: "Claim it" }).click();
  await expect(page.getByText("You hold this task", { exact: true })).toBeVisible();
  await page.locator("#correct > summary").click();
  const choice = page.getByLabel("Right label");
  const right = await choice.locator("option").nth(1).getAttribute("value");
  expect(right).not.toBe(said);
  await choice.selectOption(right);
  const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Keep the correction" }) });
  await form.getByRole("textbox").fill("It is about something else.");
  await form.getByRole("button", { name: "Keep the correction" }).click();
  await expect(page.getByText(`label from ${said} to ${right}`).first()).toBeVisible();

  const supervisor = await (await browser.newContext({ baseURL: server.url })).newPage();
  await signIn(supervisor, "supervisor");
  await supervisor.goto("/labels?kind=corrected");
  await expect(supervisor.getByText(subject)).toBeVisible();

  await supervisor.goto("/models");
  await supervisor.getByRole("button", { name: "Retrain" }).click();
  const step = supervisor.getByRole("link", { name: "Roll out v2" });
  await expect(step).toBeVisible({ timeout: 30_000 });
  await step.click();
  await supervisor.waitForURL(/\/models\/2/);
  await supervisor.getByRole("checkbox", { name: "Although not every condition holds" }).check();
  await supervisor.getByRole("button", { name: "Promote v2" }).click();
  await expect(supervisor.getByText("champion", { exact: true })).toBeVisible();
  await supervisor.goto("/models");
  await expect(supervisor.getByText("Model v2 classifies every new task.")).toBeVisible();
  await supervisor.context().close();

  const next = (await (await api.post("/api/v1/tasks", { data: { subject: "Where is my invoice?" } })).json()) as Receipt;
  expect(next.decision.classification?.model_version).toBe("v2");
});
