import { listOf, objectOf, objectsOf, textOf } from "./fields.ts";
import type { LogObject } from "./json-lines.ts";
import { responsesImageStub } from "./media.ts";
import { codexPrompt } from "./wrappers.ts";

const PASSTHROUGH = "internal_chat_message_metadata_passthrough";

/**
 * What a person typed in a user message, or undefined if all of it is the agent's own. Where the log states the kind of a
 * content item, that decides; otherwise whole-block wrappers do. Images stand as stubs.
 */
export function codexPromptOf(item: LogObject): string | undefined {
  const kinds = listOf(objectOf(item, PASSTHROUGH), "content_item_kinds");
  const content = objectsOf(item, "content");
  const parts = content.flatMap((part, index) => {
    const kind = kinds[index];
    if (typeof kind === "string" && !kind.startsWith("user")) return [];
    if (textOf(part, "type") === "input_image") return [responsesImageStub(part)];
    const text = textOf(part, "text");
    if (text === undefined) return [];
    return typeof kind === "string" ? [text.trim()] : (codexPrompt(text) ?? []);
  });
  const spoken = parts.filter((part) => part !== "");
  const hasText = content.some((part) => textOf(part, "text") !== undefined);
  const hasPrompt = spoken.some((part) => !part.startsWith("[image"));
  if (spoken.length === 0 || (hasText && !hasPrompt)) return undefined;
  return spoken.join("\n\n");
}

/** The turn that a message says it belongs to. */
export function turnIdOf(item: LogObject): string | undefined {
  return textOf(objectOf(item, PASSTHROUGH), "turn_id");
}
