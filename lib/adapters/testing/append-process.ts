import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createFilePermanenceLog } from "#lib/adapters/permanence-log-file.ts";
import { createObjectPermanenceLog } from "#lib/adapters/permanence-log-objects.ts";
import { openFileObjectStore } from "#lib/adapters/object-store-fs.ts";

// A process of its own that appends to a never-forget log without the database's lock, and says each number when it is told
// that the entry is durable. Arguments: kind of log, folder, first number, how many. It begins at a line on its standard input.

const [kind = "", folder = "", first = "0", count = "0"] = process.argv.slice(2);
const log =
  kind === "file"
    ? createFilePermanenceLog(join(folder, "log"))
    : createObjectPermanenceLog(await openFileObjectStore(folder));

process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
for (let n = Number(first); n < Number(first) + Number(count); n += 1) {
  const fact = { type: "episode.unhidden", publicId: n.toString(16).padStart(64, "0") } as const;
  for (;;) {
    const head = await log.append([fact], new Date()).catch(() => null);
    if (head) break;
    await sleep(5);
  }
  process.stdout.write(`${n}\n`);
}
process.exit();
