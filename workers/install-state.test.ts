import { expect, test } from "vitest";
import { installReason } from "./install-state.mjs";

const lock = (packages: Record<string, object>) => JSON.stringify({ packages: { "": {}, ...packages } });
const wanted = lock({
  "node_modules/zod": { version: "4.6.7", integrity: "sha512-a" },
  "node_modules/vitest": { version: "5.1.1", dev: true },
  "node_modules/@x/darwin": { version: "1.0.0", optional: true },
});
const zod = { "node_modules/zod": { version: "4.6.7", integrity: "sha512-a" } };
const vitest = { "node_modules/vitest": { version: "5.1.1", dev: true } };
const all = { needsDevelopment: true };
const runtime = { needsDevelopment: false };

test("a folder without packages, or with an install that was cut off, needs an install", () => {
  expect(installReason(wanted, undefined, all)).toBe("packages are not installed yet");
  expect(installReason(wanted, "{", all)).toBe("packages are not installed yet");
});

test("the user's own npm ci is enough, though packages of other platforms are absent", () => {
  expect(installReason(wanted, lock({ ...zod, ...vitest }), all)).toBeUndefined();
});

test("another version, other bytes or a new package need an install", () => {
  const changed = "the lock file has changed";
  const old = { "node_modules/zod": { version: "4.6.6" } };
  const other = { "node_modules/zod": { version: "4.6.7", integrity: "sha512-b" } };
  const stale = { "node_modules/@x/darwin": { version: "0.9.0", optional: true } };
  expect(installReason(wanted, lock({ ...old, ...vitest }), all)).toBe(changed);
  expect(installReason(wanted, lock({ ...other, ...vitest }), all)).toBe(changed);
  expect(installReason(wanted, lock({ ...vitest }), all)).toBe(changed);
  expect(installReason(wanted, lock({ ...zod, ...vitest, ...stale }), all)).toBe(changed);
});

test("an install without development packages runs the platform but not the tests", () => {
  expect(installReason(wanted, lock(zod), runtime)).toBeUndefined();
  expect(installReason(wanted, lock(zod), all)).toBe("the lock file has changed");
});
