import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { type Finding, kindOf, type Span } from "./finding.ts";
import { scanPlace } from "./scan-place.ts";
import { scanText } from "./scan-text.ts";
import { eachString, TooDeep } from "./walk.ts";

export type { Finding } from "./finding.ts";

/** How much of two neighbouring texts is read as one. */
const BORDER = 400;

/** The finding of a value that is nested deeper than anything is read. */
export const TOO_DEEP: Finding = unreadable("nested-too-deep");

/**
 * Reads a finished record again, every leaf and every object key, and says what still stands in it: `definite` findings
 * refuse the record (422), `candidate` findings send it to a reviewer. An empty list means that no rule of this version
 * fires, not that nothing is there.
 */
export function verify(value: JsonValue): Finding[] {
  const findings: Finding[] = [];
  try {
    eachString(value, (place) => {
      const path = place.isKey ? `${place.path}#key` : place.path;
      for (const span of scanPlace(place)) findings.push(toFinding(span, path, span.class));
    });
    findings.push(...joined(value));
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    findings.push(TOO_DEEP);
  }
  return findings;
}

/**
 * The same for the bytes as they are sent: what parsing hides (a key given twice, a text split by escapes over several
 * strings) is looked for in the serialised text with the anchored rules. Text that is no JSON is one definite finding.
 */
export function verifySerialised(json: string): Finding[] {
  let value: JsonValue;
  try {
    value = JSON.parse(json) as JsonValue; // JSON.parse makes JSON values and nothing else
  } catch {
    return [unreadable("not-json")];
  }
  const findings = verify(value);
  const seen = new Set(findings.map((finding) => finding.rule));
  const whole = scanText(json, "anchored").filter((span) => !seen.has(span.rule));
  return [...findings, ...whole.map((span) => toFinding(span, "", span.class))];
}

/** Pieces of one secret in neighbouring elements (stream deltas, argument lists): nobody can redact them surely, a person looks. */
function joined(value: JsonValue): Finding[] {
  if (value === null || typeof value !== "object") return [];
  const items = Object.values(value);
  if (!Array.isArray(value) || !items.every((item) => typeof item === "string")) {
    return items.flatMap((item) => joined(item));
  }
  // every item was just seen to be a string
  return (items as string[]).slice(0, -1).flatMap((text, index) =>
    overBorder(
      text,
      items
        .slice(index + 1)
        .slice(0, 8)
        .join(""),
    ),
  );
}

function overBorder(before: string, after: string): Finding[] {
  const head = before.slice(-BORDER);
  return scanText(head + after.slice(0, BORDER), "anchored")
    .filter((span) => span.start < head.length && head.length < span.end)
    .map((span) => toFinding(span, "[]", "candidate"));
}

function toFinding(span: Span, path: string, level: Finding["class"]): Finding {
  return { rule: span.rule, kind: kindOf(span), class: level, path, start: span.start, end: span.end };
}

function unreadable(rule: string): Finding {
  return { rule, kind: "secret", class: "definite", path: "", start: 0, end: 0 };
}
