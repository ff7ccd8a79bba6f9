import type { z } from "zod";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { claimedEpisodeId, contentHash, episodeId } from "#lib/domain/episode/identity.ts";
import { fromV1 } from "#lib/domain/episode/from-v1.ts";
import {
  EPISODE_SCHEMA,
  type EpisodeRecord,
  EpisodeUpload,
  type PrivatePart,
} from "#lib/domain/episode/schema.ts";
import { EpisodeV1, verifiesV1 } from "#lib/domain/episode/schema-v1.ts";
import type { ErrorCode, Fault } from "#lib/domain/errors.ts";
import { CONSENT_VERSIONS, CURRENT_CONSENT } from "#lib/domain/registry.ts";
import { safePath } from "./safe-path.ts";

/** An upload of either version, checked and brought to the one form that the platform keeps. */
export type ParsedUpload = {
  declaredId: string;
  record: EpisodeRecord;
  privatePart: PrivatePart | null;
  hashVerified: boolean;
  /** Names of top-level keys are not echoed; only how many were left out. */
  warnings: Fault[];
};

export type ParseUpload =
  | { ok: true; upload: ParsedUpload }
  | { ok: false; code: ErrorCode; faults: Fault[] };

/**
 * Reads a record as an account sent it: version 2 strictly, version 1 with unknown keys dropped. Consent, licence and
 * identity are part of the check; the server makes every proof again (architecture.md, rule 2).
 */
export function parseUpload(value: unknown, account: string): ParseUpload {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse("schema_invalid", "$");
  const schema = "schema" in value ? value.schema : undefined;
  if (schema === undefined) return parseV1(value as Record<string, JsonValue>, account); // JSON objects hold JSON
  if (schema !== EPISODE_SCHEMA) return refuse("schema_unknown", "$.schema");
  return parseV2(value);
}

function parseV2(value: object): ParseUpload {
  const parsed = EpisodeUpload.safeParse(value);
  if (!parsed.success) return invalid(parsed.error, value);
  const { private: privatePart, id, ...rest } = parsed.data;
  if (rest.rights.consent_version !== CURRENT_CONSENT.version) {
    return refuse("consent_version_unknown", "$.rights.consent_version");
  }
  if (id !== episodeId(rest.content_hash)) return refuse("id_mismatch", "$.id");
  if (contentHash(rest) !== rest.content_hash) return refuse("hash_mismatch", "$.content_hash");
  if (!privatePart) return refuse("slot_missing", "$.private");
  return {
    ok: true,
    upload: {
      declaredId: id,
      record: { ...rest, id, hash_basis: 2 },
      privatePart,
      hashVerified: true,
      warnings: [],
    },
  };
}

function parseV1(value: Record<string, JsonValue>, account: string): ParseUpload {
  const parsed = EpisodeV1.safeParse(value);
  if (!parsed.success) return invalid(parsed.error, value);
  const record = parsed.data;
  if (!CONSENT_VERSIONS.includes(record.consent.consent_version)) {
    return refuse("consent_version_unknown", "$.consent.consent_version");
  }
  if (record.id !== episodeId(record.content_hash)) return refuse("id_mismatch", "$.id");
  const hashVerified = verifiesV1(value, record.content_hash);
  const publicId = hashVerified ? record.id : claimedEpisodeId(account, record.id);
  const unknown = Object.keys(value).filter((key) => !(key in EpisodeV1.shape)).length;
  return {
    ok: true,
    upload: {
      declaredId: record.id,
      record: fromV1(record, publicId),
      privatePart: null,
      hashVerified,
      warnings: Array.from({ length: unknown }, (_, index) => ({
        code: "unknown_field",
        path: `$.{${index + 1}}`,
      })),
    },
  };
}

function invalid(error: z.ZodError, value: object): ParseUpload {
  const faults = error.issues.slice(0, 20).map((issue) => ({
    code: issue.code === "custom" && issue.message === "disclosure_mismatch" ? issue.message : issue.code,
    path: safePath(issue.path),
  }));
  return { ok: false, code: codeOf(faults, value), faults };
}

/** The most telling code of a faulty record: a person fixes a licence or a consent in another way than a broken field. */
function codeOf(faults: readonly Fault[], value: object): ErrorCode {
  const paths = faults.map((fault) => fault.path);
  if (paths.some((path) => path === "$.license" || path === "$.rights.license")) return "license_unknown";
  const isConsent = (path: string) =>
    path.startsWith("$.consent") ||
    ["$.rights", "$.rights.public_searchable", "$.rights.trainable", "$.rights.consent_version"].includes(
      path,
    );
  if (paths.some(isConsent)) return "consent_missing";
  if ("schema" in value && paths.includes("$.nonce")) return "nonce_missing";
  if (faults.some((fault) => fault.code === "disclosure_mismatch")) return "disclosure_mismatch";
  return "schema_invalid";
}

function refuse(code: ErrorCode, path: string): ParseUpload {
  return { ok: false, code, faults: [{ code, path }] };
}
