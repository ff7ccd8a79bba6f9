import { request } from "node:http";
import { expect } from "@playwright/test";
import { keepSaid } from "#cli/testing/said.ts";
import { Problem } from "#lib/domain/wire/messages.ts";

export type Answer = { status: number; headers: Headers; text: string; json: unknown };

export type Call = {
  path: string;
  method?: string;
  token?: string;
  /** An object is sent as JSON, text and bytes as they are. */
  body?: unknown;
  headers?: Record<string, string>;
  /** The answer is a secret on purpose, for whoever asks: it is left out of what the run has said. */
  secretAnswer?: boolean;
  /** Send the body in pieces without naming its length. */
  chunked?: boolean;
};

/**
 * One request over a socket of its own. Nothing is followed, added or tried again, and an answer that comes before the body
 * has been taken is still read.
 */
export function call(base: string, options: Call): Promise<Answer> {
  const body = bytesOf(options.body);
  const headers = {
    ...(body ? { "content-type": "application/json" } : {}),
    // without either, Node counts what is sent in one piece and names its length
    ...(body
      ? options.chunked
        ? { "transfer-encoding": "chunked" }
        : { "content-length": String(body.length) }
      : {}),
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    ...options.headers,
  };
  const { origin, host } = new URL(base);
  const target = options.path.startsWith(origin) ? options.path.slice(origin.length) : options.path;
  const [hostname, port] = host.split(":");
  return new Promise((resolve, reject) => {
    let answered = false;
    const sent = request(
      {
        hostname,
        port,
        path: target,
        method: options.method ?? (body ? "POST" : "GET"),
        headers,
        agent: false,
      },
      (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        const done = (): void => {
          const text = Buffer.concat(chunks).toString("utf8");
          if (!options.secretAnswer) keepSaid("answers", text);
          resolve(answerOf(response, text));
        };
        response.on("end", done);
        response.on("error", done);
      },
    );
    sent.on("error", (error) => (answered ? undefined : reject(error)));
    sent.end(body);
  });
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}

function answerOf(
  response: { statusCode?: number | undefined; headersDistinct: NodeJS.Dict<string[]> },
  text: string,
): Answer {
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.statusCode ?? 0, headers, text, json };
}

const SAFE_PATH = /^[$\w.[\]{}#?]*$/;

/** The answer is a problem document of that status and code that repeats none of the words. */
export function expectProblem(
  answer: Answer,
  expected: { status: number; code: string; words?: readonly string[]; path?: string },
): void {
  expect(`${answer.status} ${answer.text}`).toMatch(
    new RegExp(`^${expected.status} .*"code":"${expected.code}"`),
  );
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const problem = Problem.parse(answer.json);
  expect(problem.type).toBe(`urn:trace-share:problem:${expected.code}`);
  expect(problem.status).toBe(expected.status);
  expect(problem.title).not.toBe("");
  for (const { path } of problem.errors ?? []) expect(path).toMatch(SAFE_PATH);
  if (expected.path !== undefined) expect(problem.errors?.map(({ path }) => path)).toContain(expected.path);
  const whole = `${answer.text}\n${[...answer.headers].join("\n")}`;
  for (const word of expected.words ?? []) expect(whole).not.toContain(word);
}
