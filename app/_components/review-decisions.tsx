import type { ReactNode } from "react";
import {
  EPISODE_EDGES,
  type EpisodeEventType,
  type EpisodeState,
} from "#lib/domain/lifecycle/episode-states.ts";
import { REASONS } from "#lib/domain/registry.ts";
import { ActionForm, type FormAction } from "./action-form.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Choice, Field, Select } from "./field.tsx";
import { minute } from "./format.ts";
import { MEASURES } from "./measures.ts";

export type ReviewActions = Record<
  "claim" | "unclaim" | "approve" | "reject" | "hide" | "unhide" | "takeDown" | "restore",
  FormAction<null>
>;
type Shown = { id: string; state: EpisodeState; findings: number; leaseUntil: Date | null };

/** The id of the form that makes the episode public. */
const PUBLISH = "publish";

/** The decisions that the current state allows: the table of states is what draws the buttons. */
export function ReviewDecisions({ row, actions, now }: { row: Shown; actions: ReviewActions; now: Date }) {
  const can = (event: EpisodeEventType) => EPISODE_EDGES[row.state][event]?.by.includes("staff") === true;
  const id = <input type="hidden" name="episodeId" value={row.id} />;
  const none = Object.values(EPISODE_EDGES[row.state]).every((edge) => !edge.by.includes("staff"));
  // no state allows two of them
  const publishes = can("approved") || can("unhidden") || can("restored");
  if (none) return <p className="text-muted">There is nothing left to decide on this episode.</p>;
  return (
    <div className="space-y-4">
      {row.state === "in_review" && row.leaseUntil && (
        <p className="text-sm text-muted">
          Claimed until {minute(row.leaseUntil)}
          {row.leaseUntil <= now && ", which is over: it goes back to the queue"}.
        </p>
      )}
      {publishes && row.findings > 0 && <FalseAlarms findings={row.findings} />}
      <div className="flex flex-wrap items-start gap-3">
        {can("claimed") && (
          <ActionForm action={actions.claim} submit="Claim for 15 minutes">
            {id}
          </ActionForm>
        )}
        {can("approved") && (
          <ActionForm id={PUBLISH} action={actions.approve} submit="Approve and publish">
            {id}
          </ActionForm>
        )}
        {can("rejected") && <Reasoned open="Reject" kind="reject" id={id} action={actions.reject} />}
        {can("hidden") && <Reasoned open="Hide" kind="hide" id={id} action={actions.hide} />}
        {can("taken_down") && (
          <Reasoned open="Take down" kind="take_down" id={id} action={actions.takeDown} />
        )}
        {can("unhidden") && (
          <ActionForm id={PUBLISH} action={actions.unhide} submit="Show again">
            {id}
          </ActionForm>
        )}
        {can("restored") && (
          <ActionForm id={PUBLISH} action={actions.restore} submit="Put back">
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

/** Every way into the public: open findings need the moderator's word. It stands above the row and belongs to the form in it. */
function FalseAlarms({ findings }: { findings: number }) {
  return (
    <Choice
      type="checkbox"
      name="dismissFindings"
      form={PUBLISH}
      required
      hint="This is recorded with your name."
    >
      {findings === 1
        ? "I looked at the open finding: it is a false alarm"
        : `I looked at each of the ${findings} open findings: all are false alarms`}
    </Choice>
  );
}

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
