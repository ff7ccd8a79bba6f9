"use client";
import { type FormEvent, useState } from "react";
import { Button } from "#app/_components/button.tsx";
import { Field, TextInput } from "#app/_components/field.tsx";
import { Notice } from "#app/_components/notice.tsx";
import { authRequest } from "./auth-request.ts";

/** Asks for a one-time link by mail; GitHub where the operator has set it up. */
export function SignInForm({ returnTo, github }: { returnTo: string; github: boolean }) {
  const [state, setState] = useState<"idle" | "pending" | "failed">("idle");
  const run = (path: "signin/email" | "signin/github", fields: Record<string, string>) => {
    setState("pending");
    authRequest(path, { ...fields, callbackUrl: returnTo }).catch(() => setState("failed"));
  };
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = new FormData(event.currentTarget).get("email");
    if (typeof email === "string") run("signin/email", { email });
  };
  return (
    <div className="max-w-form space-y-6">
      <form onSubmit={send} className="space-y-4">
        <Field
          id="email"
          label="E-mail address"
          hint="You get a link that works once, for ten minutes. No password is kept."
        >
          <TextInput
            id="email"
            name="email"
            type="email"
            required
            autoComplete="email"
            aria-describedby="email-hint"
          />
        </Field>
        <Button type="submit" look="primary" aria-busy={state === "pending"}>
          Send me a link
        </Button>
      </form>
      {github && (
        <Button type="button" onClick={() => run("signin/github", {})}>
          Continue with GitHub
        </Button>
      )}
      {state === "failed" && (
        <Notice meaning="failure" title="The server did not answer." announce>
          Nothing was sent. Try again in a minute.
        </Notice>
      )}
      <noscript>
        <p>Signing in needs JavaScript. Searching, reading and reporting work without it.</p>
      </noscript>
    </div>
  );
}
