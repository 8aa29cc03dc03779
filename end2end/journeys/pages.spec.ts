// Every page of every role: it has a heading, axe finds nothing, nothing shifts, the console is quiet.
import { expect, test, type Role } from "../support/test.ts";

const PAGES: Readonly<Record<Role, readonly string[]>> = {
  agent: ["/work", "/work/triage", "/aside", "/notices", "/escalations", "/overview", "/account"],
  supervisor: ["/work", "/approvals", "/dead-letters", "/escalations", "/overview", "/decisions", "/policies", "/policies/2", "/policies/2?edit=1", "/policies/2/simulation", "/policies/2/rollout", "/guardrails", "/models", "/models/1", "/models/1/cases", "/models/automation", "/models/drift", "/labels", "/labels/disputes", "/labels/suspicious", "/labels/names", "/labels/agreement", "/labels/unsure", "/labels/datasets", "/labels/datasets/1", "/labels/imports"],
  auditor: ["/overview", "/decisions", "/policies", "/guardrails", "/dead-letters", "/models", "/labels"],
  administrator: ["/overview", "/people", "/keys"],
};
const FORBIDDEN: Readonly<Record<Role, readonly string[]>> = {
  agent: ["/decisions", "/policies", "/models", "/labels", "/people", "/keys"],
  supervisor: ["/people", "/keys"],
  auditor: ["/people", "/keys"],
  administrator: ["/work", "/decisions", "/models", "/labels"],
};

for (const [role, paths] of Object.entries(PAGES) as [Role, readonly string[]][]) {
  test(`the pages of the ${role} are in order`, async ({ page, signIn, expectNoAxeViolations }) => {
    // Axe looks at each page twice, which takes a busy machine some seconds.
    test.setTimeout(30_000 + 15_000 * paths.length);
    await signIn(page, role);
    for (const path of paths) {
      const response = await page.goto(path);
      expect(response?.status(), path).toBe(200);
      await expect(page.getByRole("heading", { level: 1 }), path).toHaveCount(1);
      await expectNoAxeViolations(page);
      const shift = await page.evaluate(
        () =>
          new Promise<number>((done) => {
            let total = 0;
            new PerformanceObserver((list, observer) => {
              for (const entry of list.getEntries()) {
                total += (entry as PerformanceEntry & { value: number }).value;
              }
              observer.disconnect();
              done(total);
            }).observe({ type: "layout-shift", buffered: true });
            // Without any shift the observer never hears of one; two frames later everything is drawn.
            requestAnimationFrame(() => requestAnimationFrame(() => done(total)));
          }),
      );
      expect(shift, `${path} shifts`).toBeLessThan(0.01);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
    }
  });

  test(`the ${role} is told plainly which pages are for others`, async ({ page, signIn, consoleErrors }) => {
    consoleErrors.expect(/status of 403/);
    await signIn(page, role);
    for (const path of FORBIDDEN[role]) {
      const response = await page.goto(path);
      expect(response?.status(), path).toBe(403);
      await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
      await expect(page.getByRole("navigation").first()).toBeVisible();
    }
  });
}

test("pages fit a narrow screen", async ({ page, signIn }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await signIn(page, "supervisor");
  for (const path of PAGES.supervisor) {
    await page.goto(path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
  }
});

test("what a task says is shown as text, never run", async ({ page, api, signIn }) => {
  const evil = `</textarea><script>document.title = "owned"</script><img src=x onerror="document.title='owned'">`;
  const answer = await api.post("/api/v1/tasks", { data: { subject: evil, body: evil, attributes: { note: evil } } });
  const { task_id: id, decision } = (await answer.json()) as { task_id: string; decision: { id: string } };
  await signIn(page, "supervisor");
  for (const path of [`/tasks/${id}`, `/decisions/${decision.id}`, "/decisions"]) {
    await page.goto(path);
    await expect(page.getByText(evil, { exact: false }).first()).toBeVisible();
    await expect(page).not.toHaveTitle("owned");
  }
});

test("nobody reaches a page without signing in, and lands where they wanted afterwards", async ({ page, server }) => {
  await page.goto("/models");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  const { email, password } = server.people.supervisor;
  await page.getByLabel(/e-?mail/i).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/models$/);
});

test("the description of the API can be browsed", async ({ page }) => {
  await page.goto("/api/docs/");
  await expect(page.getByRole("heading", { name: /^Switchyard/ })).toBeVisible();
  await expect(page.getByText("/api/v1/tasks/batch")).toBeVisible();
});
