import { createDemoFolder } from "./demo/folder.ts";
import { sayLine } from "./demo/say.ts";
import { demoSettings } from "./demo/settings.ts";
import { tellStory } from "./demo/story.ts";
import { endWithParent } from "./end-with-parent.ts";
import { explainError } from "./explain-error.ts";
import { runPlatform } from "./supervisor.ts";

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
endWithParent(() => stopping.abort());

try {
  await demo();
} catch (error) {
  if (stopping.signal.aborted) sayLine("stopped");
  else {
    const { lines, exitCode } = explainError(error);
    for (const line of lines) process.stderr.write(`trace-share demo: ${line}\n`);
    process.exitCode = exitCode;
  }
}
// The channel to bootstrap.mjs must not keep a demo alive that has ended.
process.exit();

async function demo(): Promise<void> {
  const { signal } = stopping;
  const { config, notes } = demoSettings(process.env);
  const folder = createDemoFolder(config.dataDir);
  for (const note of notes) sayLine(note);
  sayLine(`starting the platform on ${config.publicUrl}, with its data in ${folder.dataDir}`);
  const { logFile } = folder;
  const platform = await runPlatform({ config, onLog: sayLine, logFile, signal });
  try {
    await tellStory({ config, folder, platform, signal });
  } catch (error) {
    await platform.stop();
    throw error;
  }
  await platform.ended;
  sayLine("stopped");
}
