import { loadConfig } from "#lib/config.ts";
import { endWithParent } from "./end-with-parent.ts";
import { explainError } from "./explain-error.ts";
import { runPlatform } from "./supervisor.ts";

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
endWithParent(() => stopping.abort());

try {
  await start();
} catch (error) {
  if (!stopping.signal.aborted) {
    const { lines, exitCode } = explainError(error);
    for (const line of lines) process.stderr.write(`trace-share: ${line}\n`);
    process.exitCode = exitCode;
  }
}
// The channel to bootstrap.mjs must not keep a platform alive that has ended.
process.exit();

async function start(): Promise<void> {
  const began = Date.now();
  const config = loadConfig(process.env);
  const platform = await runPlatform({ config, onLog: say, signal: stopping.signal });
  say(`ready on ${config.publicUrl} after ${((Date.now() - began) / 1000).toFixed(1)} s; Ctrl-C ends it`);
  await platform.ended;
  say("stopped");
}

function say(line: string): void {
  process.stdout.write(`trace-share: ${line}\n`);
}
