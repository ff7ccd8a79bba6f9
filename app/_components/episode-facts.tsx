import Link from "next/link";
import type { ReactNode } from "react";
import type { PublicEpisode } from "#lib/domain/episode/public-form.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import { Button } from "./button.tsx";
import { Chip } from "./chip.tsx";
import { CopyButton } from "./copy-button.tsx";
import { Fact, Facts } from "./facts.tsx";
import { counted, day, number } from "./format.ts";
import { ShortId } from "./short-id.tsx";
import { BASES, OUTCOMES } from "./words.ts";

/** Everything that is known of an episode beside its steps. What the log doesn't say is absent. */
export function EpisodeFacts({ episode, releases }: { episode: PublicEpisode; releases: readonly string[] }) {
  return (
    <div className="space-y-5">
      <OutcomeFacts episode={episode} />
      <Provenance episode={episode} />
      <Redactions episode={episode} />
      <Group title="Rights">
        <Facts>
          <Fact name="Licence">{episode.rights.license}</Fact>
          <Fact name="Consent">version {episode.rights.consent_version}</Fact>
          <Fact name="Shared as">{episode.disclosure === "raw" ? "sanitized full text" : "summary"}</Fact>
        </Facts>
      </Group>
      <Group title="In releases">
        {releases.length === 0 ? (
          <p className="text-sm text-muted">Not in a release yet.</p>
        ) : (
          <ul className="flex flex-wrap gap-2">
            {releases.map((version) => (
              <li key={version}>
                <Link href={`/releases/${version}`} className="text-accent underline">
                  {version}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Group>
      <div className="flex flex-wrap gap-2">
        <Button asChild size="small">
          <Link href={`/report/${episode.id}`} prefetch={false}>
            Report a problem
          </Link>
        </Button>
        <Button asChild size="small">
          <a href={`/v1/episodes/${episode.id}`}>JSON</a>
        </Button>
      </div>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-2">
      <h2 className="text-sm font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function OutcomeFacts({ episode: { outcome, counts, usage } }: { episode: PublicEpisode }) {
  return (
    <Group title="Outcome">
      <Facts>
        <Fact name="Status">{OUTCOMES[outcome.status].word}</Fact>
        <Fact name="Basis">{BASES[outcome.basis]}</Fact>
        {outcome.exit_code !== undefined && <Fact name="Exit code">{outcome.exit_code}</Fact>}
        {outcome.tests && (
          <Fact name="Tests">
            {number(outcome.tests.passed)} passed, {number(outcome.tests.failed)} failed
          </Fact>
        )}
        {outcome.error_kinds.length > 0 && (
          <Fact name="Errors">{outcome.error_kinds.map(visibleText).join(", ")}</Fact>
        )}
        <Fact name="Calls">{counted(counts.tool_calls, "tool call")}</Fact>
        {counts.files_edited > 0 && (
          <Fact name="Edited">
            {counted(counts.files_edited, "file")}, +{number(counts.lines_added)} −
            {number(counts.lines_removed)}
          </Fact>
        )}
        {usage?.input_tokens !== undefined && (
          <Fact name="Input">{counted(usage.input_tokens, "token")}</Fact>
        )}
        {usage?.output_tokens !== undefined && (
          <Fact name="Output">{counted(usage.output_tokens, "token")}</Fact>
        )}
      </Facts>
    </Group>
  );
}

function Provenance({ episode }: { episode: PublicEpisode }) {
  const { source } = episode;
  return (
    <Group title="Provenance">
      <Facts>
        <Fact name="Agent">{visibleText([source.tool, source.agent_version].filter(Boolean).join(" "))}</Fact>
        {source.model && <Fact name="Model">{visibleText(source.model)}</Fact>}
        {source.adapter && <Fact name="Adapter">{visibleText(source.adapter)}</Fact>}
        {episode.date && <Fact name="Day">{day(new Date(`${episode.date}T00:00:00Z`))}</Fact>}
        <Fact name="Rules">
          <span title={episode.sanitizer.rules_version}>
            {visibleText(episode.sanitizer.rules_version.slice(0, 16))}
          </span>
        </Fact>
        <Fact name="Id">
          <ShortId value={episode.id} />
        </Fact>
        <Fact name="Cite">
          <span className="inline-flex items-center gap-1">
            address
            <CopyButton value={`/episodes/${episode.id}`} label="address" absolute />
          </span>
        </Fact>
        {episode.hash_basis === 1 && <Fact name="Format">version 1, from the older client</Fact>}
      </Facts>
    </Group>
  );
}

function Redactions({ episode: { redactions, task } }: { episode: PublicEpisode }) {
  const kinds = Object.entries(redactions.by_kind).sort(([a], [b]) => a.localeCompare(b));
  return (
    <Group title={counted(redactions.total, "redaction")}>
      {kinds.length > 0 && (
        <p className="flex flex-wrap gap-1">
          {kinds.map(([kind, count]) => (
            <Chip key={kind}>
              {visibleText(kind)} ×{number(count)}
            </Chip>
          ))}
        </p>
      )}
      {task.tags.length > 0 && (
        <p className="flex flex-wrap gap-1">
          {task.tags.map((tag) => (
            <Chip key={tag}>{visibleText(tag)}</Chip>
          ))}
        </p>
      )}
    </Group>
  );
}
