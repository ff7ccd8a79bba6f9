import { zstdCompressSync } from "node:zlib";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import type { Call } from "./http.ts";
import { recordV1, recordV2, stepsV2 } from "./records.ts";

/** A class of bad input: what is sent, with a word planted in it, and the answer that it gets. */
export type Bad = {
  name: string;
  status: number;
  code: string;
  path?: string;
  send(word: string): Omit<Call, "path"> & { path?: string };
};

const MIB = 1024 * 1024;
const json = (word: string, change: object) => ({ body: { ...recordV2(word), ...change } });
const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number, inner: JsonValue): JsonValue =>
  depth === 0 ? inner : [nested(depth - 1, inner)];
const call1 = (args: JsonValue) =>
  ({ kind: "tool_call", call: "c1", tool: { name: "t", kind: "other" }, args }) as const;

/** Replaces a word inside the serialised record: what JSON.stringify would never write. */
function serialised(word: string, replacement: Uint8Array | string): Uint8Array {
  const [before = "", ...after] = JSON.stringify(recordV2(`${word}SPOT`)).split("SPOT");
  const spot = typeof replacement === "string" ? bytes(replacement) : replacement;
  return Buffer.concat([bytes(before), spot, bytes(after.join(""))]);
}

/** A zstd frame header that promises 4 GiB and holds nothing. */
const PROMISES_4_GIB = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 0x01, 0, 0]);
/** A body as it is sent compressed. */
export const zstd = (body: Uint8Array) => ({ body, headers: { "content-encoding": "zstd" } });

export const BAD_BODIES: readonly Bad[] = [
  {
    name: "a body whose declared length is too large",
    status: 413,
    code: "body_too_large",
    send: (word) => ({ body: bytes(`"${word}${" ".repeat(9 * MIB)}"`) }),
  },
  {
    name: "a body in pieces that grows too large",
    status: 413,
    code: "body_too_large",
    send: (word) => ({ body: bytes(`"${word}${" ".repeat(9 * MIB)}"`), chunked: true }),
  },
  { name: "no JSON", status: 400, code: "malformed_json", send: (word) => ({ body: `{"prompt": ${word}` }) },
  { name: "an empty body", status: 400, code: "malformed_json", send: () => ({ body: "" }) },
  {
    name: "another content type",
    status: 415,
    code: "unsupported_media_type",
    send: (word) => ({ ...json(word, {}), headers: { "content-type": `text/plain; x=${word}` } }),
  },
  {
    name: "another content encoding",
    status: 415,
    code: "unsupported_media_type",
    send: (word) => ({ ...json(word, {}), headers: { "content-encoding": "gzip" } }),
  },
  {
    name: "JSON of another type",
    status: 422,
    code: "schema_invalid",
    path: "$",
    send: (word) => ({ body: [word] }),
  },
  {
    name: "a field of another type",
    status: 422,
    code: "schema_invalid",
    path: "$.prompt",
    send: (word) => ({ body: { ...recordV1(word), prompt: [word] } }),
  },
  {
    name: "a record without a required field",
    status: 422,
    code: "schema_invalid",
    path: "$.trace",
    send: (word) => {
      const { trace: _trace, ...rest } = recordV1(word);
      return { body: rest };
    },
  },
  {
    name: "an unknown schema",
    status: 422,
    code: "schema_unknown",
    path: "$.schema",
    send: (word) => json(word, { schema: `trace-share/${word}/9` }),
  },
  {
    name: "an unknown field in a record of our own client",
    status: 422,
    code: "schema_invalid",
    path: "$",
    send: (word) => json(word, { [`field ${word}`]: word }),
  },
  {
    name: "an unknown licence (version 1)",
    status: 422,
    code: "license_unknown",
    path: "$.license",
    send: (word) => ({ body: recordV1(word, { license: `MIT ${word}` }) }),
  },
  {
    name: "an unknown licence (version 2)",
    status: 422,
    code: "license_unknown",
    path: "$.rights.license",
    send: (word) => json(word, { rights: { ...recordV2(word).rights, license: `MIT ${word}` } }),
  },
  {
    name: "no consent",
    status: 422,
    code: "consent_missing",
    path: "$.consent",
    send: (word) => {
      const { consent: _consent, ...rest } = recordV1(word);
      return { body: rest };
    },
  },
  {
    name: "consent to publication alone",
    status: 422,
    code: "consent_missing",
    path: "$.rights.trainable",
    send: (word) => json(word, { rights: { ...recordV2(word).rights, trainable: false } }),
  },
  {
    name: "consent to a text that was never offered",
    status: 422,
    code: "consent_version_unknown",
    path: "$.consent.consent_version",
    send: (word) => {
      const consent = { ...(recordV1(word)["consent"] as object), consent_version: word };
      return { body: recordV1(word, { consent }) };
    },
  },
  {
    name: "an id that does not follow from the hash (version 1)",
    status: 422,
    code: "id_mismatch",
    path: "$.id",
    send: (word) => ({ body: { ...recordV1(word), id: "0".repeat(64) } }),
  },
  {
    name: "an id that does not follow from the hash (version 2)",
    status: 422,
    code: "id_mismatch",
    path: "$.id",
    send: (word) => json(word, { id: "0".repeat(64) }),
  },
  {
    name: "a changed word under the old hash (version 2)",
    status: 422,
    code: "hash_mismatch",
    path: "$.content_hash",
    send: (word) => json(word, { task: { prompt: `${word}!`, languages: [], tags: [] } }),
  },
  {
    name: "invalid UTF-8",
    status: 400,
    code: "malformed_text",
    send: (word) => ({ body: serialised(word, Uint8Array.of(0xc3, 0x28)) }),
  },
  {
    name: "a lone surrogate",
    status: 400,
    code: "malformed_text",
    send: (word) => ({ body: serialised(word, "\\ud83d") }),
  },
  {
    name: "NUL",
    status: 400,
    code: "malformed_text",
    send: (word) => ({ body: serialised(word, "\\u0000") }),
  },
  {
    name: "a trace of 10,001 steps (version 2)",
    status: 422,
    code: "schema_invalid",
    path: "$.steps",
    send: (word) => ({ body: { ...recordV2(word), steps: stepsV2(word, 10_001) } }),
  },
  {
    name: "a trace of 10,001 steps (version 1)",
    status: 422,
    code: "schema_invalid",
    path: "$.trace",
    send: (word) => ({
      body: recordV1(word, {
        trace: Array.from({ length: 10_001 }, () => ({ role: "user", content: word })),
      }),
    }),
  },
  {
    name: "a string that is too long",
    status: 422,
    code: "schema_invalid",
    path: "$.steps[0].text",
    send: (word) =>
      json(word, { steps: [{ kind: "user", text: word + "a ".repeat(LIMITS.stringBytes / 2) }] }),
  },
  {
    name: "arguments nested 33 deep",
    status: 422,
    code: "too_deep",
    send: (word) => json(word, { steps: [call1(nested(30, word))] }),
  },
  {
    name: "a million open brackets",
    status: 422,
    code: "too_deep",
    send: (word) => ({ body: `["${word}",${"[".repeat(1_000_000)}` }),
  },
  {
    name: "a zstd bomb",
    status: 413,
    code: "body_too_large",
    send: (word) => zstd(zstdCompressSync(bytes(`"${word}${" ".repeat(64 * MIB)}"`))),
  },
  {
    name: "a zstd frame that promises 4 GiB",
    status: 413,
    code: "body_too_large",
    send: () => zstd(PROMISES_4_GIB),
  },
  {
    name: "a truncated zstd frame",
    status: 400,
    code: "malformed_text",
    send: (word) => {
      const frame = zstdCompressSync(bytes(JSON.stringify(recordV2(word))));
      return zstd(frame.subarray(0, frame.length - 20));
    },
  },
  {
    name: "two zstd frames",
    status: 400,
    code: "malformed_text",
    send: (word) => {
      const frame = zstdCompressSync(bytes(JSON.stringify(recordV2(word))));
      return zstd(Buffer.concat([frame, frame]));
    },
  },
  {
    name: "plain JSON that says it is zstd",
    status: 400,
    code: "malformed_text",
    send: (word) => zstd(bytes(JSON.stringify(recordV2(word)))),
  },
  {
    name: "a secret",
    status: 422,
    code: "sanitizer_finding",
    send: (word) => ({ body: recordV2(word, { steps: [call1({ [`${word} key`]: githubToken() })] }) }),
  },
  {
    name: "a secret in a part of a version 1 record that a summary drops",
    status: 422,
    code: "sanitizer_finding",
    send: (word) => ({ body: recordV1(word, { context: `${word} ${githubToken()}` }) }),
  },
  {
    name: "a presign request for an id that does not follow",
    status: 422,
    code: "id_mismatch",
    path: "$.episode_id",
    send: (word) => ({
      path: "/v1/episodes/presign",
      body: { ...presignOf(recordV1(word)), episode_id: "1".repeat(64), note: word },
    }),
  },
  {
    name: "a revocation of what is no id",
    status: 422,
    code: "input_invalid",
    path: "$.episode_id",
    send: (word) => ({
      path: "/v1/revocations",
      body: { episode_id: word, revoked_at: "2026-03-01T08:00:00Z", reason: word },
    }),
  },
  {
    name: "a snapshot with a file of another name",
    status: 422,
    code: "input_invalid",
    path: "$.files[0].name",
    send: (word) => ({
      path: "/v1/snapshots",
      body: {
        version: "1.2.3",
        created_at: "2026-03-01T08:00:00Z",
        manifest: { word },
        checksums: word,
        files: [{ name: `../${word}`, bytes: 1, sha256: "ab".repeat(32) }],
        data_card: word,
      },
    }),
  },
];

/** Made at run time, so that no scanner takes this file for a leak. */
function githubToken(): string {
  return ["ghp", "_", "Zk3Qv9Lm2Xr7Tn5Bw8Yc4Hd6Js1Fg0Pa9ReQ"].join("");
}

function presignOf({ id, content_hash }: { id: string; content_hash: string }) {
  return { episode_id: id, content_hash, content_type: "application/json" };
}
