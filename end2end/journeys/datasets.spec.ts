// Files come in and datasets go out: bad lines are named, what comes in is frozen, trained on, and taken out again.
import { readFile } from "node:fs/promises";
import { expect, test } from "../support/test.ts";

test("a file of examples is checked line by line, comes in, and becomes a dataset to train on", async ({
  page,
  signIn,
  expectNoAxeViolations,
}) => {
  await signIn(page, "supervisor");
  await page.goto("/labels/imports");
  const send = async (name: string, content: string, leaveOut = false) => {
    await page.getByLabel(/^File with the columns/).setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
    await page.getByLabel("Leave bad lines out").setChecked(leaveOut);
    await page.getByRole("button", { name: "Import" }).click();
  };
  await send("labels.xlsx", "x");
  await expect(page.getByRole("alert").filter({ hasText: "must end with .csv" })).toBeVisible();

  const good = Array.from({ length: 60 }, (_, n) => `The coffee machine number ${n} leaks,coffee,high,${n % 9}`).join("\n");
  const file = `text,label,priority,handling_minutes\n${good}\n,coffee,,\n`;
  await send("coffee.csv", file);
  const row = page.getByRole("row", { name: /coffee\.csv/ });
  await expect(row.first()).toContainText("1 bad line, so nothing came in.");
  await row.first().getByText("Bad lines").click();
  await expect(row.first()).toContainText("line 62: `text` is missing");
  await expectNoAxeViolations(page);

  await send("coffee.csv", file, true);
  await expect(row.first()).toContainText("60 new examples came in, 1 bad line was left out.");
  await send("coffee.csv", file, true);
  await expect(row.first()).toContainText("60 were known before");

  await page.getByRole("link", { name: "Datasets" }).click();
  await page.getByText("Make a dataset of the labels that hold now").click();
  await page.getByLabel("Name", { exact: true }).fill("Coffee only");
  await page.getByLabel(/^Only these labels/).fill("coffee");
  await page.getByRole("button", { name: "Make it" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Coffee only");
  await expect(page.getByText("labels coffee")).toBeVisible();
  await expectNoAxeViolations(page);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "JSON lines" }).click();
  const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
  expect(lines).toHaveLength(60);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ label: "coffee", priority: "high" });

  // A label alone is nothing to learn; the run says so, and the dataset of the demo's training makes the same model again.
  await page.goto("/labels/datasets/1");
  await page.getByRole("button", { name: "Train on it" }).click();
  await expect(page.getByText("Training has begun; Models")).toBeVisible();
  await page.goto("/models");
  await expect(page.getByRole("link", { name: /^Roll out v/ }).first()).toBeVisible({ timeout: 30_000 });
  const sha = async (version: number) => page.getByRole("row", { name: new RegExp(`^v${version} `) }).locator("code").getAttribute("title");
  const newest = Number((await page.getByRole("link", { name: /^Roll out v/ }).first().textContent())?.replace(/\D/g, ""));
  expect(await sha(newest)).toBe(await sha(1));
  await page.goto(`/models/${newest}`);
  await expect(page.getByRole("link", { name: "d1" })).toBeVisible();
});

test("a label that was too much for one is split, and its examples are sorted by keys and by words", async ({
  page,
  server,
  signIn,
  expectNoAxeViolations,
}) => {
  await signIn(page, "supervisor");
  await page.goto("/labels/imports");
  const texts = Array.from({ length: 12 }, (_, n) => `${n % 2 ? "The lift" : "The door"} of house ${n} is stuck,stuck`).join("\n");
  await page.getByLabel(/^File with the columns/).setInputFiles({
    name: "stuck.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`text,label\n${texts}\n`),
  });
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("row", { name: /stuck\.csv/ })).toContainText("12 new examples came in.");

  await page.goto("/labels/names/stuck");
  await page.getByLabel("Part 1").fill("stuck_lift");
  await page.getByLabel("Part 2").fill("stuck_door");
  await page.getByRole("button", { name: "Split", exact: true }).click();
  await page.getByRole("link", { name: "Sort its 12 examples" }).click();
  const rows = page.getByRole("main").getByRole("listitem");
  await expect(rows).toHaveCount(12);
  await expectNoAxeViolations(page);
  const first = (await rows.first().locator("span").first().textContent()) ?? "";
  await page.keyboard.press(first.includes("lift") ? "1" : "2");
  await expect(rows).toHaveCount(11);
  await page.getByLabel("Only examples with these words").fill("LIFT");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/words=LIFT/);
  await page.getByLabel(/^All \d of them are/).selectOption("stuck_lift");
  await page.getByRole("button", { name: "Sort them" }).click();
  await expect(page.getByText(/All \d of them are/)).toHaveCount(0);
  await page.getByLabel("Only examples with these words").fill("");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/words=(&|$)/);
  await expect(rows.first()).toContainText("door");
  for (let left = await rows.count(); left > 0; left -= 1) {
    await page.keyboard.press("2");
    await (left > 1 ? expect(rows).toHaveCount(left - 1) : expect(page.getByText("Everything is sorted")).toBeVisible());
  }
  expect(await server.run("labels", "export", "--label", "stuck_lift")).toContain('"kind":"adjudicated"');
});

test("the text of a task can be erased, and nothing brings it back", async ({ page, api, signIn, expectNoAxeViolations }) => {
  const words = "Mr Brown of 5 Mill Lane wants his data gone";
  const answer = await api.post("/api/v1/tasks", { data: { subject: words, body: "Please." } });
  const { task_id: id } = (await answer.json()) as { task_id: string };
  await signIn(page, "supervisor");
  await page.goto(`/tasks/${id}`);
  await page.getByLabel(/^Erase the text/).click();
  await page.getByLabel("Reason").fill("He asked for it");
  await expectNoAxeViolations(page);
  await page.getByRole("button", { name: "Erase it" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("(text erased)");
  await page.reload();
  await expect(page.getByText("Subject, text and attributes were erased")).toBeVisible();
  await expect(page.getByText("Mill Lane")).toHaveCount(0);
});

test("the least sure tasks of machines are labelled without the model's answer", async ({ page, api, signIn }) => {
  const answer = await api.post("/api/v1/tasks", {
    data: { subject: "Send me a copy of the invoice of March", body: "I cannot find the invoice. A copy by mail is enough." },
  });
  const { state } = (await answer.json()) as { state: string };
  expect(state).toBe("queued");
  await signIn(page, "supervisor");
  await page.goto("/labels/unsure");
  const rows = page.getByRole("main").getByRole("listitem");
  const row = rows.filter({ hasText: "copy of the invoice of March" });
  await expect(row).toHaveCount(1);
  await row.getByLabel(/^What is it/).fill("invoice_copy");
  await row.getByRole("button", { name: /^Label/ }).click();
  await expect(row).toHaveCount(0);
  await page.goto("/labels?label=invoice_copy&kind=confirmed");
  await expect(page.getByText("copy of the invoice of March")).toBeVisible();
});

test("a model that was made elsewhere is sent, measured, and refused when it is broken", async ({ page, server, signIn, expectNoAxeViolations }) => {
  await signIn(page, "supervisor");
  const send = async (files: { name: string; mimeType: string; buffer: Buffer }[]) => {
    await page.goto("/models");
    await page.getByText("Add a model that was made elsewhere").click();
    await page.getByLabel(/^Its files/).setInputFiles(files);
    await page.getByRole("button", { name: "Send" }).click();
  };
  const file = async (name: string) => ({
    name,
    mimeType: "application/octet-stream",
    buffer: await readFile(`${server.dataDir}/models/v1/${name}`),
  });
  await send([{ name: "model.onnx", mimeType: "application/octet-stream", buffer: Buffer.from("no graph") }, await file("model.json")]);
  await expect(page.getByRole("alert").filter({ hasText: "This is no model that can be used here" })).toBeVisible();
  await expectNoAxeViolations(page);
  await send([await file("model.onnx"), await file("model.json")]);
  await expect(page.getByText("It was not trained on a dataset that this workspace keeps")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Model v\d+$/);
});
