import type { Mailer } from "#lib/ports/system.ts";

/** Where text for the person at the console goes; `process.stdout` in a real process. */
type Console = { write(text: string): unknown };

/** Shows sign-in links on the console of the process: whoever can read it runs this instance. */
export function createConsoleMailer(output: Console): Mailer {
  return {
    async sendSignInLink({ to, url }) {
      output.write(`\nSign-in link for ${plain(to)} (works once):\n  ${plain(url)}\n\n`);
    },
  };
}

/** One line without control characters, so that an address can't write to the terminal. */
function plain(text: string): string {
  return text.replaceAll(/\p{C}/gu, "");
}
