"use client";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { Button } from "#app/_components/button.tsx";

/** Leads to the sign-in page and from there back to the address that is asked for now. */
export function SignInAndReturn() {
  const query = useSearchParams().toString();
  const address = `${usePathname()}${query === "" ? "" : `?${query}`}`;
  return (
    <Button asChild look="primary">
      <Link href={`/sign-in?callbackUrl=${encodeURIComponent(address)}`} prefetch={false}>
        Sign in
      </Link>
    </Button>
  );
}
