import type { Actor } from "#lib/domain/access/policy.ts";
import { auditEndLine, type AuditFormat, auditHead, auditLine } from "#lib/domain/audit/export-lines.ts";
import { runningDigest } from "#lib/domain/snapshot/digests.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { AuditFilter } from "#lib/ports/store.ts";
import { actorName, authorise } from "./authorise.ts";

/**
 * Every log that can only grow, as lines, with a last line that holds their digest and the instance's signature over it. That
 * somebody took it stands in the audit.
 */
export async function* exportAudit(
  deps: Deps,
  actor: Actor,
  { format, filter }: { format: AuditFormat; filter: AuditFilter },
): AsyncGenerator<string> {
  authorise(actor, "instance.manage");
  await deps.store.audit.append({
    at: deps.clock.now(),
    actor: actorName(actor),
    action: "audit.export",
    subject: null,
  });
  const digest = runningDigest();
  const noted = (line: string) => {
    digest.add(`${line}\n`);
    return line;
  };
  for (const line of auditHead(format)) yield noted(line);
  let rows = 0;
  for await (const { at, ...entry } of deps.store.audit.entries(filter)) {
    rows += 1;
    yield noted(auditLine(format, { ...entry, at: at.toISOString() }));
  }
  const sha256 = digest.hex();
  const signature = await deps.signer.sign("audit-export", new TextEncoder().encode(`${rows} ${sha256}`));
  yield auditEndLine(format, { rows, sha256, publicKey: await deps.signer.publicKey(), signature });
}
