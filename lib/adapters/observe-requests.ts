import { randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { BlockList, isIP } from "node:net";
import { routeTemplate } from "#lib/domain/wire/route-templates.ts";
import type { Metrics } from "#lib/ports/metrics.ts";
import type { Log } from "#lib/ports/system.ts";
import { acceptedRequestId, type RequestContext, requestStorage } from "./request-context.ts";

const STARTED = "http.server.request.start";
export const REQUEST_ID_HEADER = "x-request-id";
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;

type Observing = {
  log: Log;
  metrics: Metrics;
  /** Servers that are not the platform's public one. */
  except?: ReadonlySet<Server>;
};
type Started = { request: IncomingMessage; response: ServerResponse; server: Server };

/**
 * Watches every request of this process's HTTP servers, whoever serves it: gives it an id, which goes out with the answer, and when it
 * is over writes one line and counts it. Nothing of the address but its template is used. Returns the way to stop.
 */
export function observeRequests(options: Observing): () => void {
  const watch = watcher(options);
  const onStart = (message: unknown): void => {
    const started = message as Started; // Node's own channel
    if (options.except?.has(started.server) !== true) watch(started);
  };
  subscribe(STARTED, onStart);
  return () => void unsubscribe(STARTED, onStart);
}

function watcher({ log, metrics }: Observing): (started: Started) => void {
  let open = 0;
  return ({ request, response }) => {
    const context = contextOf(request);
    request.headers[REQUEST_ID_HEADER] = context.id;
    response.setHeader(REQUEST_ID_HEADER, context.id);
    // what runs for this request begins below this call; the next one has a context of its own before it begins
    requestStorage().enterWith(context);
    metrics.set("http_requests_open", {}, ++open);
    // now: whoever serves the request may write another target over the one that was sent
    const asked = { route: routeTemplate(request.url ?? ""), method: methodOf(request) };
    const began = performance.now();
    const sentBefore = request.socket.bytesWritten;
    response.once("close", () => {
      metrics.set("http_requests_open", {}, --open);
      const milliseconds = performance.now() - began;
      const status = statusOf(response);
      metrics.count("http_requests_total", { ...asked, status });
      metrics.observe("http_request_seconds", { route: asked.route }, milliseconds / 1000);
      log.info("request.done", {
        ...asked,
        status: response.headersSent ? response.statusCode : null,
        ...(status === "aborted" ? { state: status } : {}),
        durationMs: Math.round(milliseconds),
        bytes: request.socket.bytesWritten - sentBefore,
        requestId: context.id,
        principal: context.principal ?? null,
      });
    });
  };
}

function contextOf(request: IncomingMessage): RequestContext {
  const id = acceptedRequestId(request.headers[REQUEST_ID_HEADER]) ?? randomUUID();
  return { id, isPrivate: isPrivateCaller(request) };
}

function methodOf({ method }: IncomingMessage): (typeof METHODS)[number] | "other" {
  return METHODS.find((known) => known === method) ?? "other";
}

function statusOf({ writableFinished, statusCode }: ServerResponse): (typeof CLASSES)[number] | "aborted" {
  return (writableFinished ? CLASSES[Math.floor(statusCode / 100) - 1] : undefined) ?? "aborted";
}

/**
 * Whether nobody outside took part: the connection comes from this machine or a private network, and so does everyone that a proxy names.
 * A proxy names the visitor in the last entry, so a visitor from outside can't write that away; a proxy that names nobody is as good as none.
 */
function isPrivateCaller(request: IncomingMessage): boolean {
  const forwarded = [request.headers["x-forwarded-for"] ?? []].flat().join(",");
  const named = [forwarded, request.headers["x-real-ip"] ?? ""].flat().flatMap((text) => text.split(","));
  const callers = [request.socket.remoteAddress ?? "", ...named.map((name) => name.trim()).filter(Boolean)];
  if (request.headers["forwarded"] !== undefined) return false;
  return callers.every(isPrivateAddress);
}

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
] as const) {
  PRIVATE.addSubnet(network, bits, "ipv4");
}
PRIVATE.addAddress("::1", "ipv6");
PRIVATE.addSubnet("fc00::", 7, "ipv6");
PRIVATE.addSubnet("fe80::", 10, "ipv6");

function isPrivateAddress(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && PRIVATE.check(address, version === 4 ? "ipv4" : "ipv6");
}
