import { describe, expect, it } from "vitest";
import { compilePattern } from "./pattern-lint.ts";
import { readPolicy } from "./policy-file.ts";

describe("readPolicy", () => {
  it("takes patterns, words and names, and says what they loosen", () => {
    const read = readPolicy(
      'version = 2\ndeny_words = ["Falcon"]\nallow_identities = ["OctoCat"]\nredact_private_addresses = false\n' +
        '[[patterns]]\nname = "ticket"\npattern = "ACME-\\\\d+"\n',
    );
    expect(read).toMatchObject({
      ok: true,
      policy: {
        version: "2",
        denyWords: ["Falcon"],
        allowIdentities: ["octocat"],
        privateAddressesStay: true,
      },
    });
    expect(read.ok && read.policy.loosenings).toHaveLength(2);
    expect(read.ok && JSON.stringify(read.policy.loosenings).toLowerCase().includes("octocat")).toBe(false);
  });

  it("reads the older keys: personal data stays redacted, and a false for tokens is refused", () => {
    const older = readPolicy(
      'version = "policy-v1"\nredact_email = false\nredact_ip = true\nredact_tokens = true\n',
    );
    expect(older.ok && older.policy.notFollowed).toEqual([expect.stringContaining("redact_email")]);
    expect(older.ok && older.policy.loosenings).toEqual([]);
    expect(readPolicy("redact_tokens = false")).toMatchObject({ ok: false });
  });

  it("refuses what it does not know, naming no value", () => {
    const faults = [
      readPolicy('allow_secrets = ["hunter2hunter2"]'),
      readPolicy('deny_words = "hunter2hunter2"'),
      readPolicy('deny_words = ["hunter2hunter2'),
      readPolicy('[[patterns]]\nname = "x"\npattern = "(hunter2hunter2+)+"'),
    ];
    expect(faults.map((fault) => fault.ok)).toEqual([false, false, false, false]);
    expect(JSON.stringify(faults)).not.toContain("hunter2");
  });
});

describe("compilePattern", () => {
  it.each([
    ["(a+)+b", "nested_repeats"],
    ["(a|aa)*b", "nested_repeats"],
    ["((a{1,9})b){2,5}", "nested_repeats"],
    ["a+a+a+b", "too_many_repeats"],
    ["(a)\\1", "refers_back"],
    ["(?=a)b", "looks_around"],
    ["(?<!a)b", "looks_around"],
    ["a*", "matches_nothing"],
    ["(a", "not_a_pattern"],
    [`a${"b".repeat(600)}`, "too_long"],
  ])("refuses %s", (source, fault) => {
    expect(compilePattern(source)).toEqual({ ok: false, fault });
  });

  it.each(["ACME-\\d+", "(?:foo|bar)-[a-z]{3,9}", "[+*(]x?y", "\\d{4}-\\d{2}", "\\p{Lu}x{2,}"])(
    "takes %s",
    (source) => {
      expect(compilePattern(source).ok).toBe(true);
    },
  );

  it("cuts open repeats", () => {
    const made = compilePattern("ab+c");
    expect(made.ok && "abbbc".match(made.pattern)).toEqual(["abbbc"]);
    expect(made.ok && `a${"b".repeat(300)}c`.match(made.pattern)).toBe(null);
  });
});
