import { z } from "zod";
import detectors from "#registry/detectors.json" with { type: "json" };
import { compileShape, keywordsOf, reachOf } from "./shape.ts";

const Row = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{2,47}$/),
  vendor: z.string().min(1),
  /** The token's form in the small language of shape.ts. */
  shape: z.string().min(1),
  /** Context words, one of which must stand within 60 characters before the value: for forms that are not anchored. */
  names: z.array(z.string().regex(/^[a-z0-9 _.-]{3,40}$/)).optional(),
  class: z.enum(["definite", "candidate"]).optional(),
  /** Fixture that must be found by this rule, and one that must come out unchanged. `{{secret}}` and `{{short}}` are made at run time. */
  ng: z.string().includes("{{secret}}"),
  ok: z.string(),
});

const Table = z.strictObject({ about: z.string(), rules: z.array(Row).min(1) });

/** One row of registry/detectors.json. */
export type DetectorRow = z.infer<typeof Row>;

/** A row with its generated pattern (sticky if the keyword starts the token, else global), its prefilter keywords and its longest match. */
export type Detector = DetectorRow & {
  pattern: RegExp;
  keywords: string[];
  anchored: boolean;
  reach: number;
};

/** The rule table, parsed and compiled once. A row that does not fit its schema is a programming error and throws at load. */
export const DETECTORS: readonly Detector[] = Table.parse(detectors).rules.map((row) => {
  const { keywords, leading } = row.names ? { keywords: row.names, leading: false } : keywordsOf(row.shape);
  const source = compileShape(row.shape);
  return {
    ...row,
    keywords,
    anchored: leading,
    reach: reachOf(row.shape),
    pattern: new RegExp(source, leading ? "y" : "g"),
  };
});
