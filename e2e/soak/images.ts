import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { buildImages, makeReadOnly } from "#e2e/containers/build-images.ts";

// `npm run soak:images -- FOLDER`: takes the Dockerfile's steps for web and worker without a container engine and leaves each image's
// files, read-only, in FOLDER. Needs the package registry; minutes. `soak:start-order` then runs from there.

const folder = process.argv[2];
if (!folder) {
  process.stderr.write("usage: images.ts FOLDER\n");
  process.exit(64);
}
mkdirSync(resolve(folder), { recursive: true });
const built = buildImages(["web", "worker"], { into: resolve(folder), onLog: say });
for (const name of ["web", "worker"]) {
  const image = built.get(name);
  if (!image) throw new Error(`no stage ${name}`);
  makeReadOnly(image.folder);
  say(`${name}: ${image.folder}${image.workdir}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
