// A server of our own for the journeys: its own data directory, a port from the system, the demo's people and tasks.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export const ROLES = ["agent", "supervisor", "auditor", "administrator"] as const;
export type Role = (typeof ROLES)[number];

export interface Person {
  readonly email: string;
  readonly password: string;
}

export interface Server {
  readonly url: string;
  readonly dataDir: string;
  /** The demo's people, as the server printed them. */
  readonly people: Readonly<Record<Role, Person>>;
  /** Runs another command of the program on the same data, while the server runs; answers its standard output. */
  run(...args: string[]): Promise<string>;
  /** Stops the server as an administrator would, and fails unless it ends in good order. */
  stop(): Promise<void>;
}

const BINARY = process.env["PROGRAM_UNDER_TEST"] ?? resolve(import.meta.dirname, "../../target/debug/switchyard");
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;

const READY = /ready at (http:\/\/\S+)/;
const PERSON = /^\s+(agent|supervisor|auditor|administrator)\s+(\S+@\S+)\s+(\S+)\s*$/;

/** Starts a server; `settings` are environment variables such as `SWITCHYARD_DRIFT_WINDOW_TASKS`. */
export async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-"));
  const child = spawn(BINARY, ["serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir", dataDir], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...settings },
  });
  const log: string[] = [];
  const exited = new Promise<string>((done) => {
    child.once("error", (error) => done(error.message));
    child.once("exit", (code, signal) => done(signal ?? `exit code ${code}`));
  });

  const people: Partial<Record<Role, Person>> = {};
  const ready = new Promise<string>((done) => {
    let url: string | undefined;
    createInterface({ input: child.stdout }).on("line", (line) => {
      log.push(line);
      url ??= READY.exec(line)?.[1];
      const [, role, email, password] = PERSON.exec(line) ?? [];
      if (role !== undefined && email !== undefined && password !== undefined) {
        people[role as Role] = { email, password };
      }
      if (url !== undefined && isComplete(people)) {
        done(url.replace(/\/$/, ""));
      }
    });
  });
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));

  const told = () => `The server's last lines:\n${log.slice(-30).join("\n")}`;
  const url = await within(
    START_LIMIT_MS,
    Promise.race([ready, exited.then((how) => Promise.reject(new Error(`the server ended with ${how}. ${told()}`)))]),
    () => `the server did not say that it is ready and who its people are. ${told()}`,
  ).catch(async (error: unknown) => {
    child.kill("SIGKILL");
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  assert(isComplete(people));

  return {
    url,
    dataDir,
    people,
    async run(...args) {
      const { stdout } = await promisify(execFile)(BINARY, [...args, "--data-dir", dataDir]);
      return stdout;
    },
    async stop() {
      child.kill("SIGTERM");
      try {
        const how = await within(STOP_LIMIT_MS, exited, () => `the server did not stop. ${told()}`);
        assert.equal(how, "exit code 0", told());
      } finally {
        child.kill("SIGKILL");
        await rm(dataDir, { recursive: true, force: true });
      }
    },
  };
}

function isComplete(people: Partial<Record<Role, Person>>): people is Record<Role, Person> {
  return ROLES.every((role) => people[role] !== undefined);
}

/** What a promise answers, unless it takes longer than the limit. */
async function within<T>(limitMs: number, promise: Promise<T>, message: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
