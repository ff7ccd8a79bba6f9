// Adds to package-lock.json the optional platform packages that a registry mirror did not list, so that `npm ci` accepts
// the lock file on Linux, macOS and Windows. Run it after every change of a dependency: `npm run lock:complete`.
import { readFileSync, writeFileSync } from "node:fs";

type Entry = {
  version?: string;
  optionalDependencies?: Record<string, string>;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
};
type Lock = { packages: Record<string, Entry> };

const SYSTEMS = [
  "darwin",
  "win32",
  "android",
  "freebsd",
  "openharmony",
  "linux",
  "netbsd",
  "openbsd",
  "sunos",
  "aix",
];
const PROCESSORS = [
  "arm64",
  "arm",
  "x64",
  "ia32",
  "wasm32",
  "ppc64",
  "riscv64",
  "s390x",
  "loong64",
  "mips64el",
];

const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as Lock;
const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name, version]) => /^\d/.test(version) && !isResolved(path, name, version))
    .map(([name, version]) => ({ path, name, version, dev: entry.dev === true })),
);
for (const { path, name, version, dev } of missing) {
  const parent = lock.packages[`node_modules/${name}`] && path !== "" ? `${path}/` : "";
  lock.packages[`${parent}node_modules/${name}`] = {
    version,
    ...platformOf(name),
    ...(dev ? { dev: true } : {}),
    optional: true,
  };
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`added ${missing.length} optional packages to package-lock.json\n`);

function isResolved(path: string, name: string, version: string): boolean {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf("/node_modules/")))) {
    if (lock.packages[`${base ? `${base}/` : ""}node_modules/${name}`]?.version === version) return true;
    if (!base) return false;
    if (!base.includes("/node_modules/")) base = "";
    if (!base && lock.packages[`node_modules/${name}`]?.version === version) return true;
    if (!base) return false;
  }
}

function platformOf(name: string): Pick<Entry, "os" | "cpu"> {
  const words = name.replace("aarch64", "arm64").split(/[-/_]/);
  const system = SYSTEMS.find((os) =>
    words.some((word) => word === os || (os === "win32" && word === "windows")),
  );
  const processor = PROCESSORS.find((cpu) => words.includes(cpu));
  return { ...(processor ? { cpu: [processor] } : {}), ...(system ? { os: [system] } : {}) };
}
