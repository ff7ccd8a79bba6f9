import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as soon } from "node:timers/promises";
import { zstdDecompressSync } from "node:zlib";
import { array, assert as check, asyncProperty, boolean, constantFrom, integer, record } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiClient } from "#cli/io/api-client.ts";
import type { Settings } from "#cli/io/settings.ts";
import { openState, type State } from "#cli/io/state.ts";
import type { Io } from "#cli/io/terminal.ts";
import type { SealedEpisode } from "./seal.ts";
import { uploadEpisodes } from "./upload.ts";

// A network and a platform that fail anywhere: what the upload then says it knows must be so.

let home: string;
let state: State;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "trace-share-upload-"));
  state = openState(home);
  // nobody pulls the plug on a test
  state.database.exec("pragma synchronous = off; pragma journal_mode = memory");
});
afterAll(() => {
  state.close();
  rmSync(home, { recursive: true, force: true });
});

/** What goes wrong with one request; after the last of them everything works. */
type Trouble = {
  kind:
    | "none"
    | "no connection"
    | "cut request"
    | "cut answer"
    | "busy"
    | "proxy"
    | "late records"
    | "twice"
    | "no batches"
    | "too large"
    | "garbage";
  /** Where it goes wrong: so many records of the request are taken, or so many lines of the answer arrive. */
  at: number;
  /** A line is cut in the middle. */
  half: boolean;
};

const KINDS: Trouble["kind"][] = [
  "none",
  "no connection",
  "cut request",
  "cut answer",
  "busy",
  "proxy",
  "late records",
  "twice",
  "no batches",
  "too large",
  "garbage",
];
const troubles = array(
  record({ kind: constantFrom(...KINDS), at: integer({ min: 0, max: 20 }), half: boolean() }),
  { maxLength: 12 },
);

/** Keeps how often each id was stored as an episode, and which were ever handed over whole. */
type Platform = { stored: Map<string, number>; refused: ReadonlySet<string> };

function take({ stored, refused }: Platform, id: string): object {
  if (refused.has(id)) return { status: 422, code: "schema_invalid", type: "t", title: "t" };
  const isNew = !stored.has(id);
  if (isNew) stored.set(id, 1);
  return {
    status: isNew ? 201 : 200,
    episode_id: id,
    object_key: "k",
    etag: "e",
    public_id: id,
    warnings: [],
  };
}

function problem(status: number, code: string): Response {
  return Response.json({ type: "t", title: "t", status, code }, { status });
}

async function idsIn(init: RequestInit | undefined): Promise<string[]> {
  const bytes = new Uint8Array(await new Response(init?.body ?? null).arrayBuffer());
  const encoding = new Headers(init?.headers).get("content-encoding");
  const text = (encoding === "zstd" ? zstdDecompressSync(bytes) : Buffer.from(bytes)).toString("utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { id: string }).id); // written below
}

const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

/** Lines that arrive one by one and, if they are to break off, do so after the last. */
function streamed(lines: readonly string[], breaksOff: boolean): Response {
  const encoder = new TextEncoder();
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await soon();
      const line = lines[next++];
      if (line !== undefined) controller.enqueue(encoder.encode(line));
      else if (breaksOff) controller.error(new TypeError("terminated"));
      else controller.close();
    },
  });
  return new Response(body, { status: 200, headers: { "content-type": "application/x-ndjson" } });
}

function network(platform: Platform, script: Trouble[]): typeof fetch {
  return async (input, init) => {
    await soon();
    const { kind, at, half } = script.shift() ?? { kind: "none", at: 0, half: false };
    const isBatch = String(input).endsWith("/batch");
    if (kind === "no connection") throw new TypeError("fetch failed", { cause: refused });
    if (kind === "busy") return problem(503, "unavailable");
    if (kind === "proxy") return new Response("<html>", { status: 502 });
    const ids = await idsIn(init);
    if (kind === "cut request") {
      for (const id of ids.slice(0, at)) take(platform, id);
      throw new TypeError("fetch failed");
    }
    if (isBatch && kind === "no batches") return problem(405, "http_405");
    if (isBatch && kind === "too large") return problem(413, "body_too_large");
    const isLate = (index: number) => kind === "late records" && index >= at;
    const answers = ids.map((id, index): { index: number; status?: number } => ({
      index,
      ...(isLate(index)
        ? { status: 429, retry_after: 3, code: "rate_limited", type: "t", title: "t" }
        : take(platform, id)),
    }));
    if (!isBatch) {
      const [one] = answers;
      if (kind === "cut answer") throw new TypeError("terminated");
      return Response.json(one, { status: one?.status ?? 500 });
    }
    const lines = answers.map((line) => `${JSON.stringify(line)}\n`);
    if (kind === "twice") return streamed([...lines, ...lines], false);
    if (kind === "garbage") return streamed([...lines.slice(0, at), "<html>\n", ...lines.slice(at)], false);
    if (kind !== "cut answer") return streamed(lines, false);
    return streamed([...lines.slice(0, at), half ? (lines[at] ?? "").slice(0, 30) : ""], true);
  };
}

function episodes(count: number): SealedEpisode[] {
  return Array.from({ length: count }, (_, index) => {
    const id = index.toString(16).padStart(64, "0");
    const body = Buffer.from(JSON.stringify({ id }));
    // what sending looks at; a sealed episode is made from a session elsewhere
    return {
      id,
      contentHash: id,
      told: id,
      slot: id,
      source: "codex_cli",
      bytes: body.length,
      body,
      encoding: "identity",
    } as unknown as SealedEpisode;
  });
}

type World = { io: Io; waited: () => number };

function world(fetchAs: typeof fetch): World {
  let now = 0;
  const io = {
    env: {},
    fetch: fetchAs,
    now: () => new Date(now),
    random: () => 0,
    sleep: async (milliseconds: number) => {
      await soon();
      now += milliseconds;
    },
  };
  // what a client asks of a machine
  return { io: io as unknown as Io, waited: () => now };
}

const SETTINGS = {
  worker: { baseUrl: "http://127.0.0.1:1", uploadMode: "legacy", timeoutMs: 60_000, apiToken: "t" },
  allowInsecureHttp: true,
} as unknown as Settings;

async function send(count: number, made: { platform: Platform; script: Trouble[]; stopOnRefusal?: boolean }) {
  const { io, waited } = world(network(made.platform, made.script));
  state.database.exec("delete from upload; delete from told");
  const all = episodes(count);
  const { sent, stopped } = await uploadEpisodes(
    all.map((episode) => ({ episode, decision: "send" })),
    {
      client: createApiClient(SETTINGS, io),
      state,
      now: io.now,
      stopOnRefusal: made.stopOnRefusal ?? false,
      stop: new AbortController().signal,
      onProgress: () => undefined,
    },
  );
  const noted = state.database.prepare("select episode_id from upload where answer = 'stored'").all();
  return { all, sent, stopped, noted: new Set(noted.map((row) => String(row["episode_id"]))), waited };
}

const ids = (sent: ReadonlyMap<string, { status: string }>, status: string) =>
  [...sent].flatMap(([id, one]) => (one.status === status ? [id] : []));

describe("sending when anything may fail", () => {
  it("loses no record, calls none arrived that did not, and makes no two episodes of one", async () => {
    await check(
      asyncProperty(
        integer({ min: 1, max: 90 }),
        troubles,
        integer({ min: 2, max: 9 }),
        async (count, script, every) => {
          const all = episodes(count);
          const refused = new Set(all.flatMap(({ id }, index) => (index % every === 1 ? [id] : [])));
          const platform: Platform = { stored: new Map(), refused };
          const { sent, stopped, noted } = await send(count, { platform, script: [...script] });
          expect([...sent.keys()].sort()).toEqual(all.map(({ id }) => id));
          expect(new Set(ids(sent, "uploaded"))).toEqual(noted);
          for (const id of noted) expect(platform.stored.has(id)).toBe(true);
          for (const id of ids(sent, "refused")) expect(refused.has(id)).toBe(true);
          // what is called not sent can't have arrived
          for (const id of ids(sent, "not_sent")) expect(platform.stored.has(id)).toBe(false);
          if (!stopped) {
            expect(ids(sent, "uploaded")).toHaveLength(count - refused.size);
            expect(ids(sent, "refused")).toHaveLength(refused.size);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("goes on to the end where each fault is followed by what works", async () => {
    for (const kind of KINDS) {
      const platform: Platform = { stored: new Map(), refused: new Set() };
      const script = [1, 5, 0, 3].flatMap((at): Trouble[] => [
        { kind, at, half: true },
        { kind: "none", at: 0, half: false },
      ]);
      const { sent, stopped } = await send(200, { platform, script });
      expect([kind, stopped, ids(sent, "uploaded").length]).toEqual([kind, undefined, 200]);
    }
  });

  it("asks for nothing again that was answered before what was left was refused as a whole", async () => {
    const platform: Platform = { stored: new Map(), refused: new Set() };
    const script: Trouble[] = [
      { kind: "late records", at: 2, half: false },
      { kind: "too large", at: 0, half: false },
    ];
    const { sent } = await send(6, { platform, script });
    expect([...sent.values()].map((one) => "isNew" in one && one.isNew)).toEqual(Array(6).fill(true));
  });

  it("sends nothing after the first refusal where nothing may follow it", async () => {
    const all = episodes(12);
    const platform: Platform = { stored: new Map(), refused: new Set([all[4]?.id ?? ""]) };
    const { sent, stopped } = await send(12, { platform, script: [], stopOnRefusal: true });
    expect(stopped?.code).toBe("stopped_on_refusal");
    expect([...platform.stored.keys()]).toEqual(all.slice(0, 4).map(({ id }) => id));
    expect(ids(sent, "not_sent")).toHaveLength(7);
  });
});
