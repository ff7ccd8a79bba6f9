import { createServer, type Server, type ServerResponse } from "node:http";
import { AppError } from "#lib/domain/errors.ts";
import { systemCode } from "./file-io.ts";

export type MetricsPage = {
  text(): Promise<string>;
  readonly contentType: string;
  /** What /healthz asks; a rejection and an answer that comes too late mean false. Without it there is no /healthz. */
  isWell?(): Promise<boolean>;
};
export type MetricsListener = { readonly server: Server; close(): Promise<void> };

/** More than any set of collectors opens; a page costs a look at the database. */
const CONNECTIONS = 20;
const REQUEST_MS = 10_000;
/** Less than a health check waits (workers/health.mjs). */
const WELL_MS = 2_000;

/**
 * Serves `/metrics` on an address of its own, so that the public address never does, and `/healthz` for a process that has no other
 * address. Throws `configuration_invalid` with a sentence
 * for the operator where the address can't be had.
 */
export async function listenForMetrics(
  page: MetricsPage,
  { host, port }: { host: string; port: number },
): Promise<MetricsListener> {
  const isWell = healthOf(page);
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    const asked = path === "/healthz" ? isWell : undefined;
    if (path !== "/metrics" && !asked) return answer(response, 404, "Metrics are at /metrics.\n");
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "Read only.\n");
    if (asked)
      return void asked().then((well) => answer(response, well ? 200 : 503, well ? "ok\n" : "not well\n"));
    void page.text().then(
      (text) => answer(response, 200, text, page.contentType),
      () => answer(response, 500, "The metrics can't be read.\n"),
    );
  });
  server.maxConnections = CONNECTIONS;
  server.requestTimeout = REQUEST_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(notListening(cause, host, port)));
    server.listen(port, host, resolve);
  });
  // what goes wrong later concerns one connection, and nobody but its collector
  server.on("error", () => {});
  // it must not keep a process that is done
  server.unref();
  return { server, close: () => closed(server) };
}

/** Who asks while an answer is awaited waits for the same one: a database that hangs is not asked again and again. */
function healthOf({ isWell }: MetricsPage): (() => Promise<boolean>) | undefined {
  if (isWell === undefined) return undefined;
  let running: Promise<boolean> | undefined;
  return async () => {
    running ??= isWell()
      .catch(() => false)
      .finally(() => (running = undefined));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), WELL_MS);
    });
    return Promise.race([running, late]).finally(() => clearTimeout(timer));
  };
}

function answer(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8") {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}

function notListening(cause: unknown, host: string, port: number): AppError {
  const code = systemCode(cause);
  const reason =
    code === "EADDRINUSE"
      ? `METRICS_PORT ${port} on ${host} is taken by another program: stop it, or choose another METRICS_PORT.`
      : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
        ? `METRICS_HOST ${host} is no address of this machine: set METRICS_HOST=127.0.0.1 for this machine alone.`
        : `METRICS_PORT ${port} on ${host} can't be listened on (${code ?? "unknown"}): choose another METRICS_PORT.`;
  return new AppError("configuration_invalid", { detail: reason, cause });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
