import { setTimeout as sleep } from "node:timers/promises";
import type { RecordV1 } from "./records.ts";

// What the older Rust client (0.0.4) sends, retries and must be able to parse, as docs/PROPOSAL.md ("Wire") has it from its
// source. A failure's text is `status=<code> body=<text>`, and that text is all that decides over the way back to `legacy`.

export type OlderSettings = {
  baseUrl: string;
  token?: string;
  mode: "legacy" | "presigned" | "auto";
  vectorUrl: string;
  vectorToken: string;
  /** The first pause between tries; 400 ms, as the client has it, where nothing else is said. */
  firstWaitMs?: number;
};

export type UploadResponse = { episode_id: string; object_key: string; etag: string | null };
export type SnapshotResponse = { version: string; object_prefix: string | null; public_url: string | null };

const TRIES = 5;
const FIRST_WAIT_MS = 400;

/** Sends at most five times: 429, 5xx and no answer are tried again, every other failure is final. */
async function send(
  url: string,
  init: { method: string; headers: Record<string, string>; body: string },
  firstWaitMs = FIRST_WAIT_MS,
): Promise<string> {
  for (let tried = 1; ; tried += 1) {
    const response = await fetch(url, init).catch(() => undefined);
    const text = (await response?.text()) ?? "";
    if (response?.ok) return text;
    const isTemporary = !response || response.status === 429 || response.status >= 500;
    if (!isTemporary || tried === TRIES)
      throw new Error(response ? `status=${response.status} body=${text}` : "no answer");
    await sleep(firstWaitMs * 2 ** (tried - 1) * (1 + Math.random() / 4));
  }
}

function post(settings: OlderSettings, path: string, body: unknown): Promise<string> {
  const { baseUrl, token, firstWaitMs } = settings;
  const headers = {
    "content-type": "application/json",
    accept: "*/*",
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  return send(`${baseUrl}${path}`, { method: "POST", headers, body: JSON.stringify(body) }, firstWaitMs);
}

/** Uploads a record in the way of the mode. */
export async function uploadEpisode(settings: OlderSettings, record: RecordV1): Promise<UploadResponse> {
  const legacy = async () => parseUpload(await post(settings, "/v1/episodes", record));
  if (settings.mode === "legacy") return legacy();
  try {
    return await uploadPresigned(settings, record);
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    const fallsBack = settings.mode === "auto" && /status=404|status=501/.test(text);
    if (!fallsBack) throw error;
    return legacy();
  }
}

async function uploadPresigned(settings: OlderSettings, record: RecordV1): Promise<UploadResponse> {
  const { id: episode_id, content_hash } = record;
  const announced = { episode_id, content_hash, content_type: "application/json" };
  const presigned = parsePresign(await post(settings, "/v1/episodes/presign", announced));
  // exactly the headers of the answer, and no token
  await send(presigned.upload_url, {
    method: "PUT",
    headers: presigned.headers,
    body: JSON.stringify(record),
  });
  const done = { episode_id, object_key: presigned.object_key, content_hash };
  return parseUpload(await post(settings, "/v1/episodes/complete", done));
}

/** `publish`: the upload, then one pointer to the vector index, without which it fails. */
export async function publishEpisode(settings: OlderSettings, record: RecordV1): Promise<UploadResponse> {
  const uploaded = await uploadEpisode(settings, record);
  await upsert(settings, {
    id: record.id,
    data: `${String(record["prompt"])}\n${String(record["result"])}`,
    metadata: {
      object_key: uploaded.object_key,
      source_tool: record["source_tool"],
      license: record["license"],
    },
  });
  return uploaded;
}

export async function upsert(settings: OlderSettings, vector: Record<string, unknown>): Promise<void> {
  const index = { ...settings, baseUrl: settings.vectorUrl, token: settings.vectorToken };
  const text = await post(index, "/upsert-data", { vectors: [vector] });
  if (fields(text)["result"] !== "Success") throw new Error("the index did not say Success");
}

/** `revoke sync`: any 2xx is enough, the body is not read. */
export async function revoke(
  settings: OlderSettings,
  episodeId: string,
  reason: string | null,
): Promise<void> {
  const body = { episode_id: episodeId, revoked_at: "2026-03-01T08:00:00.123456789+00:00", reason };
  await post(settings, "/v1/revocations", body);
}

/** `snapshot publish`: the registration, then a pointer to the version. */
export async function publishSnapshot(settings: OlderSettings, version: string): Promise<SnapshotResponse> {
  const digest = "ab".repeat(32);
  const names = ["CHECKSUMS.txt", "DATA_CARD.md", "manifest.json", "train.jsonl.zst", "val.jsonl.zst"];
  const text = await post(settings, "/v1/snapshots", {
    version,
    created_at: "2026-03-01T08:00:00.123456789+00:00",
    manifest: {
      version,
      split_seed: "trace-share-split-v1",
      train_count: 1,
      val_count: 0,
      licenses: { "CC0-1.0": 1 },
    },
    checksums: names.map((name) => `${digest}  ${name}\n`).join(""),
    files: names.map((name) => ({ name, bytes: 10, sha256: digest })),
    data_card: `# Dataset ${version}\n`,
  });
  const answer = fields(text);
  const parsed = {
    version: need(answer, "version"),
    object_prefix: optional(answer, "object_prefix"),
    public_url: optional(answer, "public_url"),
  };
  await upsert(settings, { id: `snapshot:${version}`, data: `dataset ${version}`, metadata: { version } });
  return parsed;
}

function parseUpload(text: string): UploadResponse {
  const answer = fields(text);
  return {
    episode_id: need(answer, "episode_id"),
    object_key: need(answer, "object_key"),
    etag: optional(answer, "etag"),
  };
}

function parsePresign(text: string): {
  upload_url: string;
  object_key: string;
  headers: Record<string, string>;
} {
  const answer = fields(text);
  const headers = answer["headers"] ?? {};
  if (typeof headers !== "object" || Object.values(headers).some((value) => typeof value !== "string"))
    throw new Error("headers are no map of text");
  return {
    upload_url: need(answer, "upload_url"),
    object_key: need(answer, "object_key"),
    headers: headers as Record<string, string>, // each value was just seen to be text
  };
}

/** serde: unknown fields are ignored, `Option<String>` takes null and absence, anything else must be text. */
function fields(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("no JSON object");
  return value as Record<string, unknown>; // an object of JSON
}

function need(answer: Record<string, unknown>, name: string): string {
  const value = answer[name];
  if (typeof value !== "string") throw new Error(`${name} is no text`);
  return value;
}

function optional(answer: Record<string, unknown>, name: string): string | null {
  return answer[name] === undefined || answer[name] === null ? null : need(answer, name);
}
