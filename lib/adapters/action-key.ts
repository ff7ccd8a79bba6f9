import { createHmac } from "node:crypto";

/**
 * What Next encrypts values with that pass through a visitor's browser, as NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: one key for all web
 * processes of an instance, and no other's. The build has one too, but it follows from the sources and is thereby public.
 */
export function actionKey(instanceSecret: string): string {
  return createHmac("sha256", instanceSecret).update("server actions").digest("base64");
}
