import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join, resolve } from "node:path";
import { whenPrepared } from "#lib/prepared.ts";

// The web process: Next behind a server of ours, so that the end is ours too. Before it listens, instrumentation.ts has checked settings
// and database. In an image it runs from Next's standalone folder (workers/build-standalone.ts), so it imports nothing that is not there.

const ROOT = resolve(import.meta.dirname, "..");
/** Where the build for an image lies below the root; other starts have Next's own place. */
const STANDALONE_BUILD = join(ROOT, "dist", "web", "required-server-files.json");
/** From the first signal on; a service manager should wait a little longer. */
const FINISH_MS = 25_000;
const HOST = process.env["HOST"] || "127.0.0.1";
const PORT = Number(process.env["PORT"] || 3000);

let server: Server | undefined;
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);

process.chdir(ROOT);
useStandaloneConfig();
const handle = await prepareNext();
server = createServer((request, response) => {
  // whatever it was, Next has logged it; a connection that gets no answer must not stay open
  handle(request, response).catch(() => response.destroy());
});
server.once("error", (error: NodeJS.ErrnoException) => {
  say(`can't listen on ${HOST}, port ${PORT} (${error.code ?? "unknown fault"}).`);
  process.exit(1);
});
server.listen(PORT, HOST, () => say(`listening on ${HOST}, port ${PORT}`));

async function prepareNext() {
  const { default: next } = await import("next");
  const app = next({ dev: false, dir: ROOT, hostname: HOST, port: PORT, quiet: true });
  await app.prepare();
  // Next calls instrumentation.ts beside its own preparations and waits for it with the first request
  await whenPrepared();
  return app.getRequestHandler();
}

/** A standalone folder holds no next.config.ts: what it said stands in a file of the build. */
function useStandaloneConfig(): void {
  if (existsSync(join(ROOT, "next.config.ts")) || !existsSync(STANDALONE_BUILD)) return;
  // written by Next at the build of this very folder
  const { config } = JSON.parse(readFileSync(STANDALONE_BUILD, "utf8")) as { config: unknown };
  process.env["__NEXT_PRIVATE_STANDALONE_CONFIG"] = JSON.stringify(config);
}

/** The first signal lets requests finish; the second one ends the process at once. */
function onSignal(): void {
  if (stopping || !server) process.exit(stopping ? 1 : 0);
  stopping = true;
  finish(server);
}

function finish(running: Server): void {
  // a connection that is kept open for a next request would be waited for
  const idle = setInterval(() => running.closeIdleConnections(), 50);
  running.close(() => {
    clearInterval(idle);
    process.exit(0);
  });
  setTimeout(() => {
    say(`some requests were not finished within ${FINISH_MS / 1000} s and are cut off`);
    process.exit(1);
  }, FINISH_MS).unref();
}

function say(line: string): void {
  process.stderr.write(`trace-share web: ${line}\n`);
}
