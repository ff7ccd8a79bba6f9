import { LIMITS } from "#lib/domain/episode/limits.ts";
import type { SessionEntry } from "#lib/domain/sources/session.ts";
import { utf8Length } from "./text-limits.ts";

/** The entries from one prompt to the next, with their indexes in the session. `prompt` counts from 1. */
export type Turn = { prompt: number; entries: SessionEntry[]; indexes: number[] };

/** Bytes of step JSON in one window: the record's limit less room for what later steps add and lengthen. */
const WINDOW_BYTES = LIMITS.recordBytes - 1024 * 1024;
/** What one entry can cost at most once its texts are cut: text, thinking and the names around them. */
const ENTRY_BYTES = 2 * LIMITS.stringBytes;

/**
 * Cuts a session at the prompts that open turns. A result stays with its call, even if it came after the next prompt. What
 * stands before the first prompt belongs to no turn and is counted.
 */
export function toTurns(entries: readonly SessionEntry[]): { turns: Turn[]; before: number } {
  const turns: Turn[] = [];
  const home = new Map<string, Turn>();
  let before = 0;
  entries.forEach((entry, index) => {
    if (entry.kind === "user" && entry.human)
      turns.push({ prompt: turns.length + 1, entries: [], indexes: [] });
    const current = entry.kind === "tool_result" ? (home.get(entry.call) ?? turns.at(-1)) : turns.at(-1);
    if (!current) {
      before += 1;
      return;
    }
    if (entry.kind === "tool_call") home.set(entry.call, current);
    current.entries.push(entry);
    current.indexes.push(index);
  });
  return { turns: turns.map(withoutOrphans), before };
}

/** Splits a turn that is beyond the hard limits (steps, bytes) into parts; each result stays with its call. */
export function splitTurn(turn: Turn): Turn[] {
  const results = new Map(
    turn.entries.flatMap((entry) => (entry.kind === "tool_result" ? [[entry.call, entry] as const] : [])),
  );
  const parts: Turn[] = [];
  const home = new Map<string, Turn>();
  let steps = Number.POSITIVE_INFINITY;
  let bytes = 0;
  turn.entries.forEach((entry, index) => {
    let part = entry.kind === "tool_result" ? home.get(entry.call) : undefined;
    if (!part) {
      const result = entry.kind === "tool_call" ? results.get(entry.call) : undefined;
      const cost = { steps: result ? 2 : 1, bytes: sizeOf(entry) + (result ? sizeOf(result) : 0) };
      if (steps + cost.steps > LIMITS.steps || bytes + cost.bytes > WINDOW_BYTES) {
        parts.push({ prompt: turn.prompt, entries: [], indexes: [] });
        steps = 0;
        bytes = 0;
      }
      steps += cost.steps;
      bytes += cost.bytes;
      part = parts.at(-1);
    }
    if (!part) return;
    if (entry.kind === "tool_call") home.set(entry.call, part);
    part.entries.push(entry);
    part.indexes.push(turn.indexes[index] ?? 0);
  });
  return parts;
}

/** A result whose call came before the first prompt has no call to stand beside. */
function withoutOrphans(turn: Turn): Turn {
  const calls = new Set(turn.entries.flatMap((entry) => (entry.kind === "tool_call" ? [entry.call] : [])));
  const kept = turn.entries.map((entry) => entry.kind !== "tool_result" || calls.has(entry.call));
  return {
    prompt: turn.prompt,
    entries: turn.entries.filter((_, index) => kept[index]),
    indexes: turn.indexes.filter((_, index) => kept[index]),
  };
}

function sizeOf(entry: SessionEntry): number {
  return Math.min(ENTRY_BYTES, utf8Length(JSON.stringify(entry)));
}
