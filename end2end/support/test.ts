// What every journey starts from: `import { expect, test } from "../support/test.ts"`.
import { test as base, type APIRequestContext, type Page } from "@playwright/test";
import { expectNoAxeViolations } from "./axe.ts";
import { startServer, type Role, type Server } from "./server.ts";

/** What the browser complained about. A journey fails at its end when something is left here that it did not expect. */
export interface ConsoleErrors {
  /** Says that this journey provokes such complaints, such as the browser's line about an answer with status 403. */
  expect(pattern: RegExp): void;
}

interface Fixtures {
  consoleErrors: ConsoleErrors;
  /** Signs in through the form as one of the demo's people. */
  signIn: (page: Page, role: Role) => Promise<void>;
  /** The REST API with a key that may do everything a key can. */
  api: APIRequestContext;
  /** Fails when the page breaks WCAG 2.2 AA in one of the two themes. */
  expectNoAxeViolations: (page: Page) => Promise<void>;
}

interface WorkerFixtures {
  server: Server;
  apiKey: string;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],

  apiKey: [
    async ({ server }, use) => {
      const scopes = "tasks:write,tasks:read,work";
      const answer: unknown = JSON.parse(
        await server.run("api-key", "create", "--name", "journeys", "--scope", scopes, "--json"),
      );
      if (typeof answer !== "object" || answer === null || !("key" in answer) || typeof answer.key !== "string") {
        throw new Error("`api-key create --json` answered without a key");
      }
      await use(answer.key);
    },
    { scope: "worker" },
  ],

  baseURL: async ({ server }, use) => {
    await use(server.url);
  },

  api: async ({ playwright, server, apiKey }, use) => {
    const api = await playwright.request.newContext({
      baseURL: server.url,
      extraHTTPHeaders: { authorization: `Bearer ${apiKey}` },
    });
    await use(api);
    await api.dispose();
  },

  consoleErrors: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      const expected: RegExp[] = [];
      context.on("console", (message) => {
        if (message.type() === "error") {
          complaints.push(`${message.text()} (${message.location().url})`);
        }
      });
      context.on("weberror", (problem) => {
        complaints.push(problem.error().stack ?? problem.error().message);
      });
      await use({ expect: (pattern) => void expected.push(pattern) });
      const left = complaints.filter((line) => !expected.some((pattern) => pattern.test(line)));
      base.expect(left, "the browser's console shows no errors").toEqual([]);
    },
    { auto: true },
  ],

  signIn: async ({ server }, use) => {
    await use(async (page, role) => {
      const { email, password } = server.people[role];
      await page.goto(new URL("/sign-in", server.url).href);
      await page.getByLabel(/e-?mail/i).fill(email);
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.waitForURL((url) => url.pathname !== "/sign-in");
    });
  },

  expectNoAxeViolations: async ({}, use) => {
    await use(expectNoAxeViolations);
  },
});

export const expect = test.expect;
export type { Person, Role, Server } from "./server.ts";
