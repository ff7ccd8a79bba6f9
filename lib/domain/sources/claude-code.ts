import { type ClaudeIdentity, claudeIdentity } from "./claude-identity.ts";
import { type ClaudeState, readRecord } from "./claude-records.ts";
import { claudeUsage } from "./claude-usage.ts";
import { createCollector } from "./collector.ts";
import { isTrue, own, textOf } from "./fields.ts";
import { isLogObject, type LogObject, parseJson, readJsonLines } from "./json-lines.ts";
import type { ParsedSession, Session } from "./session.ts";

/** Names this reader in records, so that a later, better reading can be told apart. */
export const CLAUDE_ADAPTER = "claude_code@1";

/**
 * Reads a Claude Code transcript (JSON Lines) of a session or of one of its subagents. `hint.fileName` tells which of
 * several session ids is the file's own. Never throws and invents nothing; what it passes over is counted in the report.
 */
export function parseClaudeCode(text: string, hint?: { fileName: string }): ParsedSession {
  const read = readJsonLines(text);
  const collector = createCollector();
  const identity = claudeIdentity(read.records, hint?.fileName);
  if (!identity) return { ok: false, reason: refusal(text, read.records), report: collector.report(read) };
  const state = createState(identity, collector);
  read.records.forEach((record, index) => {
    if (index < identity.start && textOf(record, "uuid")) collector.passOver("replayed");
    else if (isSideTalk(record, identity)) collector.passOver("sidechain");
    else readRecord(state, record);
  });
  const session: Session = {
    source: "claude_code",
    adapter: CLAUDE_ADAPTER,
    sessionId: identity.ownId,
    ...(identity.parent ? { parent: identity.parent } : {}),
    ...(state.version === undefined ? {} : { agentVersion: state.version }),
    ...(state.firstModel === undefined ? {} : { model: state.firstModel }),
    facts: { cwds: [...state.cwds], gitRemotes: [], gitBranches: [...state.branches] },
    entries: collector.entries,
    usage: state.usage.marks(),
  };
  return { ok: true, session, report: collector.report(read) };
}

function createState(identity: ClaudeIdentity, collector: ClaudeState["collector"]): ClaudeState {
  return {
    collector,
    subagent: identity.parent?.kind === "subagent",
    usage: claudeUsage(),
    seen: new Set(),
    queued: new Set(),
    cwds: new Set(),
    branches: new Set(),
    version: undefined,
    firstModel: undefined,
    model: undefined,
    promptId: undefined,
    turnOpen: false,
  };
}

/** Older versions write a subagent's talk into its parent's file. It is not the parent's conversation. */
function isSideTalk(record: LogObject, identity: ClaudeIdentity): boolean {
  return identity.parent?.kind !== "subagent" && isTrue(record, "isSidechain");
}

function refusal(
  text: string,
  records: readonly LogObject[],
): "empty" | "unsupported_shape" | "not_a_session" {
  if (text.trim() === "") return "empty";
  const whole = records.length <= 1 ? (records[0] ?? parseJson(text)) : undefined;
  // what the web version exports
  return isLogObject(whole) && Array.isArray(own(whole, "loglines")) ? "unsupported_shape" : "not_a_session";
}
