import Link from "next/link";
import type { OwnEpisode } from "#lib/domain/episode/summary.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import type { RevocationReceipt } from "#lib/domain/wire/messages.ts";
import { ActionForm, type FormAction } from "./action-form.tsx";
import { Badge } from "./badge.tsx";
import { cn } from "./cn.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { counted } from "./format.ts";
import { ShortId } from "./short-id.tsx";
import { Table, Td, Th } from "./table.tsx";
import { When } from "./when.tsx";
import { reasonWord, stateWord } from "./words.ts";

const ENDED = ["tombstoned", "erased"];
/** States whose reason the contributor should read; of what is public or withdrawn it says nothing any more. */
const EXPLAINED = ["received", "quarantined", "in_review", "rejected", "hidden", "taken_down"];

/** A contributor's own uploads with their states, and the way to withdraw each. */
export function OwnEpisodes({
  items,
  now,
  revoke,
}: {
  items: readonly OwnEpisode[];
  now: Date;
  revoke: FormAction<RevocationReceipt>;
}) {
  return (
    <Table label="My episodes" stacked>
      <thead>
        <tr>
          <Th>Episode</Th>
          <Th>State</Th>
          <Th>Received</Th>
          <Th>
            <span className="sr-only">Withdraw</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id}>
            <Td className="min-w-64">
              <Title item={item} />
              <p className="text-sm text-muted">
                {visibleText(item.sourceTool)} · {counted(item.steps, "step")} · {item.license} ·{" "}
                {item.disclosure} · <ShortId value={item.declaredId} />
              </p>
            </Td>
            <Td>
              <State item={item} />
            </Td>
            <Td>
              <When at={item.receivedAt} now={now} />
            </Td>
            <Td className="text-right">
              {!ENDED.includes(item.state) && <Withdraw item={item} revoke={revoke} />}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Title({ item }: { item: OwnEpisode }) {
  // once the bytes are erased the row holds no words either
  const title = visibleText(item.title) || "Its text is erased";
  if (item.state !== "published")
    return (
      <p
        className={cn(
          "wrap-anywhere",
          ENDED.includes(item.state) && (item.title ? "text-withdrawn line-through" : "text-muted"),
        )}
      >
        {title}
      </p>
    );
  return (
    <Link
      href={`/episodes/${item.id}`}
      prefetch={false}
      data-row
      className="wrap-anywhere text-accent underline"
    >
      {title}
    </Link>
  );
}

function State({ item }: { item: OwnEpisode }) {
  const { word, meaning } = stateWord(item.state, item.tombstone);
  return (
    <div className="space-y-1">
      <Badge meaning={meaning}>{word}</Badge>
      {item.reason && EXPLAINED.includes(item.state) && (
        <p className="text-sm text-muted">{reasonWord(item.reason)}</p>
      )}
    </div>
  );
}

function Withdraw({ item, revoke }: { item: OwnEpisode; revoke: FormAction<RevocationReceipt> }) {
  return (
    <ConfirmDialog open="Withdraw" title="Withdraw this episode for good?">
      <p className="wrap-anywhere text-muted">{visibleText(item.title)}</p>
      <ul className="ml-5 list-disc space-y-1">
        <li>
          Its page, its downloads, the search and the API stop showing it at once, with every earlier upload
          of the same part of the session. Its bytes are deleted.
        </li>
        <li>
          Files of releases that hold it stop being served within 24 hours, for credentials and personal data
          at once. The next release lacks it.
        </li>
        <li>Copies that others already downloaded can&apos;t be recalled.</li>
        <li>There is no undo: the same part of the session is not accepted again.</li>
      </ul>
      <ActionForm action={revoke} submit="Withdraw 1 episode" look="danger">
        <input type="hidden" name="episodeId" value={item.id} />
      </ActionForm>
    </ConfirmDialog>
  );
}
