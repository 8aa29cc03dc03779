import { defineConfig } from "@playwright/test";

const executablePath = process.env["CHROMIUM_PATH"];
const isRoot = process.getuid?.() === 0;

// One worker, so that every journey meets a quiet server; no retries, because a flaky journey is a bug in the product or in
// the journey.
export default defineConfig({
  testDir: "journeys",
  outputDir: "test-results",
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "UTC",
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // Chromium's sandbox does not start for root, and /dev/shm is small in containers.
      args: [...(isRoot ? ["--no-sandbox"] : []), "--disable-dev-shm-usage"],
    },
  },
});
