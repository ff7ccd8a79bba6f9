import { z } from "zod";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { isTooDeep } from "#cli/sanitize/depth.ts";
import { safePath } from "#lib/domain/wire/safe-path.ts";

/** The older tool's canonical event, which `sanitize` reads line by line. Unknown keys stay: the sanitizer walks them too. */
const CanonicalEvent = z.looseObject({
  source: z.string(),
  session_id: z.string(),
  ts: z.string().nullish(),
  kind: z.enum(["user_msg", "assistant_msg", "tool_call", "tool_result", "error", "system"]),
  text: z.string().nullish(),
  tool: z
    .looseObject({
      name: z.string(),
      args_json: z.json().optional(),
      result_json: z.json().optional(),
    })
    .nullish(),
  meta: z.looseObject({}).nullish(),
});

export type EventLine =
  | { ok: true; session: string; value: JsonValue }
  | { ok: false; code: "malformed_json" | "schema_invalid" | "nested_too_deep"; paths: string[] };

/** Reads one line as a canonical event. A line that is none is named by code and safe paths, never passed on unread. */
export function readCanonicalEvent(line: string): EventLine {
  let value: JsonValue;
  try {
    value = JSON.parse(line) as JsonValue; // JSON.parse makes JSON values and nothing else
  } catch {
    return { ok: false, code: "malformed_json", paths: [] };
  }
  if (isTooDeep(value)) return { ok: false, code: "nested_too_deep", paths: [] };
  const parsed = CanonicalEvent.safeParse(value);
  if (parsed.success) return { ok: true, session: parsed.data.session_id, value };
  const paths = parsed.error.issues.slice(0, 20).map((issue) => safePath(issue.path));
  return { ok: false, code: "schema_invalid", paths };
}
