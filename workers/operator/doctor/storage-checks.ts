import { randomBytes } from "node:crypto";
import type { Config } from "#lib/config.ts";
import { GENESIS } from "#lib/domain/permanence/entries.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { standingFacts } from "#lib/services/standing-facts.ts";
import { fail, type Finding, ok, spanOf, warn } from "./finding.ts";

const SIGNATURES_FAIL_MS = 15 * 60_000;
const SKEW_WARN_MS = 60_000;

/** Writes a small object, tries to write it again, reads it and deletes it. Nothing of it stays. */
export async function checkObjects({ objects }: Pick<Deps, "objects">, { s3 }: Config): Promise<Finding[]> {
  const where = s3 ? "the bucket" : "the data folder";
  await objects.ready();
  const key = `doctor-${randomBytes(12).toString("hex")}`;
  const bytes = new Uint8Array(randomBytes(64));
  try {
    await objects.put(key, bytes);
    const second = await objects.put(key, new Uint8Array(randomBytes(64)));
    const stored = await objects.get(key);
    const same = stored !== null && Buffer.from(stored).equals(bytes);
    if (second !== "exists" || !same)
      return [fail("objects", `${where} overwrites what is there`, "use a store that honours If-None-Match")];
  } finally {
    await objects.remove(key);
  }
  if ((await objects.get(key)) !== null)
    return [
      fail(
        "objects",
        `${where} keeps what was deleted`,
        "give the key the right to delete, and no versioning",
      ),
    ];
  return [ok("objects", `${where} takes, keeps, gives back and deletes an object`)];
}

/** Clocks that differ by 15 minutes make every signed request fail. Any answer of the store has its time. */
export async function checkBucketClock({ s3 }: Config): Promise<Finding[]> {
  if (s3 === undefined) return [];
  const url = s3.endpoint ?? `https://s3.${s3.region}.amazonaws.com`;
  const began = Date.now();
  const answer = await fetch(url, {
    method: "HEAD",
    redirect: "manual",
    signal: AbortSignal.timeout(10_000),
  });
  const theirs = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(theirs))
    return [warn("clock_bucket", "the object store does not tell its time", "compare the clocks by hand")];
  const skew = theirs - (began + Date.now()) / 2;
  const said = `the object store's clock is ${spanOf(skew)} ${skew < 0 ? "behind" : "ahead of"} this machine's`;
  const todo = "let both be set by NTP (`timedatectl set-ntp true`)";
  if (Math.abs(skew) >= SIGNATURES_FAIL_MS)
    return [fail("clock_bucket", `${said}: it refuses every signed request`, todo)];
  if (Math.abs(skew) >= SKEW_WARN_MS) return [warn("clock_bucket", said, todo)];
  return [ok("clock_bucket", "the clocks of the object store and this machine agree")];
}

/** Reads the never-forget log to its end, and whether it reaches what the database remembers. */
export async function checkNeverForget(
  { permanence }: Pick<Deps, "permanence">,
  store: Deps["store"] | null,
): Promise<Finding[]> {
  const remembered = store ? (await store.instance.read()).permanenceHead : GENESIS;
  const { head, reached } = await standingFacts(permanence, remembered);
  if (!reached) {
    return [
      fail(
        "never_forget",
        `the never-forget log ends at entry ${head.seq} and the database remembers entry ${remembered.seq}`,
        "bring back the permanence folder or the never-forget/ objects: withdrawals may be missing (docs/REVOCATION.md, Restore)",
      ),
    ];
  }
  const unseen = store && head.seq > remembered.seq ? `, ${head.seq - remembered.seq} not applied yet` : "";
  return [ok("never_forget", `the never-forget log is whole: ${head.seq} entries${unseen}`)];
}
