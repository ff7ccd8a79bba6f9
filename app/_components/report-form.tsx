import { CASE_CATEGORY_NAMES } from "#lib/domain/lifecycle/case-states.ts";
import { ActionForm, type FormAction } from "./action-form.tsx";
import { Choice, Field, TextArea, TextInput } from "./field.tsx";
import { CATEGORIES } from "./words.ts";

/** The public report: what it is about, where, in the reporter's own words. */
export function ReportForm({
  action,
  episodeId,
  step,
}: {
  action: FormAction<never>;
  episodeId: string;
  step: string;
}) {
  return (
    <ActionForm action={action} submit="Send the report" className="max-w-form space-y-6">
      <input type="hidden" name="episodeId" value={episodeId} />
      <fieldset className="space-y-2">
        <legend className="pb-1 font-medium">What is wrong?</legend>
        {CASE_CATEGORY_NAMES.map((category) => (
          <Choice
            key={category}
            type="radio"
            name="category"
            value={category}
            required
            hint={CATEGORIES[category].hint}
          >
            {CATEGORIES[category].word}
          </Choice>
        ))}
      </fieldset>
      <Field
        id="step"
        label="Step"
        hint="The number at the right of a step, if it is about one. Otherwise leave it empty."
      >
        <TextInput
          id="step"
          name="step"
          inputMode="numeric"
          pattern="[0-9]*"
          defaultValue={step}
          aria-describedby="step-hint"
        />
      </Field>
      <Field
        id="message"
        label="What should we know?"
        hint="Describe it; don't repeat the secret or the personal data itself."
      >
        <TextArea id="message" name="message" required maxLength={4_000} aria-describedby="message-hint" />
      </Field>
      <Field
        id="contact"
        label="How can we reach you? (optional)"
        hint="Only for questions about this report. It is never public."
      >
        <TextInput
          id="contact"
          name="contact"
          maxLength={200}
          autoComplete="email"
          aria-describedby="contact-hint"
        />
      </Field>
    </ActionForm>
  );
}
