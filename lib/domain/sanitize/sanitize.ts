import type { JsonValue } from "#lib/domain/canonical-json.ts";
import type { EpisodeDraft } from "#lib/domain/episode/schema.ts";
import type { SessionWindow, WindowContent } from "#lib/domain/episodes/window.ts";
import type { Finding } from "./finding.ts";
import { createRedactor, type RedactorOptions } from "./redact.ts";
import { RULES_VERSION } from "./rules-version.ts";
import { rememberScans } from "./scan-place.ts";
import { TOO_DEEP, verifyWritten } from "./verify.ts";
import { MAX_DEPTH, TooDeep } from "./walk.ts";

declare const sanitized: unique symbol;

/**
 * The full sanitized text of a window. Only `sanitize()` makes one; `disclose()` and `admit()` turn it into a record. The agent's
 * own session ids in `content.session` and `sessionId` are raw: they become keys before anything leaves the machine.
 */
export type SanitizedEpisode = {
  readonly [sanitized]: true;
  readonly content: WindowContent;
  readonly ordinal: number;
  readonly sessionId: string;
  readonly closed: boolean;
  readonly redactions: EpisodeDraft["redactions"];
  readonly sanitizer: EpisodeDraft["sanitizer"];
};

export type SanitizeContext = Pick<RedactorOptions, "also" | "onEdits"> & {
  /** The contributor's local random salt. */
  salt: string;
  identities?: readonly string[];
  /** Secrets known from the contributor's own files or from other windows of the session. */
  knownSecrets?: readonly string[];
  /** Name and version of the external scanner that reads the result too; the record states it. */
  scanner?: string;
};

export type Sanitized =
  | { ok: true; episode: SanitizedEpisode }
  | { ok: false; refusal: { findings: Finding[] } };

/**
 * Redacts a session window and reads the result again. What still holds a definite finding is refused, with rules and
 * places, never with a value. It is read as a whole, however little of it is disclosed: what tells that a bare value is a secret
 * may stand in another text, which a summary leaves out. Texts that redacting left as they were are read once for both.
 */
export function sanitize(window: SessionWindow, context: SanitizeContext): Sanitized {
  const { session, ...text } = window.content;
  const scan = rememberScans();
  const redactor = createRedactor({
    scan,
    salt: context.salt,
    sessionId: window.sessionId,
    facts: window.facts,
    ...(context.identities ? { identities: context.identities } : {}),
    ...(context.also ? { also: context.also } : {}),
    ...(context.onEdits ? { onEdits: context.onEdits } : {}),
  });
  redactor.learn(context.knownSecrets ?? []);
  try {
    // a window's content is plain JSON without undefined, which the type of optional keys can't say
    const clean = redactor.redactValue((holdsAbsent(text) ? withoutAbsent(text) : text) as JsonValue);
    const findings = verifyWritten(clean, scan);
    const definite = findings.filter((finding) => finding.class === "definite");
    if (definite.length > 0) return { ok: false, refusal: { findings: definite } };
    // keys of the schema are never rewritten, and only strings are: the shape is still that of the content
    const content = { ...(clean as unknown as Omit<WindowContent, "session">), session };
    return {
      ok: true,
      episode: brand(window, content, {
        redactions: redactor.counts(),
        sanitizer: {
          rules_version: RULES_VERSION,
          ...(context.scanner === undefined ? {} : { scanner: context.scanner }),
        },
      }),
    };
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    return { ok: false, refusal: { findings: [TOO_DEEP] } };
  }
}

function brand(
  window: SessionWindow,
  content: WindowContent,
  stated: Pick<EpisodeDraft, "redactions" | "sanitizer">,
): SanitizedEpisode {
  const { ordinal, sessionId, closed } = window;
  const episode = { content, ordinal, sessionId, closed, ...stated };
  return episode as SanitizedEpisode; // the one place where the brand is given
}

/** Whether a key stands there whose value is `undefined`: not in what came from JSON. Throws `TooDeep` like the walk does. */
function holdsAbsent(value: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH) throw new TooDeep("value is nested too deep to be read");
  if (value === null || typeof value !== "object") return false;
  const isList = Array.isArray(value);
  return Object.values(value).some((item) => (item === undefined ? !isList : holdsAbsent(item, depth + 1)));
}

/** Drops keys whose value is `undefined`, as writing it out as JSON would. Throws `TooDeep` like the walk does. */
function withoutAbsent(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new TooDeep("value is nested too deep to be read");
  if (Array.isArray(value)) return value.map((item) => withoutAbsent(item, depth + 1));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutAbsent(item, depth + 1)]),
  );
}
