import { z } from "zod";
import type { State } from "./state.ts";

/** What a platform has answered to an upload for good: it holds it, or it says that it was withdrawn. */
export type UploadEntry = {
  platform: string;
  contentHash: string;
  episodeId: string;
  publicId: string | undefined;
  slot: string;
  source: string;
  answer: "stored" | "withdrawn";
  at: string;
};

/**
 * What stands before the content hash of an upload that `reset` made offerable again. The row stays: it knows the id, the slot and the
 * platform, without which a withdrawal would miss it.
 */
const RESET = "reset|";

/**
 * Remembers an answer and what its upload told, all or nothing; called at once after each one, so that an interrupted run goes on where it
 * was. What `reset` makes offerable again is forgotten with its content hash.
 */
export function storeUpload({ database }: State, entry: UploadEntry & { told: string }): void {
  const { platform, contentHash, told, answer } = entry;
  database.exec("begin immediate");
  try {
    if (answer === "stored") {
      database
        .prepare("insert or replace into told (platform, content_hash, told) values (?, ?, ?)")
        .run(platform, contentHash, told);
    }
    putUpload(database, entry);
    database
      .prepare("delete from upload where platform = ? and content_hash = ?")
      .run(platform, `${RESET}${contentHash}`);
    database.exec("commit");
  } catch (error) {
    // a full disk ends the transaction by itself
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}

function putUpload(database: State["database"], entry: UploadEntry): void {
  const { platform, contentHash, episodeId, publicId, slot, source, answer, at } = entry;
  database
    .prepare(
      `insert into upload (platform, content_hash, episode_id, public_id, slot, source, answer, at)
       values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (platform, content_hash) do update set answer = excluded.answer, at = excluded.at`,
    )
    .run(platform, contentHash, episodeId, publicId ?? null, slot, source, answer, at);
}

/** What `reset` leaves alone: rows that it has changed before, and what was withdrawn. */
const FORGETTABLE = `answer = 'stored' and content_hash not like '${RESET}%'
  and episode_id not in (select episode_id from revocation)`;

/** How many uploads of each source a reset would make offerable again, on all platforms. */
export function countForgettable(state: State): { source: string; docs: number }[] {
  return state.database
    .prepare(
      `select source, count(*) as docs from upload where ${FORGETTABLE} group by source order by source`,
    )
    .all()
    .map((row) => z.object({ source: z.string(), docs: z.number() }).parse(row));
}

/** Makes the next run offer again what was sent: of one source, or of all. */
export function forgetUploads(state: State, source: string | undefined): void {
  state.database
    .prepare(
      `update upload set content_hash = '${RESET}' || content_hash
       where ${FORGETTABLE} and (? is null or source = ?)`,
    )
    .run(source ?? null, source ?? null);
}

/** What must not be sent to a platform again. */
export type Known = {
  /** Content hashes that the platform holds. */
  stored: ReadonlySet<string>;
  /** What these tell, whatever scanner read them. */
  told: ReadonlySet<string>;
  /** Slots whose episode the contributor has withdrawn, or the platform says so: refused for ever (permanence.md 16). */
  withdrawnSlots: ReadonlySet<string>;
};

const ToldRow = z.object({ told: z.string() });
const HashRow = z.object({ content_hash: z.string() });
const SlotRow = z.object({ slot: z.string() });

/** Reads what a platform has. Withdrawals count on every platform, confirmed or not: withdrawn is withdrawn. */
export function knownOn(state: State, platform: string | undefined): Known {
  const stored = state.database
    .prepare("select content_hash from upload where platform = ? and answer = 'stored'")
    .all(platform ?? "");
  const withdrawn = state.database
    .prepare(
      `select slot from upload
       where (answer = 'withdrawn' and platform = ?) or episode_id in (select episode_id from revocation)`,
    )
    .all(platform ?? "");
  const told = state.database
    .prepare(
      `select told from told join upload using (platform, content_hash)
       where platform = ? and answer = 'stored'`,
    )
    .all(platform ?? "");
  return {
    told: new Set(told.map((row) => ToldRow.parse(row).told)),
    stored: new Set(stored.map((row) => HashRow.parse(row).content_hash)),
    withdrawnSlots: new Set(withdrawn.map((row) => SlotRow.parse(row).slot)),
  };
}

const CountRow = z.object({ platform: z.string(), source: z.string(), answer: z.string(), docs: z.number() });
export type UploadCount = z.infer<typeof CountRow>;

export function countUploads(state: State): UploadCount[] {
  return state.database
    .prepare(
      `select platform, source, answer, count(*) as docs from upload
       group by platform, source, answer order by platform, source, answer`,
    )
    .all()
    .map((row) => CountRow.parse(row));
}

const SentRow = z
  .object({
    platform: z.string(),
    episode_id: z.string(),
    public_id: z.string().nullable(),
    slot: z.string(),
    source: z.string(),
  })
  .transform((row) => ({
    platform: row.platform,
    episodeId: row.episode_id,
    publicId: row.public_id,
    slot: row.slot,
    source: row.source,
  }));
/** An upload that a platform has taken, also if `reset` lets it be offered again. */
export type SentUpload = z.infer<typeof SentRow>;

/** Everything that was sent from here and that no platform calls withdrawn. */
export function sentUploads(state: State): SentUpload[] {
  return state.database
    .prepare(
      `select distinct platform, episode_id, public_id, slot, source from upload
       where answer = 'stored' order by episode_id, platform`,
    )
    .all()
    .map((row) => SentRow.parse(row));
}
