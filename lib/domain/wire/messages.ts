import { z } from "zod";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import { Hex64 } from "#lib/domain/episode/schema.ts";
import { ERROR_CODES } from "#lib/domain/errors.ts";

/** The contributor API's messages (docs/PROPOSAL.md, "Wire"). Unknown keys of requests are dropped. */
export const PresignRequest = z
  .object({
    episode_id: Hex64,
    content_hash: Hex64,
    content_type: z.literal("application/json"),
    // what the older client does not say: the body's size and digest, exactly as it will be sent
    bytes: z.int().min(1).max(LIMITS.recordBytes).optional(),
    sha256: Hex64.optional(),
  })
  .refine(({ bytes, sha256 }) => (bytes === undefined) === (sha256 === undefined), {
    message: "bytes and sha256 belong together",
    path: ["bytes"],
  });
export type PresignRequest = z.infer<typeof PresignRequest>;

export const CompleteRequest = z.object({
  episode_id: Hex64,
  object_key: z.string().min(1).max(200),
  content_hash: Hex64,
});
export type CompleteRequest = z.infer<typeof CompleteRequest>;

export const RevocationRequest = z.object({
  episode_id: Hex64,
  revoked_at: z.iso.datetime({ offset: true }).optional(),
  reason: z.string().max(2_000).nullish(),
});

const VECTOR_ID = z.string().regex(/^([0-9a-f]{64}|snapshot:[A-Za-z0-9.+-]{1,60})$/);

export const UpsertRequest = z.object({
  vectors: z
    .array(z.object({ id: VECTOR_ID }))
    .min(1)
    .max(100),
});
export type UpsertRequest = z.infer<typeof UpsertRequest>;

const SNAPSHOT_FILE = z.enum([
  "train.jsonl.zst",
  "val.jsonl.zst",
  "sft.jsonl.zst",
  "tooltrace.jsonl.zst",
  "manifest.json",
  "CHECKSUMS.txt",
  "DATA_CARD.md",
]);

export const SnapshotRequest = z.object({
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+-]{0,59}$/),
  created_at: z.iso.datetime({ offset: true }),
  manifest: z.unknown(),
  checksums: z.string().max(100_000),
  files: z
    .array(z.object({ name: SNAPSHOT_FILE, bytes: z.int().min(0), sha256: Hex64 }))
    .min(1)
    .max(7),
  data_card: z.string().max(1_000_000),
});
export type SnapshotRequest = z.infer<typeof SnapshotRequest>;

/** The answer to an upload. `episode_id` echoes the declared id; `public_id` is where it will be seen. */
export const Receipt = z.object({
  episode_id: Hex64,
  object_key: z.string(),
  etag: z.string(),
  public_id: Hex64,
  warnings: z.array(z.object({ code: z.string(), path: z.string() })).default([]),
});
export type Receipt = z.infer<typeof Receipt>;

/** Where to PUT the body of an announced upload, with exactly these headers and, where it was announced, of exactly that length. */
export const PresignAnswer = z.object({
  upload_url: z.url(),
  object_key: z.string(),
  headers: z.record(z.string(), z.string()),
});

export const UploadStored = z.object({ status: z.literal("stored") });

export const UpsertAnswer = z.object({ result: z.literal("Success") });

/** The answer to a registered snapshot. It has no public URL until it is proved. */
export const SnapshotAnswer = z.object({
  version: z.string(),
  object_prefix: z.string(),
  public_url: z.null(),
});

/** The answer to a revocation. It says that the withdrawal is in force and remembered. */
export const RevocationReceipt = z.object({
  episode_id: Hex64,
  status: z.literal("revoked"),
  effective_at: z.iso.datetime(),
});
export type RevocationReceipt = z.infer<typeof RevocationReceipt>;

/** What the holder of a token may know of it. The account is its id: a shared token's holders learn no address. */
export const TokenAnswer = z.object({
  account: z.uuid(),
  name: z.string(),
  scopes: z.array(z.string()),
  shared: z.boolean(),
  expires_at: z.iso.datetime(),
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;

/** RFC 9457 problem document with the stable code and the faults' safe paths. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  // a client of today must read the codes of a later server
  code: z.string().meta({ examples: [...ERROR_CODES] }),
  detail: z.string().optional(),
  errors: z.array(z.object({ code: z.string(), path: z.string() })).optional(),
  /** Names the request in the operator's log. */
  request_id: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
