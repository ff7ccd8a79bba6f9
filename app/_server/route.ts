import type { z } from "zod";
import { type Actor, ANONYMOUS } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import { readJson } from "#lib/domain/wire/read-json.ts";
import { safePath } from "#lib/domain/wire/safe-path.ts";
import { getDeps } from "#lib/container.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { authenticateToken } from "#lib/services/tokens.ts";
import { demandReader, isPrivate } from "./access.ts";
import { withApiHeaders } from "./api-headers.ts";
import { readBody } from "./body.ts";
import { countHit, type LimitName } from "./limits.ts";
import { logUnexpected } from "./log-unexpected.ts";
import { noteActor } from "./note-actor.ts";
import { problemResponse } from "./problem.ts";
import { visitor } from "./session.ts";

type Params = Record<string, string>;
type Context<Input> = { deps: Deps; actor: Actor; input: Input; request: Request; params: Params };
type Result = Response | { status: number; body: unknown; headers?: Record<string, string> };

type Options<Input> = {
  /**
   * A bearer token is needed unless `public` is written, which anybody may ask on a public instance and only its people on a
   * private one; or `open`, which never asks who comes, because something in the request is the authority.
   */
  auth: "token" | "public" | "open";
  limit: LimitName;
  /** A schema reads the JSON body; `bytes` hands the bounded body over as it is; nothing means that there is no body. */
  input?: z.ZodType<Input> | "bytes";
};

/** A route handler from what it needs and what it does. Every refusal below becomes one problem document here. */
export function route<Input = undefined>(
  options: Options<Input>,
  handler: (context: Context<Input>) => Promise<Result>,
): (request: Request, context: { params: Promise<Params> }) => Promise<Response> {
  return async (request, context) => withApiHeaders(request, await answer(request, context));

  async function answer(request: Request, context: { params: Promise<Params> }): Promise<Response> {
    try {
      const deps = await getDeps();
      const actor = await actorOf(deps, request, options.auth);
      await countHit(deps, options.limit, { actor, request });
      const input = await readInput(deps, request, options.input);
      const result = await handler({ deps, actor, input, request, params: await context.params });
      const response = result instanceof Response ? result : jsonResponse(result);
      // nothing on the way may keep what was answered to one person
      if (options.auth === "public" && isPrivate())
        response.headers.set("cache-control", "no-store, no-transform");
      return response;
    } catch (error) {
      logUnexpected("route", error);
      return problemResponse(error);
    }
  }
}

/** The token that a request brings; whose it is, `authenticateToken` says. */
export function bearerIn(request: Request): string | undefined {
  return /^Bearer (\S{1,200})$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}

async function actorOf(deps: Deps, request: Request, auth: Options<unknown>["auth"]): Promise<Actor> {
  const bearer = bearerIn(request);
  const actor = bearer
    ? noteActor(deps, await authenticateToken(deps, bearer))
    : await withoutToken(request, auth);
  if (auth === "public") demandReader(actor);
  return actor;
}

/**
 * Cookies are looked at on a private instance alone, and there for what changes nothing: the pages of a person who is signed in
 * link to downloads.
 */
async function withoutToken(request: Request, auth: Options<unknown>["auth"]): Promise<Actor> {
  if (auth === "token")
    throw new AppError("unauthenticated", { detail: "Send an Authorization: Bearer header." });
  const reads = request.method === "GET" || request.method === "HEAD";
  return auth === "public" && reads && isPrivate() ? (await visitor()).actor : ANONYMOUS;
}

/** `bytes` yields a Uint8Array, a schema its output, nothing undefined: the three that `Input` stands for. */
async function readInput<Input>(
  deps: Deps,
  request: Request,
  input: Options<Input>["input"],
): Promise<Input> {
  if (input === undefined) return undefined as Input;
  const bytes = await readBody(request, deps.codec, LIMITS.recordBytes);
  if (input === "bytes") return bytes as Input;
  const json = readJson(bytes);
  if (!json.ok) throw new AppError(json.code);
  const parsed = input.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, 20)
    .map((issue) => ({ code: issue.code, path: safePath(issue.path, json.value) }));
  throw new AppError("input_invalid", { faults });
}

function jsonResponse({ status, body, headers }: Exclude<Result, Response>): Response {
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
}
