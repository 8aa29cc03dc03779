import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config.ts";

// The run on real data, apart from the journeys: `make banking77 DATA=<folder with train.csv and test.csv>`.
export default defineConfig(journeys, { testDir: "banking77", timeout: 600_000 });
