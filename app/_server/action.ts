import { headers } from "next/headers";
import { isRedirectError } from "next/dist/client/components/redirect-error";
import type { z } from "zod";
import type { Actor } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { getDeps } from "#lib/container.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { demandReader } from "./access.ts";
import { countHit, type LimitName } from "./limits.ts";
import { logUnexpected } from "./log-unexpected.ts";
import { problemOf } from "./problem.ts";
import { visitor } from "./session.ts";

export type ActionResult<Value> = { ok: true; value: Value } | { ok: false; code: string; message: string };

type Options<Input> = {
  /**
   * A signed-in person is needed unless `public` is written, which means everybody who may read the instance; what the person
   * may do is the service's question.
   */
  auth: "session" | "public";
  limit?: LimitName;
  input: z.ZodType<Input>;
};

/** A server action for one of our own forms. It answers with a code and our own sentence, and never echoes the input. */
export function action<Input, Value>(
  options: Options<Input>,
  handler: (context: { deps: Deps; actor: Actor; input: Input }) => Promise<Value>,
): (previous: ActionResult<Value> | null, form: FormData) => Promise<ActionResult<Value>> {
  return async (_previous, form) => {
    try {
      const deps = await getDeps();
      refuseForeignForm(await headers(), deps.rules.publicUrl);
      const { actor } = await visitor();
      if (options.auth === "session" && actor.kind !== "user") throw new AppError("unauthenticated");
      if (options.auth === "public") demandReader(actor);
      if (options.limit) await countHit(deps, options.limit, { actor, request: await requestOf() });
      const parsed = options.input.safeParse(formObject(form));
      if (!parsed.success) throw new AppError("input_invalid", { detail: "Check the fields of the form." });
      return { ok: true, value: await handler({ deps, actor, input: parsed.data }) };
    } catch (error) {
      if (isRedirectError(error)) throw error;
      logUnexpected("action", error);
      const problem = problemOf(error);
      return { ok: false, code: problem.code, message: problem.detail ?? problem.title };
    }
  };
}

/**
 * A form of another site must not act for a signed-in person. Browsers say where a request comes from; one that does not has
 * to name our own origin. Next's own check lets a missing origin through.
 */
function refuseForeignForm(sent: Headers, publicUrl: string): void {
  const site = sent.get("sec-fetch-site");
  const isOwn = site === null ? sent.get("origin") === new URL(publicUrl).origin : site === "same-origin";
  if (!isOwn)
    throw new AppError("forbidden", { detail: "This form was sent from another site. Open the page anew." });
}

async function requestOf(): Promise<Request> {
  return new Request("http://localhost", { headers: await headers() });
}

/** Fields by name; a name that occurs more than once becomes a list. React's own fields are left out. */
function formObject(form: FormData): Record<string, FormDataEntryValue | FormDataEntryValue[]> {
  const names = [...new Set(form.keys())].filter((name) => !name.startsWith("$"));
  return Object.fromEntries(
    names.map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? "") : values];
    }),
  );
}
