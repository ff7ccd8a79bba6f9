import { describe, expect, test } from "vitest";
import { AppError } from "#lib/domain/errors.ts";
import { faultFields } from "./fault-fields.ts";
import { createLog } from "./log-pino.ts";
import { prettyLine } from "./log-pretty.ts";
import { createConsoleMailer } from "./mailer-console.ts";
import { asRequested } from "./request-context.ts";
import { systemClock, systemIds } from "./system.ts";

describe("log", () => {
  const written = (work: (log: ReturnType<typeof createLog>) => void) => {
    const lines: string[] = [];
    work(createLog({ level: "info", stream: { write: (line) => void lines.push(line) } }));
    return lines.map((line): unknown => JSON.parse(line));
  };

  test("writes events with ids and codes", () => {
    const [line] = written((log) =>
      log.info("job failed", { job: "screen", code: "unavailable", attempt: 2 }),
    );
    expect(line).toMatchObject({
      level: "info",
      event: "job failed",
      job: "screen",
      code: "unavailable",
      attempt: 2,
    });
  });

  test("withholds text, addresses and fields it does not know", () => {
    const lines = written((log) => {
      log.warn("odd", {
        code: "someone@example.org",
        kind: "a sentence of a session",
        title: "secret",
        token: "x",
      });
      log.error("a very\nlong text of a record");
      log.error("request", { route: "GET /v1/episodes/[id]", library: "node:zlib zstd 1.5.7" });
    });
    expect(lines[0]).toMatchObject({ code: "withheld", kind: "withheld", withheld: 2 });
    expect(lines[0]).not.toHaveProperty("title");
    expect(lines[1]).toMatchObject({ event: "withheld" });
    expect(lines[2]).toMatchObject({ route: "GET /v1/episodes/[id]", library: "node:zlib zstd 1.5.7" });
  });
});

describe("log of a request", () => {
  const said = (format: "json" | "pretty", work: (log: ReturnType<typeof createLog>) => void) => {
    let text = "";
    work(createLog({ level: "info", format, stream: { write: (line) => void (text += line) } }));
    return text;
  };

  test("names the request in every line that is written while it is worked on", () => {
    const id = "0".repeat(32);
    const text = said("json", (log) => {
      asRequested(id, () => log.info("within"));
      asRequested("a word of somebody", () => log.info("beside"));
      log.info("outside");
    });
    const lines = text.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).requestId)).toEqual([id, undefined, undefined]);
  });

  test("takes our own sentence as detail, and no text with other characters", () => {
    const text = said("json", (log) => {
      log.error("route.failed", { route: "other", detail: "The bucket is away (503)." });
      log.error("route.failed", { route: "/a b", detail: "zwei\nZeilen" });
    });
    const [first, second] = text
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(first).toMatchObject({ route: "other", detail: "The bucket is away (503)." });
    expect(second).toMatchObject({ route: "withheld", detail: "withheld" });
  });

  test("is a line for a terminal where that is wanted, and lets nothing act on it", () => {
    const text = said("pretty", (log) =>
      log.warn("request.done", { status: 200, route: "/a", detail: 'a "b"' }),
    );
    expect(text).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}request\.done status=200 route=\/a detail="a \\"b\\""\n$/,
    );
    const hostile = prettyLine(
      JSON.stringify({ time: "x", level: "info", event: "\u001b[2J", kind: "a\u202eb\u009b" }),
    );
    expect(hostile).toMatch(/^[\x20-\x7e]+\n$/);
  });
});

describe("fault fields", () => {
  test("name kind, code and place, never the message", () => {
    const cause = new TypeError("text of a record\n    at /home/somebody/secret.ts:1:1");
    const fields = faultFields(new AppError("unavailable", { cause }));
    expect(fields).toEqual({
      error: "AppError",
      code: "unavailable",
      where: expect.stringMatching(/^system\.test\.ts:\d+$/),
    });
    expect(faultFields("text")).toEqual({ error: "unknown" });
  });
});

describe("console mailer", () => {
  test("shows the link and lets no address write to the terminal", async () => {
    let shown = "";
    const mailer = createConsoleMailer({ write: (text: string) => (shown += text) });
    await mailer.sendSignInLink({ to: "a@example.org\u001b[2J", url: "http://127.0.0.1:3000/x" });
    expect(shown).toContain("http://127.0.0.1:3000/x");
    expect(shown).not.toContain("\u001b");
  });
});

describe("clock and ids", () => {
  test("give the time and fresh values", () => {
    expect(Math.abs(systemClock.now().getTime() - Date.now())).toBeLessThan(1000);
    expect(systemIds.hex(16)).toMatch(/^[0-9a-f]{32}$/);
    expect(systemIds.uuid()).not.toBe(systemIds.uuid());
  });
});
