import { hmacHex } from "#lib/domain/hash.ts";
import { detached } from "./detached.ts";
import type { Replacement, Span } from "./finding.ts";

/** 32 letters without those that look alike. */
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/**
 * The replacements of one session. Identities become HMAC pseudonyms of (salt, session, value), the same value always the
 * same one; secrets get running numbers in the order met, never a hash (permanence.md 9, sanitization.md section 2).
 */
export class Pseudonyms {
  readonly #salt: string;
  readonly #session: string;
  readonly #known = new Map<string, string>();
  readonly #taken = new Map<string, string>();
  readonly #secrets = new Map<string, number>();

  constructor(salt: string, sessionId: string) {
    this.#salt = salt;
    this.#session = sessionId;
  }

  /** The replacement of a span. Card, IBAN, SSN and phone have no pseudonym, only their type. */
  replace(span: Pick<Span, "as" | "rule" | "value">): string {
    switch (span.as) {
      case "secret":
        return `[SECRET:${span.rule}#${this.#numberOf(span.value)}]`;
      case "blob":
        return "[BLOB]";
      case "phone":
        return "[PHONE]";
      case "card":
        return "[CARD]";
      case "iban":
        return "[IBAN]";
      case "ssn":
        return "[SSN]";
      case "email":
        return `${this.#identity("user", localPart(span.value))}@example.com`;
      case "host":
        return this.#identity("host", span.value) + (span.value.includes(".") ? ".example" : "");
      default:
        return this.#identity(span.as, span.value);
    }
  }

  /** How many different values were named so far, by kind. */
  made(): Record<string, number> {
    const made: Record<string, number> = this.#secrets.size === 0 ? {} : { secret: this.#secrets.size };
    for (const key of this.#known.keys()) {
      const as = key.slice(0, key.indexOf("|"));
      made[as] = (made[as] ?? 0) + 1;
    }
    return made;
  }

  #numberOf(secret: string): number {
    const known = this.#secrets.get(secret);
    if (known !== undefined) return known;
    const number = this.#secrets.size + 1;
    this.#secrets.set(detached(secret), number);
    return number;
  }

  #identity(as: Identity, value: string): string {
    const folded = value.toLowerCase();
    const key = `${as}|${folded}`;
    const known = this.#known.get(key);
    if (known !== undefined) return withShape(as, known, value);
    for (let attempt = 0; ; attempt += 1) {
      const made = FORMS[as](hmacHex(this.#salt, this.#session, as, folded, String(attempt)), attempt);
      const owner = this.#taken.get(made);
      // the documentation MAC range has 256 addresses: after that many tries two devices may share one
      if (owner !== undefined && owner !== key && attempt < 400) continue;
      this.#taken.set(made, key);
      this.#known.set(key, made);
      return withShape(as, made, value);
    }
  }
}

type Identity = Extract<
  Replacement,
  "user" | "host" | "ipv4" | "ipv6" | "mac" | "account" | "org" | "repo" | "resource"
>;

/** How a keyed digest becomes a pseudonym; `attempt` lengthens it after collisions. */
const FORMS: Record<Identity, (digest: string, attempt: number) => string> = {
  user: (digest, attempt) => `user_${letters(digest, attempt)}`,
  host: (digest, attempt) => `host-${letters(digest, attempt)}`,
  org: (digest, attempt) => `org-${letters(digest, attempt)}`,
  repo: (digest, attempt) => `repo-${letters(digest, attempt)}`,
  resource: (digest, attempt) => `res-${letters(digest, attempt)}`,
  ipv4: (digest) => `198.${18 + (byte(digest, 0) & 1)}.${byte(digest, 1)}.${byte(digest, 2)}`,
  ipv6: (digest) => `2001:db8::${group(digest, 0)}:${group(digest, 4)}`,
  mac: (digest) => `00:00:5e:00:53:${digest.slice(0, 2)}`,
  account: (digest) =>
    `00000${String(Number.parseInt(digest.slice(0, 10), 16) % 10_000_000).padStart(7, "0")}`,
};

/** Keeps the spelling of the original: a MAC's separator, capitals of an address. */
function withShape(as: Identity, made: string, value: string): string {
  return as === "mac" && value.includes("-") ? made.replaceAll(":", "-") : made;
}

/** A mail address shares the pseudonym of the user name that its local part spells; a forge's `123+name` is `name`. */
function localPart(address: string): string {
  const local = address.split(/@|%40/i)[0] ?? address;
  return local.replace(/^\d+\+/, "");
}

function letters(digest: string, attempt: number): string {
  const length = Math.min(4 + Math.ceil(attempt / 4), 8);
  return Array.from({ length }, (_, index) => LETTERS[byte(digest, index) & 31]).join("");
}

function byte(digest: string, index: number): number {
  return Number.parseInt(digest.slice(index * 2, index * 2 + 2), 16);
}

function group(digest: string, from: number): string {
  return (Number.parseInt(digest.slice(from, from + 4), 16) | 1).toString(16); // never 0, which `::` would swallow
}
