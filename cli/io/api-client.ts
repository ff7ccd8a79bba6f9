import { z } from "zod";
import {
  PresignAnswer,
  Receipt,
  RevocationReceipt,
  SnapshotAnswer,
  type SnapshotRequest,
  TokenAnswer,
} from "#lib/domain/wire/messages.ts";
import { OwnStatus } from "#lib/domain/wire/read-messages.ts";
import { CertificateReceipt, ProofTaken, type RevocationProof } from "#lib/domain/wire/revocation-proof.ts";
import { type Batch, exchangeBatch } from "./batch-exchange.ts";
import {
  type Asking,
  type Exchange,
  exchange,
  parseJson,
  type Patience,
  type Refusal,
  refusalOf,
  type Request,
} from "./exchange.ts";
import { CliFailure } from "./failure.ts";
import { sendPresigned } from "./presigned-upload.ts";
import { platformUrl, type Settings } from "./settings.ts";
import type { Io } from "./terminal.ts";
import { batchBody } from "#cli/run/batch-body.ts";
import type { SealedEpisode } from "#cli/run/seal.ts";

export type Answer<T> = { ok: true; status: number; value: T } | { ok: false; refusal: Refusal };

export type ApiClient = {
  platform: string;
  /** Whether `sendBatch` is the way of the upload mode; the others send each episode by itself. */
  inBatches: boolean;
  /** Sends one episode. Throws a CliFailure when nothing more can be sent: no answer, no right, no room. `onUnsure` as in exchange.ts. */
  send(episode: SealedEpisode, onUnsure?: () => void): Promise<Answer<Receipt>>;
  /**
   * Sends episodes in one request. `onAnswer` is called for each as soon as the platform has said for good what became of it; `unsure` holds
   * the ids that were sent and have no answer yet, also when this throws as `send` does.
   */
  sendBatch(batch: EpisodeBatch): Promise<BatchSent>;
  revoke(request: {
    episode_id: string;
    revoked_at: string;
    reason: string | null;
  }): Promise<Answer<RevocationReceipt>>;
  /** Hands over a withdrawal that proves itself. A proof that proves nothing there is answered `received`: no receipt. */
  prove(proof: RevocationProof): Promise<Answer<z.infer<typeof ProofAnswer>>>;
  /** Notes a snapshot that was built here. Needs the scope `snapshots:publish`. */
  registerSnapshot(
    request: Omit<SnapshotRequest, "files"> & { files: readonly StoredFile[] },
  ): Promise<Answer<z.infer<typeof SnapshotAnswer>>>;
  /** What became of an episode that the token's account has sent. */
  status(id: string): Promise<Answer<OwnStatus>>;
  /** Who the token is. Throws as `send` does when the platform does not know it. */
  token(): Promise<Answer<TokenAnswer>>;
};

export type EpisodeBatch = {
  episodes: readonly SealedEpisode[];
  onAnswer: (episode: SealedEpisode, answer: Answer<Receipt>) => void;
  unsure: Set<string>;
};

/** All of it is answered, after so many requests; or the platform does not take this batch, and took nothing of what has no answer. */
export type BatchSent = { done: true; requests: number } | { done: false; refusal: Refusal };

type StoredFile = { name: string; bytes: number; sha256: string };

const ProofAnswer = z.union([CertificateReceipt, RevocationReceipt, ProofTaken]);

/** What sending, withdrawing and `status --ask` need of a token. */
export const TOKEN_SCOPES = "episodes:write, episodes:revoke and read";

/** A client of the platform that the settings name. Redirects are never followed: the token goes to that address alone. */
export function createApiClient(settings: Settings, io: Io, patience?: Patience): ApiClient {
  const platform = platformUrl(settings);
  const asking = { platform, settings, io, patience, quiet: { until: 0 } };
  const { uploadMode } = settings.worker;
  const call = async <T>(request: Request, schema: z.ZodType<T>): Promise<Answer<T>> =>
    allowed(answerOf(await exchange(request, asking), schema));
  const post = (episode: SealedEpisode, onUnsure: (() => void) | undefined) =>
    call(
      {
        path: "/v1/episodes",
        onUnsure,
        body: episode.body,
        ...(episode.encoding === "zstd" ? { encoding: "zstd" } : {}),
      },
      Receipt,
    );
  return {
    platform,
    inBatches: uploadMode === "legacy",
    send: (episode, onUnsure) => {
      if (uploadMode === "legacy") return post(episode, onUnsure);
      const calls = {
        presign: (body: object) =>
          call({ path: "/v1/episodes/presign", body: jsonBytes(body) }, PresignAnswer),
        complete: (body: object) =>
          call({ path: "/v1/episodes/complete", onUnsure, body: jsonBytes(body) }, Receipt),
        ...(uploadMode === "auto" ? { otherwise: () => post(episode, onUnsure) } : {}),
      };
      return sendPresigned(episode, calls, { io, settings, platform });
    },
    sendBatch: (batch) => sendBatch(batch, asking),
    revoke: (request) => call({ path: "/v1/revocations", body: jsonBytes(request) }, RevocationReceipt),
    prove: (proof) => call({ path: "/v1/revocations/proofs", body: jsonBytes(proof) }, ProofAnswer),
    registerSnapshot: (request) => call({ path: "/v1/snapshots", body: jsonBytes(request) }, SnapshotAnswer),
    status: (id) => call({ path: `/v1/episodes/${id}/status` }, OwnStatus),
    token: () => call({ path: "/v1/token" }, TokenAnswer),
  };
}

function answerOf<T>(response: Exchange, schema: z.ZodType<T>): Answer<T> {
  const { status } = response;
  if (status < 200 || status >= 300) return { ok: false, refusal: refusalOf(response) };
  const parsed = schema.safeParse(parseJson(response.text));
  return parsed.success
    ? { ok: true, status, value: parsed.data }
    : { ok: false, refusal: unreadable(status) };
}

/** A token that may not do this will not do it a moment later. */
function allowed<T>(answer: Answer<T>): Answer<T> {
  if (!answer.ok && [401, 403].includes(answer.refusal.status)) throw notAllowed(answer.refusal);
  return answer;
}

async function sendBatch({ episodes, onAnswer, unsure }: EpisodeBatch, asking: Asking): Promise<BatchSent> {
  const at = (place: number): SealedEpisode[] => episodes.slice(place, place + 1);
  const places = new Set<number>();
  let forbidden: CliFailure | undefined;
  const batch: Batch = {
    size: episodes.length,
    body: (left) => batchBody(left.flatMap(at)),
    unsure: places,
    onAnswer: (place, answer) => {
      const read = answerOf(answer, Receipt);
      if (!read.ok && [401, 403].includes(read.refusal.status)) forbidden ??= notAllowed(read.refusal);
      else for (const episode of at(place)) onAnswer(episode, read);
    },
  };
  try {
    const outcome = await exchangeBatch(batch, asking);
    if (forbidden) throw forbidden;
    if (outcome.done) return outcome;
    const refused = allowed(answerOf(outcome.answer, Receipt));
    return { done: false, refusal: refused.ok ? unreadable(refused.status) : refused.refusal };
  } finally {
    for (const { id } of [...places].flatMap(at)) unsure.add(id);
  }
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** A 2xx without the receipt that was promised confirms nothing. */
function unreadable(status: number): Refusal {
  const detail = "The platform's answer holds no receipt that this version understands.";
  return { status, code: "answer_unreadable", detail, faults: [] };
}

function notAllowed({ status, code, detail }: Refusal): CliFailure {
  return new CliFailure(code, `The platform refused the token (${status} ${code}). ${detail}`.trim(), {
    nextSteps: [
      `make a token with the scopes ${TOKEN_SCOPES} on the platform's page /me/tokens`,
      "trace-share login (or set TRACE_SHARE_WORKER_API_TOKEN=…)",
    ],
  });
}
