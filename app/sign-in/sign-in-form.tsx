"use client";
import { signIn } from "next-auth/react";
import { type FormEvent, useState } from "react";
import { Button } from "#app/_components/button.tsx";
import { Field, TextInput } from "#app/_components/field.tsx";

/** Asks for a one-time link by mail; GitHub where the operator has set it up. */
export function SignInForm({ returnTo, github }: { returnTo: string; github: boolean }) {
  const [pending, setPending] = useState(false);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = new FormData(event.currentTarget).get("email");
    setPending(true);
    void signIn("email", { email, callbackUrl: returnTo }).finally(() => setPending(false));
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
        <Button type="submit" look="primary" aria-busy={pending}>
          Send me a link
        </Button>
      </form>
      {github && (
        <Button type="button" onClick={() => void signIn("github", { callbackUrl: returnTo })}>
          Continue with GitHub
        </Button>
      )}
      <noscript>
        <p>Signing in needs JavaScript. Searching, reading and reporting work without it.</p>
      </noscript>
    </div>
  );
}
