"use client";
import { authRequest } from "./auth-request.ts";

/** Ends the session in the database and in the browser. */
export function SignOutButton() {
  return (
    <button
      type="button"
      onClick={() => void authRequest("signout", { callbackUrl: "/" })}
      className="flex min-h-9 w-full items-center rounded-token px-2 text-left text-ink hover:bg-raised"
    >
      Sign out
    </button>
  );
}
