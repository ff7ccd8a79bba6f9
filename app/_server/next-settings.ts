import { actionKey, getConfig, instanceSecret } from "#lib/container.ts";

/**
 * Settings that Next and next-auth read from the environment under names of their own. The supervisor sets the same ones
 * (workers/platform-environment.ts); a web process alone sets them before it listens, and both are read with the first request that needs
 * them.
 */
export async function nextSettings(config = getConfig()): Promise<Record<string, string>> {
  return {
    NEXTAUTH_URL: config.publicUrl,
    NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionKey(await instanceSecret(config)),
  };
}
