import { note, say } from "#cli/io/terminal.ts";
import type { ReviewDesk } from "#cli/run/review-desk.ts";
import { type RedirectFile, writeRedirectFile } from "./redirect-file.ts";
import { type Ended, startReviewServer } from "./server.ts";

const IDLE_MINUTES = 30;

const WORDS: Record<Ended, string> = {
  done: "The review is done.",
  idle: `Nobody looked at the page for ${IDLE_MINUTES} minutes, so it was closed. What was decided is kept.`,
  closed: "The page was closed. What was decided is kept.",
};

/** The review as a page of this machine; ends with its Done, with Ctrl-C, or when nobody uses it any more. */
export async function reviewOnPage(desk: ReviewDesk): Promise<void> {
  const { io } = desk.context;
  const server = await startReviewServer(desk, { random: io.randomBytes, idleMs: IDLE_MINUTES * 60_000 });
  const release = io.onInterrupt(() => server.close());
  let file: RedirectFile | undefined;
  try {
    say(io, server.url);
    note(io, "The address works once, and in one browser of this machine. Ctrl-C ends the review.");
    if (io.screen) {
      file = writeRedirectFile(server.url);
      io.browse(file.path);
    }
    note(io, WORDS[await server.ended]);
  } finally {
    file?.remove();
    release();
  }
}
