import type { Metadata } from "next";
import Link from "next/link";
import { Page, PageTitle, Prose } from "#app/_components/page.tsx";
import { reader } from "#app/_server/access.ts";
import { CURRENT_CONSENT } from "#lib/domain/registry.ts";

export const metadata: Metadata = { title: "About" };

export default async function AboutPage() {
  await reader();
  return (
    <Page>
      <PageTitle>About trace-share</PageTitle>
      <Prose>
        <p>
          Coding agents write down what they do. trace-share lets people share such sessions for search, study
          and training, on terms they can see, and take them back.
        </p>
        <h2 id="sanitizing">Sanitizing</h2>
        <p>
          The command line tool reads sessions on the contributor&apos;s own machine. Secrets, mail addresses,
          phone numbers, paths, hosts and account names are replaced before anything is sent, in every string,
          names of fields included. The result is scanned once more as a whole, and a record that still holds
          something is refused, not sent. The server scans again with the same rules before it stores
          anything. Replaced places stay visible as small labels, so that readers see where something was.
        </p>
        <p>
          No sanitizer finds everything: writing style and public names in code can still point to somebody.
          If you see something that was missed, use &ldquo;Report a problem&rdquo; on the episode; no account
          is needed.
        </p>
        <h2 id="consent">Consent</h2>
        <p>
          Nothing is read for sharing before the contributor has read the consent text and typed the words of
          agreement. The text in force is version {CURRENT_CONSENT.version}:
        </p>
        <details className="rounded-token border border-line px-4 py-2">
          <summary className="min-h-7 font-medium">Read the consent text</summary>
          <p className="pt-2 whitespace-pre-wrap">{CURRENT_CONSENT.text}</p>
        </details>
        <h2 id="licences">Licences</h2>
        <p>
          Every episode carries its own licence, chosen by its contributor: <strong>CC0-1.0</strong> (no
          conditions) or <strong>CC-BY-4.0</strong> (credit is due). Releases name the licence of each record
          and count both.
        </p>
        <h2 id="withdrawal">Withdrawal</h2>
        <p>
          A contributor can withdraw any episode at any time, on <Link href="/me/episodes">My episodes</Link>{" "}
          or with <code>trace-share revoke</code>. Its page and its downloads answer &ldquo;gone&rdquo; at
          once, the search and the API forget it, and its bytes are deleted. Files of releases that hold it
          stop being served within 24 hours, for credentials and personal data at once, and the next release
          lacks it. Copies that others downloaded before and models that were trained on them cannot be
          recalled; every release says so, and names what was withdrawn since.
        </p>
        <h2 id="contribute">Share a session of yours</h2>
        <ul>
          <li>
            Sign in and make a token on <Link href="/me/tokens">My tokens</Link>.
          </li>
          <li>
            Run <code>trace-share consent init --license CC0-1.0</code> and read the text that it shows.
          </li>
          <li>
            Run <code>trace-share run --dry-run --review</code> to see exactly what would be sent, then{" "}
            <code>trace-share run --review --yes</code>.
          </li>
        </ul>
        <h2 id="moderation">Moderation</h2>
        <p>
          Uploads with a finding, from shared tokens or from newcomers wait for a person. Reports are answered
          with a receipt, and their decision with its reasons is shown on the receipt&apos;s page. What this
          instance does in numbers is on <Link href="/transparency">Transparency</Link>.
        </p>
      </Prose>
    </Page>
  );
}
