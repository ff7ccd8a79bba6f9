import { OPERATOR } from "#lib/domain/access/policy.ts";
import { type EpisodeEvent, RECEIVED, transition } from "#lib/domain/lifecycle/episode-states.ts";
import { CURRENT_CONSENT } from "#lib/domain/registry.ts";
import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import { sampleRecord } from "#lib/domain/snapshot/testing/records.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { createUser } from "#lib/services/accounts.ts";
import { bodyKey, encodeBody } from "#lib/services/episode-body.ts";
import { ruleCause } from "#lib/services/episode-events.ts";
import { newEpisodeRow } from "#lib/services/episode-row.ts";
import { demandClearance } from "#lib/services/instance-rules.ts";

const CONTRIBUTORS = 20;
/** Episodes of one session, and rounds of tools in one episode. */
const PER_SESSION = 3;
const MOST_ROUNDS = 24;
const IN_FLIGHT = 16;

export async function sampleContributors(deps: Deps): Promise<string[]> {
  const accounts: string[] = [];
  for (let n = 0; n < CONTRIBUTORS; n += 1) {
    const user = await createUser(deps, OPERATOR, { email: `bench-${n}@example.org`, role: "contributor" });
    accounts.push(user.id);
  }
  return accounts;
}

/**
 * Stores published episodes straight through the ports: body, row and events as ingest, screening and release leave them,
 * without their queues. One in three is a summary, one in fifty repeats the words of another.
 */
export async function seedEpisodes(
  deps: Deps,
  input: { episodes: number; contributors: readonly string[] },
): Promise<void> {
  const { episodes, contributors } = input;
  for (let start = 0; start < episodes; start += IN_FLIGHT) {
    const numbers = Array.from({ length: Math.min(IN_FLIGHT, episodes - start) }, (_, n) => start + n);
    await Promise.all(numbers.map((n) => seedEpisode(deps, { n, contributors })));
  }
}

async function seedEpisode(deps: Deps, input: { n: number; contributors: readonly string[] }): Promise<void> {
  const { n, contributors } = input;
  const session = Math.floor(n / PER_SESSION);
  const account = contributors[session % contributors.length] ?? "";
  const words = n % 50 === 49 ? n - 1 : n;
  const record = sampleRecord({
    n: words,
    account: `${account}|${n}`,
    session: `session-${session}`,
    disclosure: words % 3 === 0 ? "summary" : "raw",
    rounds: 1 + ((words * 7919) % MOST_ROUNDS),
    resultSize: 200 + ((words * 104_729) % 3_000),
    consentVersion: CURRENT_CONSENT.version,
    rulesVersion: RULES_VERSION,
  });
  const { body, sha256 } = await encodeBody(deps, record);
  await deps.objects.put(bodyKey(record.id), body);
  const upload = { declaredId: record.id, hashVerified: true } as Parameters<
    typeof newEpisodeRow
  >[0]["upload"]; // all it reads
  const at = deps.clock.now();
  await deps.store.transaction(async (tx) => {
    await tx.episodes.insert(
      newEpisodeRow({
        upload,
        record,
        account,
        actor: OPERATOR,
        receivedSha256: sha256,
        groupRoot: record.session.key,
        at,
      }),
    );
    await tx.episodes.setObject(record.id, { key: bodyKey(record.id), sha256, bytes: body.length });
    await tx.episodes.setScan(record.id, { rulesVersion: RULES_VERSION, openFindings: 0 }, [], []);
    const row = await tx.episodes.lock(record.id);
    if (!row) throw new Error("the row that was just written is missing");
    const events: EpisodeEvent[] = [
      { type: "screened" },
      { type: "auto_released", clearance: await demandClearance(tx, row) },
    ];
    let [now, lifecycle] = [row, RECEIVED];
    for (const event of events) {
      const answer = transition(lifecycle, event, ruleCause(deps));
      if (!answer.ok) throw new Error(`no ${event.type} from ${answer.from}`);
      now = await tx.episodes.apply(now, event, answer.next, ruleCause(deps));
      lifecycle = answer.next;
    }
  });
}
