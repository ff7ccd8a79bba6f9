import { z } from "zod";
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
export type CanonicalEvent = z.infer<typeof CanonicalEvent>;

export type EventLines = {
  events: CanonicalEvent[];
  /** Lines that are no event: 1-based number, code, safe paths. They are left out, never passed on unread. */
  unreadable: { line: number; code: string; paths: string[] }[];
};

/** Reads canonical events, one JSON object a line; blank lines don't count. */
export function readCanonicalEvents(text: string): EventLines {
  const made: EventLines = { events: [], unreadable: [] };
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const value = parseJson(line);
    if (value === undefined) {
      made.unreadable.push({ line: index + 1, code: "malformed_json", paths: [] });
      return;
    }
    const parsed = CanonicalEvent.safeParse(value);
    if (parsed.success) made.events.push(parsed.data);
    else {
      const paths = parsed.error.issues.map((issue) => safePath(issue.path));
      made.unreadable.push({ line: index + 1, code: "schema_invalid", paths });
    }
  });
  return made;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
