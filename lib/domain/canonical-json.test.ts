import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalJson,
  canonicalMembers,
  joinMembers,
  type JsonValue,
  NotCanonical,
} from "./canonical-json.ts";

describe("canonicalJson", () => {
  it("follows the examples of RFC 8785", () => {
    const input = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    // 1e30 is no safe integer and is refused here; the RFC's other numbers stand
    const { numbers, ...rest } = input;
    expect(canonicalJson({ ...rest, numbers: numbers.filter((value) => value !== 1e30) })).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("orders keys by UTF-16 code units", () => {
    expect(
      canonicalJson({
        "\u20ac": 1,
        "\r": 2,
        "\ufb33": 3,
        "1": 4,
        "\ud83d\ude00": 5,
        "\u0080": 6,
        "\u00f6": 7,
      }),
    ).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it.each([
    ["\ud800", "lone_surrogate"],
    ["a\u0000b", "nul"],
    [Number.NaN, "not_finite"],
    [2 ** 53, "unsafe_integer"],
  ])("refuses %j", (value, reason) => {
    expect(() => canonicalJson({ value })).toThrow(new NotCanonical(reason as NotCanonical["reason"]));
  });

  it("gives the same text whatever the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.integer()), (record) => {
        const keys = Object.keys(record).filter((key) => !key.includes("\u0000"));
        const forward = Object.fromEntries(keys.map((key) => [key, record[key]])) as JsonValue;
        const backward = Object.fromEntries(keys.toReversed().map((key) => [key, record[key]])) as JsonValue;
        expect(canonicalJson(forward)).toBe(canonicalJson(backward));
      }),
    );
  });
});

describe("canonicalMembers", () => {
  it("joined are the canonical form of the object, with a member more as well", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()),
        fc.string(),
        (object, text) => {
          const form = formOf(() =>
            canonicalJson({ ...object, nonce: text } as { [key: string]: JsonValue }),
          );
          const joined = formOf(() =>
            joinMembers(
              canonicalMembers(object as { [key: string]: JsonValue }).set("nonce", canonicalJson(text)),
            ),
          );
          expect(joined).toBe(form);
        },
      ),
    );
  });

  it("refuses what the whole would be refused for", () => {
    expect(() => joinMembers(canonicalMembers({ "\ud800": 1 }))).toThrow(new NotCanonical("lone_surrogate"));
    expect(() => canonicalMembers({ a: { b: Number.NaN } })).toThrow(new NotCanonical("not_finite"));
  });
});

function formOf(make: () => string): string {
  try {
    return make();
  } catch (error) {
    return String(error);
  }
}
