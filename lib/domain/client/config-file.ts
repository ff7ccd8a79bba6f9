import { parse } from "smol-toml";
import { z } from "zod";

/** What this client uses of the older client's `config.toml`; its other tables are left alone, so one file serves both. */
const CliConfig = z.object({
  worker: z
    .object({
      base_url: z.string().min(1).max(2_000).optional(),
      api_token: z.string().min(1).max(500).optional(),
      upload_mode: z.string().max(40).optional(),
      timeout_seconds: z.number().min(1).max(3_600).optional(),
    })
    .default({}),
  review: z.strictObject({ only_accepted: z.boolean().optional() }).optional(),
  sources_path: z.string().min(1).max(2_000).optional(),
  remote_registry: z
    .object({
      enabled: z.boolean().optional(),
      url: z.string().min(1).max(2_000).optional(),
      cache_ttl_hours: z.number().min(0).max(8_760).optional(),
      last_accepted_digest: z.string().max(200).optional(),
    })
    .default({}),
});
export type CliConfig = z.infer<typeof CliConfig>;

/**
 * Reads the text of a `config.toml`. On failure `at` names the setting, or `line N` where the text is not TOML; never a
 * value, which may be a token.
 */
export function readCliConfig(text: string): { ok: true; config: CliConfig } | { ok: false; at: string[] } {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const line = error instanceof Error && "line" in error ? Number(error.line) : Number.NaN;
    return { ok: false, at: [Number.isInteger(line) ? `line ${line}` : "the whole file"] };
  }
  const parsed = CliConfig.safeParse(value);
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, at: parsed.error.issues.map((issue) => issue.path.map(String).join(".")) };
}
