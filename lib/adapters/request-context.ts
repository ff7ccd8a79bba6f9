import { AsyncLocalStorage } from "node:async_hooks";

/** What is known of the request, or of the job that a request has asked for, that is being worked on. */
export type RequestContext = {
  /** Names the request in its answer, in the log and in the jobs that it leaves behind. */
  readonly id: string;
  /** Asked from this machine or a private network, with no proxy that says otherwise. */
  readonly isPrivate: boolean;
  /** Digest of the account that asks, once it is known. */
  principal?: string;
};

/** One per process: the pages are bundled in several parts, each with a copy of this module. */
const STORAGE = Symbol.for("trace-share.request");

/** Where the context of what is running now is kept. */
export function requestStorage(): AsyncLocalStorage<RequestContext> {
  // the symbol is ours alone, so what lies there is what we put there
  const place = globalThis as { [STORAGE]?: AsyncLocalStorage<RequestContext> };
  return (place[STORAGE] ??= new AsyncLocalStorage());
}

/** The request that is being worked on; undefined outside of any. */
export function currentRequest(): RequestContext | undefined {
  return requestStorage().getStore();
}

const REQUEST_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/**
 * A request id that somebody sent, if it has the form that proxies give theirs: a UUID or 32 hex digits. Anything else could be a word
 * or a secret, and would get into logs.
 */
export function acceptedRequestId(value: unknown): string | undefined {
  return typeof value === "string" && REQUEST_ID.test(value) ? value.toLowerCase() : undefined;
}

/** Runs a job's work under the id of the request that asked for it, where one did. */
export function asRequested<Result>(requestId: unknown, work: () => Result): Result {
  const id = acceptedRequestId(requestId);
  return id === undefined ? work() : requestStorage().run({ id, isPrivate: false }, work);
}
