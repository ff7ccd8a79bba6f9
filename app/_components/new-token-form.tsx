"use client";
import type { Scope } from "#lib/domain/access/policy.ts";
import { type ActionResult, type FormAction, useFormAction } from "./action-form.tsx";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { Choice, Field, Select, TextInput } from "./field.tsx";
import { Notice } from "./notice.tsx";

const SCOPE_HINTS: Record<Scope, string> = {
  read: "see the state of your own episodes",
  "episodes:write": "upload episodes",
  "episodes:revoke": "withdraw your episodes",
  "collections:write": "change your collections",
  moderation: "act in the moderation queue",
  "snapshots:build": "build snapshots",
  "snapshots:publish": "publish or register snapshots",
  admin: "manage your tokens and, with the role, the instance",
};
const PRESET: readonly Scope[] = ["read", "episodes:write", "episodes:revoke"];

/** Makes a token and shows it this once. */
export function NewTokenForm({
  action,
  scopes,
}: {
  action: FormAction<{ token: string }>;
  scopes: readonly Scope[];
}) {
  const { result, pending, form } = useFormAction(action);
  return (
    <div className="max-w-form space-y-4">
      <form {...form} className="space-y-4">
        <Field id="name" label="Name" hint="For you, to know it again: the machine or the script.">
          <TextInput id="name" name="name" required maxLength={80} aria-describedby="name-hint" />
        </Field>
        <fieldset className="space-y-2">
          <legend className="pb-1 font-medium">Scopes</legend>
          {scopes.map((scope) => (
            <Choice
              key={scope}
              type="checkbox"
              name="scopes"
              value={scope}
              defaultChecked={PRESET.includes(scope)}
              hint={SCOPE_HINTS[scope]}
            >
              <code className="text-sm">{scope}</code>
            </Choice>
          ))}
        </fieldset>
        <Field id="days" label="Expires after">
          <Select id="days" name="days" defaultValue="90">
            <option value="7">7 days</option>
            <option value="30">30 days</option>
            <option value="90">90 days</option>
            <option value="365">365 days</option>
          </Select>
        </Field>
        <Button type="submit" look="primary" aria-disabled={pending} aria-busy={pending}>
          Make the token
        </Button>
      </form>
      <Made result={result} />
    </div>
  );
}

function Made({ result }: { result: ActionResult<{ token: string }> | null }) {
  if (result === null) return null;
  if (!result.ok)
    return (
      <Notice meaning="failure" title="No token was made." announce>
        {result.message}
      </Notice>
    );
  return (
    <Notice meaning="success" title="Copy the token now. It is not shown again." announce>
      <span className="inline-flex max-w-full items-center gap-1">
        <code className="min-w-0 text-sm wrap-anywhere" data-token>
          {result.value.token}
        </code>
        <CopyButton value={result.value.token} label="token" />
      </span>
    </Notice>
  );
}
