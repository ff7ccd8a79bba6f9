import type { SearchDocument } from "#lib/domain/search/document.ts";

/** A public id by number. */
export const idOf = (n: number) => n.toString(16).padStart(64, "0");
/** The n-th day of the corpus. */
export const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n));

/** A document of which a test says only what it is about. */
export function entry(n: number, change: Partial<SearchDocument> = {}): SearchDocument {
  return {
    id: idOf(n),
    title: `Title ${n}`,
    prompt: "",
    result: "",
    steps: "",
    identifiers: "",
    sourceTool: "codex-cli",
    model: null,
    license: "CC0-1.0",
    disclosure: "summary",
    outcome: "success",
    outcomeBasis: "unknown",
    languages: ["typescript"],
    toolKinds: ["shell"],
    toolNames: [],
    errorKinds: [],
    tags: [],
    stepCount: 1,
    toolCalls: 1,
    month: "2026-01",
    publishedAt: day(n),
    ...change,
  };
}
