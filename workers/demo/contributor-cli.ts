import { spawn } from "node:child_process";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";

/** What one command line of the CLI answered. */
export type CliAnswer = { exitCode: number; json: Record<string, unknown> };

export type ContributorCli = (...args: string[]) => Promise<CliAnswer>;

const MAIN = join(import.meta.dirname, "../../cli/main.ts");
const WRONG_USE = 2;

/**
 * The real CLI as a process of its own, as a contributor would start it: an environment that holds nothing but the way to
 * programs, a home folder, and the platform with its token. It knows the platform by HTTP alone.
 */
export function contributorCli(options: {
  home: string;
  url: string;
  token: string;
  signal: AbortSignal;
}): ContributorCli {
  const { home, url, token, signal } = options;
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    TRACE_SHARE_HOME: join(home, ".trace-share"),
    TRACE_SHARE_WORKER_BASE_URL: url,
    TRACE_SHARE_WORKER_API_TOKEN: token,
    TRACE_SHARE_ALLOW_INSECURE_HTTP: "1",
    // Windows opens no connection without it.
    ...(process.env["SystemRoot"] ? { SystemRoot: process.env["SystemRoot"] } : {}),
  };
  return async (...args) => {
    const { exitCode, stdout, stderr } = await call([...args, "--json"], { env, cwd: home, signal });
    const json = parse(stdout);
    if (json && exitCode < WRONG_USE) return { exitCode, json };
    throw new AppError("internal", {
      detail: `"trace-share ${args[0]}" ended with exit code ${exitCode}: ${stderr.trim().split("\n")[0] ?? ""}`,
    });
  };
}

type Ended = { exitCode: number; stdout: string; stderr: string };

function call(
  args: readonly string[],
  options: { env: Record<string, string>; cwd: string; signal: AbortSignal },
): Promise<Ended> {
  const { cwd, signal } = options;
  // Next declares that every environment has a NODE_ENV; this one must not.
  const env = options.env as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env,
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on("data", (data: Buffer) => output.stdout.push(data));
  child.stderr.on("data", (data: Buffer) => output.stderr.push(data));
  const text = (parts: Buffer[]) => Buffer.concat(parts).toString("utf8");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ exitCode: code ?? WRONG_USE, stdout: text(output.stdout), stderr: text(output.stderr) });
    });
  });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A JSON object, to read one more key of. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
