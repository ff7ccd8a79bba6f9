import {
  CASE_OUTCOMES,
  type CaseOutcome,
  type CaseState,
  caseTransition,
} from "#lib/domain/lifecycle/case-states.ts";
import { REASONS } from "#lib/domain/registry.ts";
import { ActionForm, type FormAction } from "./action-form.tsx";
import { Badge } from "./badge.tsx";
import { Choice, Field, Select, TextArea } from "./field.tsx";
import { CASE_OUTCOME_EFFECTS } from "./measures.ts";
import { When } from "./when.tsx";
import { CASE_OUTCOME_WORDS, CASE_WORDS } from "./words.ts";

type Shown = {
  id: string;
  state: CaseState;
  outcome: CaseOutcome | null;
  statement: string | null;
  decidedAt: Date | null;
};

/** What can be done with a case now: take it, decide it, or read how it was decided. */
export function CaseDecision({
  entry,
  take,
  decide,
  now,
}: {
  entry: Shown;
  take: FormAction<null>;
  decide: FormAction<null>;
  now: Date;
}) {
  if (entry.outcome)
    return (
      <div className="space-y-2">
        <p className="flex flex-wrap items-center gap-3">
          <Badge meaning={CASE_OUTCOME_WORDS[entry.outcome].meaning}>
            {CASE_OUTCOME_WORDS[entry.outcome].word}
          </Badge>
          {entry.decidedAt && <When at={entry.decidedAt} now={now} />}
        </p>
        {entry.statement && <p className="max-w-prose whitespace-pre-wrap">{entry.statement}</p>}
      </div>
    );
  if (caseTransition(entry.state, "decide").ok) return <DecideForm caseId={entry.id} decide={decide} />;
  if (caseTransition(entry.state, "claim").ok || caseTransition(entry.state, "lead_claim").ok)
    return (
      <ActionForm action={take} submit="Take this case">
        <input type="hidden" name="caseId" value={entry.id} />
      </ActionForm>
    );
  return <p className="text-muted">Nothing to do: {CASE_WORDS[entry.state]}.</p>;
}

function DecideForm({ caseId, decide }: { caseId: string; decide: FormAction<null> }) {
  return (
    <ActionForm action={decide} submit="Decide and tell the reporters" className="max-w-form space-y-4">
      <input type="hidden" name="caseId" value={caseId} />
      <fieldset className="space-y-2">
        <legend className="pb-1 font-medium">Outcome</legend>
        {CASE_OUTCOMES.map((outcome) => (
          <Choice
            key={outcome}
            type="radio"
            name="outcome"
            value={outcome}
            required
            hint={CASE_OUTCOME_EFFECTS[outcome]}
          >
            {CASE_OUTCOME_WORDS[outcome].word}
          </Choice>
        ))}
      </fieldset>
      <Field
        id="reason"
        label="Ground"
        hint="Needed to take down. It decides whether the page answers “gone” or “withheld under a legal order”."
      >
        <Select id="reason" name="reason" defaultValue="" aria-describedby="reason-hint">
          <option value="">none</option>
          {REASONS.take_down.map((reason) => (
            <option key={reason.code} value={reason.code}>
              {reason.label}
            </option>
          ))}
        </Select>
      </Field>
      <Field
        id="statement"
        label="Statement of reasons"
        hint="Reporters read it on their receipt's page. Don't repeat what is wrong; text with secrets or personal data is refused."
      >
        <TextArea
          id="statement"
          name="statement"
          required
          maxLength={2_000}
          aria-describedby="statement-hint"
        />
      </Field>
    </ActionForm>
  );
}
