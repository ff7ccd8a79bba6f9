import { describe, expect, it } from "vitest";
import { type Asking, exchange } from "./exchange.ts";
import type { Settings } from "./settings.ts";
import type { Io } from "./terminal.ts";

/** A client whose requests are answered by hand, and whose clock moves when it waits. */
function client() {
  const answers: ((response: Response) => void)[] = [];
  const waits: number[] = [];
  let now = 0;
  const io = {
    fetch: () => new Promise<Response>((resolve) => void answers.push(resolve)),
    now: () => new Date(now),
    random: () => 0,
    sleep: async (milliseconds: number) => {
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
  const told: number[] = [];
  const asking = {
    platform: "http://127.0.0.1:1",
    settings: { worker: { timeoutMs: 60_000 } },
    io,
    patience: { stop: new AbortController().signal, onWait: (left: number) => void told.push(left) },
    quiet: { until: 0 },
  };
  // what an exchange asks of the machine and of the settings
  const context = asking as unknown as Asking & { io: Io; settings: Settings };
  return { answers, waits, told, ask: () => exchange({ path: "/v1/token" }, context) };
}

const later = () => new Response("", { status: 503, headers: { "retry-after": "60" } });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("requests side by side", () => {
  it("keep the quiet that one of them was asked for, though another one is answered well", async () => {
    const { answers, waits, told, ask } = client();
    const [slow, refused] = [ask(), ask()];
    await turn();
    answers[1]?.(later());
    await turn();
    answers[0]?.(Response.json({}));
    await slow;
    expect(waits).toEqual([60_000]);
    const next = ask();
    await turn();
    expect(answers).toHaveLength(4);
    answers[2]?.(later());
    await turn();
    answers[3]?.(Response.json({}));
    await next;
    const another = ask();
    await turn();
    expect(waits).toEqual([60_000, 60_000]);
    answers[4]?.(Response.json({}));
    answers[5]?.(Response.json({}));
    await Promise.all([refused, another]);
    expect(told).toEqual([60_000, 60_000]);
  });
});
