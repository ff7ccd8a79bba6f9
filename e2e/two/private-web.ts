import { join } from "node:path";
import { expect } from "@playwright/test";
import { startWeb } from "#e2e/support/platform-processes.ts";
import { test as wire, type WireInstance } from "#e2e/wire/instance.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { approveSnapshot, publishSnapshot, requestSnapshot } from "#lib/services/release.ts";
import { submitReport } from "#lib/services/reports.ts";
import { freePort } from "#workers/embedded-postgres/free-port.ts";
import { publish } from "./processes.ts";

/** Newer than that of a run of these tests which broke off and begins again. */
const VERSION = `7.0.${Math.floor(Date.now() / 1000) % 10_000}`;

/** One more web process over the same data, with INSTANCE_ACCESS=private, and something of each kind to read. */
export type PrivateWeb = {
  url: string;
  /** Stand in what is published, and nowhere else. */
  words: readonly string[];
  /** Values for the variable parts of addresses, by their names in app/. */
  params: Readonly<Record<string, string>>;
};

export const test = wire.extend<object, { closed: PrivateWeb }>({
  closed: [
    async ({ instance }, use) => {
      // what the global setup of this very run has written
      const env = JSON.parse(process.env["WALK_ENV"] ?? "{}") as Record<string, string>;
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const own = { ...env, INSTANCE_ACCESS: "private", PUBLIC_URL: url, NEXTAUTH_URL: url };
      const logFile = join(env["DATA_DIR"] ?? "", "..", "platform.log");
      const web = await startWeb(own, port, { logFile });
      await use({ url, ...(await fill(instance)) });
      await web.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

async function fill(instance: WireInstance): Promise<Omit<PrivateWeb, "url">> {
  const { deps } = instance;
  const { id, word } = await publish(instance, await instance.contributor());
  const { receipt } = await submitReport(deps, {
    episodeId: id,
    category: "quality",
    step: null,
    message: "The same line stands there twice.",
    contact: null,
  });
  await requestSnapshot(deps, OPERATOR, { version: VERSION });
  await expect
    .poll(async () => (await deps.store.snapshots.byVersion(VERSION))?.state, { timeout: 60_000 })
    .toBe("verified");
  await approveSnapshot(deps, OPERATOR, { version: VERSION });
  await publishSnapshot(deps, OPERATOR, { version: VERSION });
  const [open] = await deps.store.cases.openOf(id);
  const params = {
    id,
    receipt,
    version: VERSION,
    name: "manifest.json",
    format: "json",
    case: open?.id ?? "",
  };
  return { words: [word, "members_digest"], params };
}
