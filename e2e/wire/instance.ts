import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base } from "@playwright/test";
import { makeCanaries } from "#cli/testing/canaries.ts";
import { connect } from "#db/client.ts";
import { loadConfig } from "#lib/config.ts";
import { createDeps } from "#lib/container.ts";
import { OPERATOR, type Scope } from "#lib/domain/access/policy.ts";
import { OwnStatus } from "#lib/domain/wire/read-messages.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { createTokenFor } from "#lib/services/tokens.ts";
import { type Answer, call } from "./http.ts";

/** A contributor with a token, made as the operator's console makes them. */
export type Contributor = { account: string; token: string; tokenId: string; email: string };

type TokenOptions = { scopes?: readonly Scope[]; shared?: boolean; email?: string };

/** The running platform (e2e/support/walks-platform.ts) as these tests reach it: over HTTP, and its database for a look. */
export type WireInstance = {
  url: string;
  deps: Deps;
  contributor(options?: TokenOptions): Promise<Contributor>;
  /** A cookie of a signed-in moderator. */
  sessionCookie(): Promise<string>;
  /** Waits until an upload has left the states that a job leads out of. */
  settled(who: Contributor, id: string): Promise<OwnStatus>;
  /** Tables, and the platform's log, that hold a word. */
  placesHolding(word: string): Promise<string[]>;
  /** A word that nothing else holds. */
  word(): string;
  /** The same for bodies that are refused: it holds a canary of the whole run, which nothing may ever say. */
  planted(): string;
};

const CONTRIBUTOR_SCOPES: readonly Scope[] = ["episodes:write", "episodes:revoke", "read"];
const WAITING = ["received", "quarantined"];

export const test = base.extend<object, { instance: WireInstance }>({
  instance: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const { instance, close } = await openInstance();
      await use(instance);
      await close();
    },
    { scope: "worker" },
  ],
});

async function openInstance(): Promise<{ instance: WireInstance; close(): Promise<void> }> {
  const url = process.env["WALK_URL"] ?? "";
  // what the global setup of this very run has written
  const env = JSON.parse(process.env["WALK_ENV"] ?? "{}") as Record<string, string>;
  const { deps, auth, close } = await createDeps(loadConfig({ ...env, LOG_LEVEL: "silent" }));
  const database = connect(env["DATABASE_URL"] ?? "", { max: 2 });
  let made = 0;
  const word = () => `marmot${process.pid}n${++made}`;
  const instance: WireInstance = {
    url,
    deps,
    word,
    planted: () => `${makeCanaries().userName}n${process.pid}n${++made}`,
    contributor: (options = {}) => makeContributor(deps, { email: `${word()}@example.org`, ...options }),
    sessionCookie: async () => {
      const user = await deps.store.accounts.ensure(`${word()}@example.org`);
      await deps.store.accounts.grantRole(user.id, "moderator");
      const sessionToken = deps.ids.hex(32);
      const expires = new Date(Date.now() + 3_600_000);
      await auth.createSession?.({ sessionToken, userId: user.id, expires });
      return `next-auth.session-token=${sessionToken}`;
    },
    settled: (who, id) => settled(url, who, id),
    placesHolding: async (text) => [
      ...(await tablesHolding(database.sql, text)),
      ...(logHolds(env, text) ? ["platform.log"] : []),
    ],
  };
  return { instance, close: async () => void (await Promise.all([close(), database.close()])) };
}

async function makeContributor(deps: Deps, options: TokenOptions & { email: string }): Promise<Contributor> {
  const { token, entry } = await createTokenFor(deps, OPERATOR, {
    email: options.email,
    scopes: options.scopes ?? CONTRIBUTOR_SCOPES,
    shared: options.shared ?? false,
    name: "wire",
    days: 1,
  });
  return { account: entry.userId, token, tokenId: entry.id, email: options.email };
}

async function settled(url: string, who: Contributor, id: string): Promise<OwnStatus> {
  let answer: Answer | undefined;
  let status: OwnStatus | undefined;
  await expect
    .poll(
      async () => {
        answer = await call(url, { path: `/v1/episodes/${id}/status`, token: who.token });
        status = OwnStatus.safeParse(answer.json).data;
        return status !== undefined && (!WAITING.includes(status.state) || status.reason !== null);
      },
      { timeout: 20_000, intervals: [50, 100, 200] },
    )
    .toBe(true);
  if (!status) throw new Error("the status was just read");
  return status;
}

type Sql = ReturnType<typeof connect>["sql"];

/** Every table of the instance, the job queue's included, whose rows hold the word as text or as bytes. */
async function tablesHolding(sql: Sql, word: string): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await sql`
      select 1 from ${sql.unsafe(name)} as row
      where row::text like ${`%${word}%`} or row::text like ${`%${Buffer.from(word).toString("hex")}%`} limit 1`;
    if (rows.length > 0) found.push(name);
  }
  return found;
}

function logHolds(env: Record<string, string>, word: string): boolean {
  const file = join(env["DATA_DIR"] ?? "", "..", "platform.log");
  return existsSync(file) && readFileSync(file, "utf8").includes(word);
}
