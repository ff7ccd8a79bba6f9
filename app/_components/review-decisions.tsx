import type { ReactNode } from "react";
import {
  EPISODE_EDGES,
  type EpisodeEventType,
  type EpisodeState,
} from "#lib/domain/lifecycle/episode-states.ts";
import { REASONS, type ReasonKind } from "#lib/domain/registry.ts";
import { ActionForm, type FormAction } from "./action-form.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Choice, Field, Select } from "./field.tsx";
import { minute } from "./format.ts";

export type ReviewActions = Record<
  "claim" | "unclaim" | "approve" | "reject" | "hide" | "unhide" | "takeDown" | "restore",
  FormAction<null>
>;
type Shown = { id: string; state: EpisodeState; findings: number; leaseUntil: Date | null };

/** The decisions that the current state allows: the table of states is what draws the buttons. */
export function ReviewDecisions({ row, actions, now }: { row: Shown; actions: ReviewActions; now: Date }) {
  const can = (event: EpisodeEventType) => EPISODE_EDGES[row.state][event]?.by.includes("staff") === true;
  const id = <input type="hidden" name="episodeId" value={row.id} />;
  const none = Object.values(EPISODE_EDGES[row.state]).every((edge) => !edge.by.includes("staff"));
  if (none) return <p className="text-muted">There is nothing left to decide on this episode.</p>;
  return (
    <div className="space-y-4">
      {row.state === "in_review" && row.leaseUntil && (
        <p className="text-sm text-muted">
          Claimed until {minute(row.leaseUntil)}
          {row.leaseUntil <= now && ", which is over: it goes back to the queue"}.
        </p>
      )}
      <div className="flex flex-wrap items-start gap-3">
        {can("claimed") && (
          <ActionForm action={actions.claim} submit="Claim for 15 minutes">
            {id}
          </ActionForm>
        )}
        {can("approved") && <Approve id={id} findings={row.findings} action={actions.approve} />}
        {can("rejected") && <Reasoned open="Reject" kind="reject" id={id} action={actions.reject} />}
        {can("hidden") && <Reasoned open="Hide" kind="hide" id={id} action={actions.hide} />}
        {can("taken_down") && (
          <Reasoned open="Take down" kind="take_down" id={id} action={actions.takeDown} />
        )}
        {can("unhidden") && (
          <ActionForm action={actions.unhide} submit="Show again">
            {id}
          </ActionForm>
        )}
        {can("restored") && (
          <ActionForm action={actions.restore} submit="Put back">
            {id}
          </ActionForm>
        )}
        {can("unclaimed") && (
          <ActionForm action={actions.unclaim} submit="Give back to the queue" look="plain">
            {id}
          </ActionForm>
        )}
      </div>
    </div>
  );
}

function Approve({ id, findings, action }: { id: ReactNode; findings: number; action: FormAction<null> }) {
  return (
    <ActionForm action={action} submit="Approve and publish" className="space-y-2">
      {id}
      {findings > 0 && (
        <Choice type="checkbox" name="dismissFindings" required hint="This is recorded with your name.">
          I looked at each of the {findings} open findings: all are false alarms
        </Choice>
      )}
    </ActionForm>
  );
}

const MEASURES = {
  reject: {
    title: "Reject this upload?",
    effect:
      "It never becomes public, and the same part of the session is refused from now on. Its bytes are deleted after 7 days. There is no undo.",
    submit: "Reject 1 upload",
  },
  hide: {
    title: "Hide this episode?",
    effect:
      "Its page answers “gone”, the search and release files leave it out. It can be shown again at any time.",
    submit: "Hide 1 episode",
  },
  take_down: {
    title: "Take this episode down?",
    effect:
      "Its page answers “gone”, or “withheld” under a legal order; the search and later releases leave it out. It can be put back on appeal.",
    submit: "Take down 1 episode",
  },
} as const satisfies Partial<Record<ReasonKind, object>>;

function Reasoned({
  open,
  kind,
  id,
  action,
}: {
  open: string;
  kind: keyof typeof MEASURES;
  id: ReactNode;
  action: FormAction<null>;
}) {
  const { title, effect, submit } = MEASURES[kind];
  return (
    <ConfirmDialog open={open} size="normal" title={title}>
      <p>{effect}</p>
      <ActionForm action={action} submit={submit} look="danger">
        {id}
        <Field id={`reason-${kind}`} label="Reason">
          <Select id={`reason-${kind}`} name="reason" required defaultValue="">
            <option value="" disabled>
              Choose one
            </option>
            {REASONS[kind].map((reason) => (
              <option key={reason.code} value={reason.code}>
                {reason.label}
              </option>
            ))}
          </Select>
        </Field>
      </ActionForm>
    </ConfirmDialog>
  );
}
