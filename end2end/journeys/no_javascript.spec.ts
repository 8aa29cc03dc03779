// What agents do all day also works with JavaScript off.
import { expect, test } from "../support/test.ts";

test.use({ javaScriptEnabled: false });

interface Receipt {
  readonly task_id: string;
}

test("sign in, claim, correct, escalate and resolve work without JavaScript", async ({ page, api, signIn }) => {
  const submit = async (subject: string): Promise<string> =>
    ((await (await api.post("/api/v1/tasks", { data: { subject } })).json()) as Receipt).task_id;
  const [resolved, corrected, escalated] = [
    await submit("I cannot sign in since the update"),
    await submit("Please export all our data"),
    await submit("Your invoice is wrong and nobody answers"),
  ];
  await signIn(page, "agent");

  await page.goto(`/tasks/${resolved}`);
  await page.getByRole("button", { name: "Claim it" }).click();
  await expect(page.getByText("You hold this task", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Resolve", exact: true }).click();
  await page.goto(`/tasks/${resolved}`);
  await expect(page.getByText("Resolved by Ada Agent", { exact: true })).toBeVisible();

  await page.goto(`/tasks/${corrected}`);
  await page.getByRole("button", { name: "Claim it" }).click();
  await page.locator("#correct > summary").click();
  const correction = page.locator("form").filter({ has: page.getByRole("button", { name: "Keep the correction" }) });
  const choice = page.getByLabel("Right label");
  const right = await choice.locator("option").nth(1).getAttribute("value");
  await choice.selectOption(right);
  await correction.getByRole("textbox").fill("Seen by a person.");
  await correction.getByRole("button", { name: "Keep the correction" }).click();
  await expect(page.getByText("Ada Agent corrected the").first()).toBeVisible();

  await page.goto(`/tasks/${escalated}`);
  await page.getByRole("button", { name: "Claim it" }).click();
  await page.locator("#escalate > summary").click();
  const escalation = page.locator("form").filter({ has: page.getByRole("button", { name: "Hand it up" }) });
  await escalation.getByRole("textbox").fill("The customer threatens to leave.");
  await escalation.getByRole("button", { name: "Hand it up" }).click();
  await page.goto("/escalations");
  await expect(page.getByText("Your invoice is wrong and nobody answers")).toBeVisible();
});

test("a wrong password is said at the form, without JavaScript too", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel(/e-?mail/i).fill("agent@demo.example");
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Address or password is wrong.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});
