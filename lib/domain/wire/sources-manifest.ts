import { SOURCES_TOML } from "#registry/sources-toml.ts";

/** registry/sources.toml, embedded. The older client can be pointed at it with TRACE_SHARE_REMOTE_REGISTRY_URL. */
export const SOURCES_MANIFEST: string = SOURCES_TOML;
