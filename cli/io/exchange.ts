import { Problem } from "#lib/domain/wire/messages.ts";
import { CLI_VERSION } from "#cli/version.ts";
import { CliFailure, machineFailure, systemCode } from "./failure.ts";
import { durationInWords } from "./report.ts";
import type { Settings } from "./settings.ts";
import type { Io } from "./terminal.ts";

/** The platform refused one request for good: its own stable code and the faults' safe paths. */
export type Refusal = {
  status: number;
  code: string;
  detail: string;
  faults: readonly { code: string; path: string }[];
};

/** How a client that waits for a platform is told to stop, and tells that it waits. */
export type Patience = { stop: AbortSignal; onWait: (milliseconds: number, why: string) => void };

/** First try and four more after 429, 5xx or no answer, waiting about 0.4, 0.8, 1.6 and 3.2 s (docs/PROPOSAL.md, "Wire"). */
export const TRIES = 5;
const FIRST_WAIT_MS = 400;
/** A platform that wants to be left alone for longer is asked again by the person, not by us. */
export const LONGEST_WAIT_MS = 120_000;
/** Waits that end this close to each other are one, for whoever is told of them. */
const SAME_MOMENT_MS = 2_000;
export const ANSWER_BYTES = 1024 * 1024;

/** A request with a body is a POST, one without a GET. JSON unless its type is named. */
export type Request = {
  path: string;
  body?: Uint8Array;
  encoding?: "zstd";
  type?: string;
  /** Called when a try ends without the platform's own answer: it may have done what was asked. */
  onUnsure?: (() => void) | undefined;
};
export type Exchange = { status: number; text: string };

/** What a request is made with. */
export type Asking = {
  platform: string;
  settings: Settings;
  io: Io;
  patience: Patience | undefined;
  /** Until when nothing is to be asked, as the clock says it: what one request is told holds for those beside it. */
  quiet: { until: number; told?: number };
};

/** Asks until there is an answer that is one. Throws a CliFailure when there is none, or the person does not want to wait. */
export async function exchange(request: Request, context: Asking): Promise<Exchange> {
  let failure: CliFailure | undefined;
  for (let tried = 0; tried < TRIES; tried += 1) {
    await keepQuiet(failure, context);
    const result = await attempt(request, context);
    if (isUnsure(result)) request.onUnsure?.();
    if ("response" in result && !isTemporary(result.response.status)) return result.response;
    failure = "response" in result ? overloaded(result.response, result.retryAfterMs) : result.failure;
    if ((result.retryAfterMs ?? 0) > LONGEST_WAIT_MS) break;
    askForQuiet(tried, result.retryAfterMs, context);
  }
  throw failure ?? machineFailure("platform_unreachable", "The platform did not answer.");
}

/** Waits as long as the platform, or our own back-off, wants it. Throws when the person does not want to wait. */
export async function keepQuiet(failure: CliFailure | undefined, context: Asking): Promise<void> {
  const { io, patience, quiet } = context;
  for (;;) {
    if (patience?.stop.aborted) throw failure ?? new CliFailure("interrupted", "Sending was interrupted.");
    const left = quiet.until - io.now().getTime();
    if (left <= 0) return;
    // several requests that wait for the same moment say so once
    const isNews = quiet.until - (quiet.told ?? 0) > SAME_MOMENT_MS;
    if (isNews) patience?.onWait(left, failure?.message ?? "The platform asked to wait.");
    if (isNews) quiet.told = quiet.until;
    await io.sleep(left, patience?.stop);
  }
}

/** Nothing is asked until the back-off after so many tries is over, and what the platform said. Never shortens a wait. */
export function askForQuiet(tried: number, retryAfterMs: number | undefined, { io, quiet }: Asking): void {
  const backOff = FIRST_WAIT_MS * 2 ** tried;
  const jitter = backOff * 0.25 * io.random();
  const wait = Math.max(backOff, retryAfterMs ?? 0) + jitter;
  quiet.until = Math.max(quiet.until, io.now().getTime() + wait);
}

type Attempt =
  | { response: Exchange; retryAfterMs: number | undefined }
  | { failure: CliFailure; retryAfterMs: undefined };

async function attempt(request: Request, context: Asking): Promise<Attempt> {
  try {
    const response = await ask(request, AbortSignal.timeout(context.settings.worker.timeoutMs), context);
    return await read(response, context.io);
  } catch (error) {
    return { failure: unreachable(error), retryAfterMs: undefined };
  }
}

/** A whole answer, and when it says to come back. */
export async function read(
  response: Response,
  io: Io,
): Promise<{ response: Exchange; retryAfterMs: number | undefined }> {
  const retryAfterMs = readRetryAfter(response.headers.get("retry-after"), io);
  return { response: { status: response.status, text: await readBounded(response) }, retryAfterMs };
}

/** One request, without a second try. Throws what fetch throws. */
export function ask(
  request: Request,
  signal: AbortSignal,
  { platform, settings, io }: Asking,
): Promise<Response> {
  const { path, body, encoding, type = "application/json" } = request;
  return io.fetch(`${platform}${path}`, {
    method: body ? "POST" : "GET",
    redirect: "manual",
    signal,
    headers: {
      ...(body ? { "content-type": type } : {}),
      accept: `${type}, application/problem+json`,
      "x-trace-share-client": `cli/${CLI_VERSION}`,
      ...(settings.worker.apiToken ? { authorization: `Bearer ${settings.worker.apiToken}` } : {}),
      ...(encoding ? { "content-encoding": encoding } : {}),
    },
    // a copy over a plain ArrayBuffer, which is what fetch's types ask for
    ...(body ? { body: new Uint8Array(body) } : {}),
  });
}

function isUnsure(result: Attempt): boolean {
  if ("failure" in result) return !neverConnected(result.failure.cause);
  return isTemporary(result.response.status) && !isOwnAnswer(result.response);
}

/** Problem documents are the platform's own words. What a proxy says leaves open how far the platform came. */
export function isOwnAnswer(response: Exchange): boolean {
  return !refusalOf(response).code.startsWith("http_");
}

/** What the system says of a connection that never was. */
const NEVER_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Whether what fetch threw means that nothing was sent. */
export function neverConnected(error: unknown): boolean {
  return error instanceof Error && NEVER_CONNECTED.has(systemCode(error.cause) ?? "");
}

export function unreachable(cause: unknown): CliFailure {
  return machineFailure("platform_unreachable", "The platform did not answer.", {
    nextSteps: ["check TRACE_SHARE_WORKER_BASE_URL and the network, then run the same command again"],
    cause,
  });
}

/** At most 1 MiB of an answer: a platform has no reason to send more. */
async function readBounded(response: Response): Promise<string> {
  if (!response.body) return "";
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) break;
    pieces.push(decoder.decode(chunk, { stream: true }));
  }
  return pieces.join("");
}

export function isTemporary(status: number): boolean {
  // 501 says that the platform does not know such a call, and it will not a moment later
  return status === 429 || (status >= 500 && status !== 501);
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), in milliseconds from now. */
function readRetryAfter(header: string | null, io: Io): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - io.now().getTime());
}

/** What a refusal says, as far as it is a problem document. */
export function refusalOf({ status, text }: Exchange): Refusal {
  const parsed = Problem.safeParse(parseJson(text));
  if (!parsed.success) return { status, code: `http_${status}`, detail: "", faults: [] };
  const { code, title, detail, errors } = parsed.data;
  return { status, code, detail: detail ?? title, faults: errors ?? [] };
}

/** What to say where a platform answers that it can't take more now. */
export function overloaded(response: Exchange, retryAfterMs: number | undefined): CliFailure {
  const { status, code, detail } = refusalOf(response);
  const message = `The platform can't take requests now (${status} ${code}). ${detail}`.trim();
  const later = retryAfterMs === undefined ? "later" : `in ${durationInWords(retryAfterMs)}`;
  return new CliFailure(code, message, {
    nextSteps: [`run the same command again ${later}: it goes on where it was`],
  });
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
