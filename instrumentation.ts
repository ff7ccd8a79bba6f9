import type { Instrumentation } from "next";

/**
 * Next's hook for what watches the server. It runs once in each web process before the first request (workers/web.ts waits for it), and
 * never at build time; only there is Node's own server at hand, through which every request goes, whichever part of the pages answers it.
 */
export async function register(): Promise<void> {
  if (process.env["NEXT_RUNTIME"] !== "nodejs") return;
  const { observeWeb } = await import("./app/_server/observe-web.ts");
  await observeWeb();
  const { prepareWeb } = await import("./app/_server/prepare-web.ts");
  await prepareWeb();
}

/** A page that failed while it was drawn. Routes and actions have told of their failures themselves. */
export const onRequestError: Instrumentation.onRequestError = async (error) => {
  if (process.env["NEXT_RUNTIME"] !== "nodejs") return;
  const { logUnexpected } = await import("./app/_server/log-unexpected.ts");
  logUnexpected("page", error);
};
