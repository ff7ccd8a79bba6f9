import { randomUUID } from "node:crypto";
import { type EpisodeEvent, transition } from "#lib/domain/lifecycle/episode-states.ts";
import type { JobQueue } from "#lib/ports/jobs.ts";
import type { Case } from "#lib/ports/cases.ts";
import type { Episode, EventCause, NewEpisode } from "#lib/ports/episodes.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";
import type { Store } from "#lib/ports/store.ts";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { createStore } from "#db/store.ts";
import { testDatabase } from "./database.ts";

export const at = new Date("2026-03-04T05:06:07.089Z");
export const byRule: EventCause = { actor: "rule", actorId: null, role: null, caseId: null, at };
/** The guard's brand has no value at run time. */
export const clearance = { rulesVersion: "1" } as Extract<EpisodeEvent, { type: "approved" }>["clearance"];

export type StoreFixture = {
  store: Store;
  handle: DatabaseHandle;
  url: string;
  close(): Promise<void>;
  /** A digest that this database has not seen; later ones sort after earlier ones. */
  hex64(): string;
  newAccount(): Promise<string>;
  newEpisode(change?: Partial<NewEpisode>): Promise<NewEpisode>;
  insert(change?: Partial<NewEpisode>): Promise<Episode>;
  apply(episode: Episode, event: EpisodeEvent, cause?: EventCause): Promise<Episode>;
  published(change?: Partial<NewEpisode>): Promise<Episode>;
};

/** A store over a database of its own, whose jobs go nowhere, and makers of rows. */
export async function openStoreFixture(): Promise<StoreFixture> {
  const database = await testDatabase();
  const handle = connect(database.url, { max: 6 });
  const jobs: JobQueue = { enqueue: async () => {} };
  const store = createStore(handle, () => jobs);
  const close = async () => {
    await handle.close();
    await database.drop();
  };
  return { store, handle, url: database.url, close, ...makers(store) };
}

type Makers = Omit<StoreFixture, "store" | "handle" | "url" | "close">;

function makers(store: Store): Makers {
  let names = 0;
  const hex64 = () => {
    names += 1;
    return names.toString(16).padStart(64, "0");
  };
  const newAccount = async () => (await store.accounts.ensure(`${randomUUID()}@example.org`)).id;
  const newEpisode = async (change: Partial<NewEpisode> = {}) => ({
    ...plainEpisode(hex64, change.account ?? (await newAccount())),
    ...change,
  });
  const insert = async (change: Partial<NewEpisode> = {}) => {
    const row = await newEpisode(change);
    await store.episodes.insert(row);
    const episode = await store.episodes.byId(row.id);
    if (!episode) throw new Error("the episode is missing");
    return episode;
  };
  const apply = async (episode: Episode, event: EpisodeEvent, cause = byRule) => {
    const step = transition(episode.lifecycle, event, cause);
    if (!step.ok) throw new Error(`illegal in this test: ${step.from} ${step.event}`);
    return store.transaction((tx) => tx.episodes.apply(episode, event, step.next, cause));
  };
  const published = async (change: Partial<NewEpisode> = {}) => {
    const quarantined = await apply(await insert(change), { type: "screened" });
    return apply(quarantined, { type: "auto_released", clearance });
  };
  return { hex64, newAccount, newEpisode, insert, apply, published };
}

function plainEpisode(hex64: () => string, account: string): NewEpisode {
  return {
    id: hex64(),
    account,
    declaredId: hex64(),
    contentHash: hex64(),
    hashBasis: 2,
    hashVerified: true,
    slot: null,
    sessionKey: hex64(),
    groupRoot: hex64(),
    contributorKey: null,
    revocationAuthority: null,
    revocationCodeHash: null,
    receivedSha256: hex64(),
    tokenId: null,
    sharedToken: false,
    receivedAt: at,
    title: "Fix the parser",
    promptPreview: "Please fix the parser.",
    sourceTool: "codex",
    model: "gpt-5",
    license: "CC0-1.0",
    disclosure: "raw",
    outcome: "success",
    outcomeBasis: "tests_reported",
    languages: ["rust", 'a "quoted", {one}'],
    tools: [{ kind: "shell", calls: 3 }],
    errorKinds: [],
    steps: 12,
    toolCalls: 3,
    durationMs: 3_000_000_000,
    redactions: 1,
    day: "2026-03-04",
    consentVersion: "1",
    publicSearchable: true,
    trainable: true,
    repositoryVisibility: "public",
  };
}

/** A report's case as it is opened. */
export function plainCase(change: Pick<Case, "number" | "episodeId"> & Partial<Case>): Case {
  return {
    id: randomUUID(),
    category: "credential",
    band: 0,
    blocks: true,
    state: "submitted",
    claimedBy: null,
    outcome: null,
    reasonCode: null,
    statement: null,
    openedAt: at,
    decidedAt: null,
    ...change,
  };
}

/** A snapshot as it is frozen. */
export function plainSnapshot(change: Partial<Snapshot> = {}): Snapshot {
  const id = randomUUID();
  return {
    id,
    version: `v-${id}`,
    state: "draft",
    seed: "seed",
    labelKey: "key",
    baseVersion: null,
    removalOnly: false,
    asOfSeq: 4,
    denyListSeq: 0,
    createdAt: at,
    publishedAt: null,
    failure: null,
    reasonCode: null,
    manifest: null,
    dataCard: null,
    revision: 0,
    ...change,
  };
}
