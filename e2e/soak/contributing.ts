import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "#e2e/containers/compose-file.ts";
import type { NativeService, Place } from "#e2e/containers/native-services.ts";
import { rolloutLines } from "#e2e/support/rollout.ts";

const run = promisify(execFile);

/** One contributor at work while stores come and go: only what the platform acknowledged counts. */
export type Contributing = {
  /** Offers one more session, and with it everything that was not acknowledged before. */
  upload(words: string): Promise<void>;
  /** Withdraws the oldest acknowledged episode that is not withdrawn yet. */
  withdraw(): Promise<void>;
  /** Acknowledged episodes that can't be read, and were not withdrawn. */
  missing(): Promise<string[]>;
  /** How many episodes the platform has acknowledged. */
  sent(): number;
  /** Episodes whose withdrawal was acknowledged and that can be read all the same. */
  visibleAgain(): Promise<string[]>;
  figures(): string;
};

type Input = {
  place: Place;
  services: readonly NativeService[];
  /** `presigned` sends into the bucket, past the platform. */
  uploadMode?: "legacy" | "presigned";
};

/** A person, a token and a consent on the instance that these services make. */
export async function contributing({ place, services, uploadMode = "legacy" }: Input): Promise<Contributing> {
  const home = join(place.folder, `contributor-${uploadMode}`);
  const url = place.settings["PUBLIC_URL"] ?? "";
  const email = "contributor@example.org";
  await admin(services, "user", "create", email, "--role", "contributor");
  const scopes = ["episodes:write", "episodes:revoke", "read"].flatMap((scope) => ["--scope", scope]);
  const token =
    (await admin(services, "token", "create", "--user", email, ...scopes)).trim().split("\n").at(-1) ?? "";
  const env = {
    HOME: home,
    PATH: process.env["PATH"] ?? "",
    NODE_ENV: "test" as const,
    TRACE_SHARE_WORKER_BASE_URL: url,
    TRACE_SHARE_WORKER_API_TOKEN: token,
    TRACE_SHARE_ALLOW_INSECURE_HTTP: "1",
    TRACE_SHARE_WORKER_UPLOAD_MODE: uploadMode,
  };
  const cli = (...args: string[]) => program(join(ROOT, "cli", "main.ts"), args, env);
  const sent = new Set<string>();
  const withdrawn = new Set<string>();
  let sessions = 0;
  let refused = 0;
  addSession(home, "the first", sessions);
  await cli("consent", "init", "--license", "CC0-1.0", "--accept-text", "2026-11-22");
  const dry = JSON.parse((await cli("run", "--dry-run", "--include-open", "--json")).said) as {
    unaffirmed_projects: string[];
  }; // our own answer
  await cli("projects", "allow", "--public", ...dry.unaffirmed_projects);

  return {
    async upload(words) {
      sessions += 1;
      addSession(home, words, sessions);
      const { said } = await cli("run", "--yes", "--review", "--include-raw", "--include-open", "--json");
      const accepted = acceptedIds(said);
      if (accepted.length === 0) refused += 1;
      for (const id of accepted) sent.add(id);
    },
    async withdraw() {
      const id = [...sent].find((one) => !withdrawn.has(one));
      if (id === undefined) return;
      await cli("revoke", "add", "--episode-id", id);
      const { code } = await cli("revoke", "sync");
      if (code === 0) withdrawn.add(id);
      else refused += 1;
    },
    missing: () =>
      those(
        [...sent].filter((id) => !withdrawn.has(id)),
        async (id) => (await statusOf(url, id)) !== 200,
      ),
    visibleAgain: () => those([...withdrawn], async (id) => (await statusOf(url, id)) === 200),
    sent: () => sent.size,
    figures: () =>
      `${sent.size} uploads and ${withdrawn.size} withdrawals acknowledged, ${refused} times refused`,
  };
}

/** Ids that the platform has answered for, in a run of the command line. */
function acceptedIds(said: string): string[] {
  try {
    const { episodes = [] } = JSON.parse(said) as { episodes?: { id?: string; status?: string }[] }; // our own answer, or none
    return episodes.flatMap(({ id, status }) =>
      id && status && /accepted|uploaded|known|duplicate/.test(status) ? [id] : [],
    );
  } catch {
    return [];
  }
}

function addSession(home: string, words: string, index: number): void {
  const { path, text } = rolloutLines(`Why does ${words} fail in case ${index}?`, index);
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

/** An operator command as the compose file's own `migrate` service would run it. */
async function admin(services: readonly NativeService[], ...args: string[]): Promise<string> {
  const migrate = services.find(({ name }) => name === "migrate");
  if (!migrate) throw new Error("no service migrate here");
  const { code, said } = await program(
    join(migrate.cwd, "workers", "admin.ts"),
    args,
    { ...migrate.env, NODE_ENV: "production" },
    migrate.cwd,
  );
  if (code !== 0) throw new Error(`admin ${args[0]} failed`);
  return said;
}

async function program(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd = ROOT,
): Promise<{ code: number; said: string }> {
  try {
    const { stdout } = await run(process.execPath, [file, ...args], {
      cwd,
      env,
      timeout: 120_000,
      maxBuffer: 16 * 1024 * 1024,
    });
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: unknown }; // what execFile rejects with
    return { code: typeof code === "number" ? code : 1, said: typeof stdout === "string" ? stdout : "" };
  }
}

async function statusOf(url: string, id: string): Promise<number> {
  try {
    const response = await fetch(`${url}/episodes/${id}`, { signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}

async function those(ids: readonly string[], holds: (id: string) => Promise<boolean>): Promise<string[]> {
  const found = await Promise.all(ids.map(holds));
  return ids.filter((_, index) => found[index]);
}
