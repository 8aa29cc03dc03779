// The whole product on real questions: train, evaluate, serve, submit every test question, work ten of them in the
// browser, retrain, promote, and see the next decision name the new model. Prints and writes its numbers.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, test, type APIRequestContext, type Page } from "@playwright/test";

const ROOT = resolve(import.meta.dirname, "../..");
const BINARY = process.env["PROGRAM_UNDER_TEST"] ?? join(ROOT, "target/release/switchyard");
const DATA = process.env["DATA"];
const CALLERS = 16;

interface Question {
  readonly text: string;
  readonly label: string;
}

interface Receipt {
  readonly task_id: string;
  readonly decision: {
    readonly classification: { readonly label: string; readonly model_version: string } | null;
    readonly destination: { readonly kind: string; readonly queue?: string };
  };
}

test("banking77, from a file of examples to a promoted model", async ({ browser, playwright }) => {
  expect(DATA, "DATA names the folder with train.csv and test.csv").toBeTruthy();
  const data = resolve(ROOT, DATA ?? "");
  const directory = await mkdtemp(join(tmpdir(), "switchyard-banking77-"));
  const workspace = join(directory, "data");
  const model = join(directory, "model");
  const cli = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(BINARY, args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await cli(...args, "--json")) as Record<string, unknown>;

  const trained = await json("train", "--data", join(data, "train.csv"), "--out", model);
  const evaluated = await json("evaluate", "--model", model, "--data", join(data, "test.csv"));
  await cli("model", "add", model, "--data-dir", workspace);
  await cli("model", "promote", "v1", "--data-dir", workspace);
  await cli("import", "labels", join(data, "train.csv"), "--data-dir", workspace);
  const person = async (role: string): Promise<{ email: string; password: string }> => {
    const email = `${role}@example.com`;
    const issued = await json("user", "add", email, "--name", role, "--role", role, "--data-dir", workspace);
    return { email, password: String(issued["password"]) };
  };
  const [agent, supervisor] = [await person("agent"), await person("supervisor")];
  const scopes = "tasks:write,tasks:read,work";
  const key = String((await json("api-key", "create", "--name", "run", "--scope", scopes, "--data-dir", workspace))["key"]);

  const server = await serve(workspace);
  try {
    const api = await playwright.request.newContext({
      baseURL: server.url,
      extraHTTPHeaders: { authorization: `Bearer ${key}` },
    });
    const questions = parse(await readFile(join(data, "test.csv"), "utf8"));
    const submitted = await submitAll(api, questions);
    expect(submitted.receipts).toHaveLength(questions.length);

    const page = await signIn(await (await browser.newContext({ baseURL: server.url })).newPage(), agent);
    const wrong = submitted.receipts.filter(({ receipt, question }) => receipt.decision.classification?.label !== question.label);
    const right = submitted.receipts.filter(({ receipt, question }) => receipt.decision.classification?.label === question.label);
    for (const { receipt, question } of wrong.slice(0, 5)) {
      await claim(page, receipt.task_id);
      await page.locator("#correct > summary").click();
      await page.getByLabel("Right label").selectOption(question.label);
      await page.locator("#correct-reason").fill("The question asks for this.");
      await page.getByRole("button", { name: "Keep the correction" }).click();
      await expect(page.getByText("corrected the label from").first()).toBeVisible();
    }
    const [first, ...others] = right.slice(0, 5);
    expect(first).toBeDefined();
    await claim(page, first?.receipt.task_id ?? "");
    await page.locator("#escalate > summary").click();
    await page.locator("#escalate-reason").fill("The customer asks for a manager.");
    await page.getByRole("button", { name: "Hand it up" }).click();
    await page.waitForURL(/\/work\//);
    await page.goto("/escalations");
    await expect(page.getByText(first?.question.text ?? "").first()).toBeVisible();
    for (const { receipt } of others) {
      await claim(page, receipt.task_id);
      await page.getByRole("button", { name: "Resolve", exact: true }).click();
      await expect(page.getByText("You hold this task", { exact: true })).toHaveCount(0);
    }

    const models = await signIn(await (await browser.newContext({ baseURL: server.url })).newPage(), supervisor);
    await models.goto("/models");
    const began = performance.now();
    await models.getByRole("button", { name: "Retrain" }).click();
    const step = models.getByRole("link", { name: "Roll out v2" });
    await expect(step).toBeVisible({ timeout: 120_000 });
    const retrainSeconds = (performance.now() - began) / 1000;
    const row = models.getByRole("row").filter({ has: step });
    const numbers = (await row.innerText()).replaceAll(/\s+/g, " ");
    await step.click();
    await models.waitForURL(/\/models\/2/);
    // The first model was trained on every example, the held-out ones included, so the second cannot look better on them.
    await models.getByRole("checkbox", { name: "Although not every condition holds" }).check();
    const promote = models.getByRole("button", { name: "Promote v2" });
    await promote.click();
    await expect(promote).toBeHidden();
    await models.goto("/models");
    await expect(models.getByText("Model v2 classifies every new task.")).toBeVisible();
    const next = await post(api, "Where is my card?");
    expect(next.decision.classification?.model_version).toBe("v2");

    const report = {
      trained,
      evaluated,
      submitted: questions.length,
      callers: CALLERS,
      submissions_per_second: Math.round(questions.length / submitted.seconds),
      label_accuracy_of_decisions: right.length / questions.length,
      retrain_seconds: Number(retrainSeconds.toFixed(1)),
      second_model: numbers,
      next_decision_model: next.decision.classification?.model_version,
    };
    await mkdir(join(ROOT, "target/bench"), { recursive: true });
    await writeFile(join(ROOT, "target/bench/banking77.json"), JSON.stringify(report, null, 2));
    console.log(JSON.stringify(report, null, 2));
  } finally {
    server.child.kill("SIGTERM");
    await new Promise((done) => server.child.once("exit", done));
    await rm(directory, { recursive: true, force: true });
  }
});

async function serve(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(BINARY, ["serve", "--listen", "127.0.0.1:0", "--data-dir", dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /ready at (http:\/\/\S+)/.exec(line)?.[1];
    if (url !== undefined) {
      return { child, url };
    }
  }
  throw new Error("the server ended before it was ready");
}

async function submitAll(api: APIRequestContext, questions: readonly Question[]) {
  const receipts: { receipt: Receipt; question: Question }[] = [];
  const waiting = [...questions];
  const began = performance.now();
  const caller = async (): Promise<void> => {
    for (let question = waiting.pop(); question !== undefined; question = waiting.pop()) {
      receipts.push({ receipt: await post(api, question.text), question });
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return { receipts, seconds: (performance.now() - began) / 1000 };
}

async function post(api: APIRequestContext, subject: string): Promise<Receipt> {
  const answer = await api.post("/api/v1/tasks", { data: { subject } });
  expect(answer.status()).toBe(201);
  return (await answer.json()) as Receipt;
}

async function signIn(page: Page, person: { email: string; password: string }): Promise<Page> {
  await page.goto("/sign-in");
  await page.getByLabel(/e-?mail/i).fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  return page;
}

async function claim(page: Page, id: string): Promise<void> {
  await page.goto(`/tasks/${id}`);
  await page.getByRole("button", { name: "Claim it" }).click();
  await expect(page.getByText("You hold this task", { exact: true })).toBeVisible();
}

/** Rows of a CSV file with quoted fields; the columns are `text` and `label`. */
function parse(csv: string): Question[] {
  const rows: string[][] = [[]];
  let field = "";
  let quoted = false;
  for (let at = 0; at < csv.length; at += 1) {
    const char = csv.charAt(at);
    if (quoted && char === '"' && csv.charAt(at + 1) === '"') {
      field += '"';
      at += 1;
    } else if (char === '"') {
      quoted = !quoted;
    } else if (!quoted && (char === "," || char === "\n")) {
      rows.at(-1)?.push(field);
      field = "";
      if (char === "\n") {
        rows.push([]);
      }
    } else if (quoted || char !== "\r") {
      field += char;
    }
  }
  return rows.slice(1).flatMap(([text, label]) => (text !== undefined && label !== undefined ? [{ text, label }] : []));
}
