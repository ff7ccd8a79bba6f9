import { createHash } from "node:crypto";
import { setTimeout as later } from "node:timers/promises";
import type { z } from "zod";
import type { CompleteRequest, PresignAnswer, PresignRequest } from "#lib/domain/wire/messages.ts";
import { type SealedEpisode, unseal } from "#cli/run/seal.ts";
import { checkAddress } from "./address-check.ts";
import type { Refusal } from "./exchange.ts";
import { CliFailure, machineFailure } from "./failure.ts";
import { type PutAnswer, putBody } from "./put-body.ts";
import type { Settings } from "./settings.ts";
import type { Io } from "./terminal.ts";

type Announcement = Required<PresignRequest>;
/** Answers of the platform to the two calls around the body. */
type Outcome<T> = { ok: true; status: number; value: T } | { ok: false; refusal: Refusal };

export type PresignedCalls<T> = {
  presign(body: Announcement): Promise<Outcome<z.infer<typeof PresignAnswer>>>;
  complete(body: CompleteRequest): Promise<Outcome<T>>;
  /** Sends it another way where the platform knows no such call; absent where the person wants this way alone. */
  otherwise?: () => Promise<Outcome<T>>;
};

const TRIES = 3;
const FIRST_WAIT_MS = 400;
/** A store that says so has the body already: the address is good for one. `complete` finds out whose it is. */
const THERE_ALREADY = new Set([409, 412]);

/**
 * Sends one episode to the address that the platform names for it, as the older client does in its mode `presigned`, but says size and digest
 * before. The platform's answer is checked as one by a stranger: where it sends to, and that its headers are about this body.
 */
export async function sendPresigned<T>(
  episode: SealedEpisode,
  calls: PresignedCalls<T>,
  { io, settings, platform }: { io: Io; settings: Settings; platform: string },
): Promise<Outcome<T>> {
  const body = new TextEncoder().encode(unseal(episode));
  const digest = createHash("sha256").update(body).digest();
  const presigned = await calls.presign({
    episode_id: episode.id,
    content_hash: episode.contentHash,
    content_type: "application/json",
    bytes: body.length,
    sha256: digest.toString("hex"),
  });
  if (!presigned.ok) {
    const isUnknown = [404, 501].includes(presigned.refusal.status);
    return isUnknown && calls.otherwise ? calls.otherwise() : presigned;
  }
  const { upload_url, object_key, headers } = presigned.value;
  const to = await checkAddress(io, settings, {
    url: upload_url,
    namedBy: platform,
    what: "The address for uploads that the platform named",
  });
  const answer = await putPatiently({
    to,
    body,
    headers: harmless(headers, digest.toString("base64")),
    timeoutMs: settings.worker.timeoutMs,
  });
  if (!(answer.status >= 200 && answer.status < 300) && !THERE_ALREADY.has(answer.status))
    return { ok: false, refusal: notWithdrawn(refusedBy(answer)) };
  const done = await calls.complete({
    episode_id: episode.id,
    object_key,
    content_hash: episode.contentHash,
  });
  return done.ok ? done : { ok: false, refusal: notWithdrawn(done.refusal) };
}

/** 410 means a withdrawn episode to those who ask, and here it can mean an address whose time is over. */
function notWithdrawn(refusal: Refusal): Refusal {
  return refusal.status === 410 && refusal.code !== "withdrawn" ? { ...refusal, status: 409 } : refusal;
}

const EXPECTED = new Set(["content-type", "if-none-match", "x-amz-checksum-sha256", "x-amz-content-sha256"]);

/** The signed headers as they are, if they can only describe this body. Throws for one that could carry or change something else. */
function harmless(headers: Record<string, string>, checksum: string): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const kept = named.filter(([name]) => name !== "content-length");
  const strange = kept.some(
    ([name, value]) =>
      !EXPECTED.has(name) ||
      !/^[\x20-\x7e]*$/.test(value) ||
      (name === "content-type" && value !== "application/json") ||
      (name === "x-amz-checksum-sha256" && value !== checksum),
  );
  if (!strange) return Object.fromEntries(kept);
  throw new CliFailure(
    "address_refused",
    "The platform wants headers with the upload that this version does not send. Nothing was sent.",
  );
}

/** Asks again where the store is overloaded or does not answer: the address takes a body once, so nothing can be doubled. */
async function putPatiently(put: Parameters<typeof putBody>[0]): Promise<PutAnswer> {
  for (let tried = 1; ; tried += 1) {
    const result = await putBody(put).catch((cause: unknown) => ({ cause }));
    const isTemporary = "cause" in result || result.status === 429 || result.status >= 500;
    if (!isTemporary) return result;
    if (tried === TRIES) {
      throw machineFailure("store_unreachable", "The platform's object store does not take uploads now.", {
        nextSteps: ["run the same command again later, or without TRACE_SHARE_WORKER_UPLOAD_MODE"],
        ...("cause" in result ? { cause: result.cause } : {}),
      });
    }
    await later(FIRST_WAIT_MS * 2 ** tried);
  }
}

/** The store's own word for its refusal, where it is one. */
function refusedBy({ status, text }: PutAnswer): Refusal {
  const word = /<Code>([A-Za-z]{3,40})<\/Code>/.exec(text)?.[1];
  const detail = `The object store refused the body (${status}${word ? ` ${word}` : ""}).`;
  return { status, code: "store_refused", detail, faults: [] };
}
