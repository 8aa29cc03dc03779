// Both themes of a page, as axe sees them.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

const SCHEMES = ["light", "dark"] as const;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails with a readable list when the page breaks WCAG 2.2 AA, in the light or in the dark theme. */
export async function expectNoAxeViolations(page: Page): Promise<void> {
  const chosen = await page.evaluate(() => document.documentElement.dataset["theme"]);
  const found: string[] = [];
  for (const scheme of SCHEMES) {
    await show(page, scheme, chosen === undefined ? undefined : `switchyard-${scheme}`);
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    for (const { id, help, nodes } of violations) {
      for (const { target, failureSummary } of nodes) {
        found.push(`${scheme}: ${id} (${help}) at ${target.join(" ")}\n  ${failureSummary?.replaceAll("\n", "\n  ")}`);
      }
    }
  }
  await show(page, null, chosen);
  if (found.length > 0) {
    throw new Error(`axe found on ${page.url()}:\n${found.join("\n")}`);
  }
}

/** The theme by the system's preference, and by the page's own attribute where somebody has chosen one. */
async function show(page: Page, colorScheme: "light" | "dark" | null, theme: string | undefined): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate((name) => {
    if (name !== undefined) {
      document.documentElement.dataset["theme"] = name;
    }
  }, theme);
}
