// Two people call one task differently; a supervisor settles it with one key.
import { writeFile } from "node:fs/promises";

import { expect, test } from "../support/test.ts";

interface Receipt {
  readonly task_id: string;
  readonly decision: { readonly classification: { readonly label: string } | null };
}

test("labels that contradict each other wait for a supervisor, who settles them with one key", async ({
  page,
  api,
  server,
  signIn,
  expectNoAxeViolations,
}) => {
  const text = `The export of our reports never finishes and then shows an error ${Date.now()}`;
  const submitted = await api.post("/api/v1/tasks", { data: { subject: text } });
  const task = (await submitted.json()) as Receipt;
  const said = task.decision.classification?.label ?? "";

  // A file calls the same text something else than the agent will confirm.
  const file = `${server.dataDir}/labels.csv`;
  const other = said === "refund" ? "outage" : "refund";
  await writeFile(file, `text,label\n"${text}",${other}\n`);
  await server.run("import", "labels", file);

  await signIn(page, "agent");
  await page.goto(`/tasks/${task.task_id}`);
  await page.getByRole("button", { name: "Claim it" }).click();
  await page.getByRole("button", { name: "Resolve", exact: true }).click();
  await page.waitForURL(/\/work/);
  await page.goto(`/tasks/${task.task_id}`);
  await expect(page.getByText("Resolved by Ada Agent", { exact: true })).toBeVisible();

  await page.context().clearCookies();
  await signIn(page, "supervisor");
  await page.goto("/labels");
  await page.getByRole("link", { name: /To settle/ }).click();
  const card = page.getByRole("listitem").filter({ hasText: text });
  await expect(card).toBeVisible();
  await expect(card.getByRole("row")).toHaveCount(3);
  await expectNoAxeViolations(page);

  const first = await card.getByRole("button").first().textContent();
  await page.keyboard.press("1");
  await expect(page.getByText(text)).toHaveCount(0);
  const label = (first ?? "").replace(/\d$/, "");
  await page.goto(`/labels?kind=adjudicated&label=${encodeURIComponent(label)}`);
  await expect(page.getByText(text)).toBeVisible();

  await page.goto("/labels/agreement");
  await expect(page.getByRole("heading", { level: 1, name: "Agreement" })).toBeVisible();
});
