import { describe, expect, it } from "vitest";
import { readCliConfig } from "./config-file.ts";

describe("readCliConfig", () => {
  it("reads the worker table and leaves the older client's other tables alone", () => {
    const text =
      '[upstash]\nrest_url = "https://x.example"\n[policy]\nallowlist_mode = false\n' +
      '[worker]\nbase_url = "https://traces.example"\ntimeout_seconds = 7\nupload_mode = "auto"\n';
    expect(readCliConfig(text)).toEqual({
      ok: true,
      config: {
        worker: { base_url: "https://traces.example", timeout_seconds: 7, upload_mode: "auto" },
        remote_registry: {},
      },
    });
  });

  it("takes an empty file for no settings", () => {
    expect(readCliConfig("")).toEqual({ ok: true, config: { worker: {}, remote_registry: {} } });
  });

  it("names the place of a fault and never a value", () => {
    const wrongType = readCliConfig("[worker]\napi_token = 5550123\n");
    expect(wrongType).toEqual({ ok: false, at: ["worker.api_token"] });
    const notToml = readCliConfig('[worker]\napi_token = "half-a-tok\n');
    expect(notToml.ok).toBe(false);
    expect(JSON.stringify(notToml)).not.toContain("half-a-tok");
  });
});
