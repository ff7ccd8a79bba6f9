import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of one test's own; `mode` decides whether the database user may pass through it when root runs the tests. */
export function temporaryFolder(mode = 0o711): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "trace-share-test-"));
  chmodSync(path, mode);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
