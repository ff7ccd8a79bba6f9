import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { testDatabase } from "#db/testing/database.ts";
import { roleUrls } from "#db/testing/roles.ts";
import { type Config, loadConfig } from "#lib/config.ts";
import { createDeps, type Instance, prepareJobs, signingKeyPath } from "#lib/container.ts";
import type { Actor, Role } from "#lib/domain/access/policy.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { createUser } from "#lib/services/accounts.ts";
import { createTokenFor } from "#lib/services/tokens.ts";
import { authenticateToken } from "#lib/services/tokens.ts";
import { jobHandlers } from "#workers/handlers/job-handlers.ts";

export type TestPlatform = {
  deps: Deps;
  backup: Instance["backup"];
  databaseUrl: string;
  dataDir: string;
  /** File of the instance's signing key; a test that signs makes it. */
  signingKey: string;
  /** Waits until no job waits or runs. Fails if a job was parked. */
  settle(): Promise<void>;
  /** A signed-in person with roles. */
  person(email: string, ...roles: Role[]): Promise<Extract<Actor, { via: "session" }>>;
  /** The actor of a fresh token of a contributor. */
  uploader(email: string, options?: { shared?: boolean }): Promise<Extract<Actor, { via: "token" }>>;
  close(): Promise<void>;
};

type Options = {
  releasePolicy?: Deps["rules"]["releasePolicy"];
  /** Work on jobs as they come; off for tests that look at what lies between. */
  working?: boolean;
  /** An own data folder, kept after the test's platform is closed. */
  dataDir?: string;
  databaseUrl?: string;
  /** Two processes with roles of their own in the database, as in containers, instead of one that owns it. */
  roles?: boolean;
  /** Further settings by name. */
  env?: Readonly<Record<string, string>>;
};

/** Every suite with roles: `TEST_DATABASE_ROLES=1`. */
const ROLES = process.env["TEST_DATABASE_ROLES"] === "1";

/** The real platform without its pages: embedded PostgreSQL, files, queues and worker, in this process. */
export async function testPlatform(options: Options = {}): Promise<TestPlatform> {
  const database = options.databaseUrl ? null : await testDatabase();
  const databaseUrl = options.databaseUrl ?? database?.url ?? "";
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "trace-share-test-")));
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    RELEASE_POLICY: options.releasePolicy ?? "auto",
    NEXTAUTH_SECRET: "a secret for tests of forty characters or so",
    LOG_LEVEL: "silent",
    ...options.env,
  });
  await prepareJobs(databaseUrl);
  const { web: instance, worker, owner } = await connected(config, options.roles ?? ROLES);
  const { deps } = instance;
  if (options.working !== false) await worker.work(jobHandlers(worker.deps));
  return {
    deps,
    backup: owner.backup,
    databaseUrl,
    dataDir,
    signingKey: signingKeyPath(config),
    settle: () => settle(deps),
    person: async (email, ...roles) => {
      const user = await createUser(deps, OPERATOR, { email, role: "contributor" });
      for (const role of roles) await createUser(deps, OPERATOR, { email, role });
      return { kind: "user", userId: user.id, roles: ["contributor", ...roles], via: "session" };
    },
    uploader: async (email, { shared = false } = {}) => {
      const scopes = ["episodes:write", "episodes:revoke", "read"] as const;
      const { token } = await createTokenFor(deps, OPERATOR, {
        email,
        scopes,
        name: "test",
        days: 1,
        shared,
      });
      return (await authenticateToken(deps, token)) as Extract<Actor, { via: "token" }>; // it was made of a token
    },
    close: async () => {
      await worker.close();
      if (instance !== worker) await Promise.all([instance.close(), owner.close()]);
      await database?.drop();
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

type Connected = { web: Instance; worker: Instance; owner: Instance };

async function connected(config: Config, roles: boolean): Promise<Connected> {
  if (!roles) {
    const one = await createDeps(config, { role: "worker" });
    return { web: one, worker: one, owner: one };
  }
  const urls = await roleUrls(config.databaseUrl ?? "");
  const web = await createDeps({ ...config, databaseUrl: urls.web });
  const worker = await createDeps({ ...config, databaseUrl: urls.worker }, { role: "worker" });
  return { web, worker, owner: await createDeps(config) };
}

async function settle(deps: Deps): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const waiting = Object.values(await deps.jobOffice.pending()).reduce((sum, count) => sum + count, 0);
    if (waiting === 0) break;
    if (Date.now() > deadline) throw new Error(`${waiting} jobs are still waiting`);
    await sleep(20);
  }
  const [parked] = await deps.jobOffice.parked();
  if (parked) throw new Error(`a job was parked: ${parked.name} ${parked.code}`);
}
