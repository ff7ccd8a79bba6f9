import type { CaseOutcome } from "#lib/domain/lifecycle/case-states.ts";

/** What a measure of staff does, how far it reaches and whether it can be undone: said before it happens. */
export const MEASURES = {
  reject: {
    title: "Reject this upload?",
    effect:
      "It never becomes public, and the same part of the session is refused from now on. Its bytes are deleted after 7 days. There is no undo.",
    submit: "Reject 1 upload",
  },
  hide: {
    title: "Hide this episode?",
    effect:
      "Its page and downloads answer “gone” and the search leaves it out at once. Files of releases that hold it stop being served within 24 hours, for credentials and personal data at once. It can be shown again at any time.",
    submit: "Hide 1 episode",
  },
  take_down: {
    title: "Take this episode down?",
    effect:
      "Its page and downloads answer “gone”, or “withheld” under a legal order, and the search leaves it out at once. Files of releases that hold it stop being served within 24 hours, for credentials and personal data at once; the next release lacks it. It can be put back on appeal.",
    submit: "Take down 1 episode",
  },
} as const;

/** The same for the outcomes of a case, which acts on the one episode that was reported. */
export const CASE_OUTCOME_EFFECTS: Record<CaseOutcome, string> = {
  no_action: "The episode stays as it is.",
  hide_until_fixed: MEASURES.hide.effect,
  take_down: MEASURES.take_down.effect,
};
