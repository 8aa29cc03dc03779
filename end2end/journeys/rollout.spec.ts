// A model on its way: trained, compared, in shadow, as a canary, promoted, and back again.
import { expect, test } from "../support/test.ts";

test("a supervisor trains, compares, tries in shadow and as a canary, promotes, and goes back", async ({ page, api, signIn, expectNoAxeViolations }) => {
  await signIn(page, "supervisor");
  await page.goto("/models");
  const serves = page.getByText(/Model v\d+ classifies every new task\./);
  const champion = /Model (v\d+)/.exec(await serves.innerText())?.[1] ?? "";
  const models = page.getByRole("rowheader").getByRole("link", { name: /^v\d+$/ });
  const before = await models.count();
  await page.getByRole("button", { name: "Retrain" }).click();
  await expect(models).toHaveCount(before + 1, { timeout: 30_000 });
  const step = page.getByRole("link", { name: /^Roll out v/ }).first();
  await expect(step).toBeVisible();
  const challenger = (await step.innerText()).replace("Roll out ", "");
  await step.click();
  await page.waitForURL(new RegExp(`/models/${challenger.slice(1)}#rollout`));
  await expect(page.getByRole("heading", { name: `Against model ${champion}` })).toBeVisible();
  await expectNoAxeViolations(page);
  await page.getByRole("link", { name: /wrong$/ }).first().click();
  await page.waitForURL(/\/cases\?right=false/);
  await expect(page.getByText("that it got wrong")).toBeVisible();
  await page.getByRole("link", { name: "Back to the report" }).click();

  await page.getByRole("button", { name: "Begin shadow" }).click();
  await expect(page.getByText("without any effect, since")).toBeVisible();
  for (let n = 0; n < 5; n += 1) {
    // One after the other, as they would come in.
    await api.post("/api/v1/tasks", { data: { subject: `Where is invoice ${n}?` } });
  }
  const seen = async (): Promise<number> => {
    await page.reload();
    return page.getByText("In shadow it was asked about 5 live tasks.").count();
  };
  await expect.poll(seen).toBe(1);

  await page.getByRole("button", { name: "Canary on 50 % of the tasks" }).click();
  await expect(page.getByText("Decides 50 % of the tasks since")).toBeVisible();
  const modes = new Set<string>();
  for (let n = 0; n < 40; n += 1) {
    const answer = await api.post("/api/v1/tasks", { data: { subject: `Where is invoice ${n}?` } });
    const { decision } = (await answer.json()) as { decision: { mode: string; classification: { model_version: string } } };
    expect(decision.classification.model_version).toBe(decision.mode === "canary" ? challenger : champion);
    modes.add(decision.mode);
  }
  expect([...modes].sort()).toEqual(["canary", "live"]);

  const promote = page.getByRole("button", { name: `Promote ${challenger}` });
  await promote.click();
  await expect(page.getByText("Decides 50 % of the tasks since")).toBeVisible();
  await page.getByRole("checkbox", { name: "Although not every condition holds" }).check();
  await promote.click();
  await expect(promote).toBeHidden();
  await page.goto("/models");
  await expect(page.getByText(`Model ${challenger} classifies every new task.`)).toBeVisible();
  await page.getByRole("button", { name: `Roll back to ${champion}` }).click();
  await expect(page.getByText(`Model ${champion} classifies every new task.`)).toBeVisible();
});

test("a label is automated only when enough labels promise it", async ({ page, signIn }) => {
  await signIn(page, "supervisor");
  await page.goto("/models/automation");
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "outage" }) });
  await row.getByRole("button", { name: "Automate outage at 98 %" }).click();
  await expect(row.getByText("Not enough labels to promise this")).toBeVisible();
  await expect(row.getByText("goes to people")).toBeVisible();
  await row.getByRole("button", { name: "Do not automate outage" }).click();
  await expect(row.getByText("goes to people")).toBeHidden();
});
