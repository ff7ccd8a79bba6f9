import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { eachString } from "#lib/domain/sanitize/walk.ts";

/** Whether one of some values stands in any text or key of a record, as it is or as JSON would write it. */
export function stillStands(record: JsonValue, values: readonly string[]): boolean {
  const forms = values
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .filter((form) => form !== "");
  let stands = false;
  eachString(record, ({ text }) => {
    stands ||= forms.some((form) => text.includes(form));
  });
  return stands;
}
