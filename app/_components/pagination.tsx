import Link from "next/link";

type SamePage = `/?${string}` | "/";

/** Links through a keyset list: forward from here, or back to its beginning. */
export function Pagination({ first, next }: { first: SamePage | undefined; next: SamePage | undefined }) {
  if (!first && !next) return null;
  const link = "inline-flex min-h-9 items-center rounded-token px-2 text-accent underline";
  return (
    <nav aria-label="Pages" className="flex gap-4 border-t border-line pt-3">
      {first && (
        <Link href={first} prefetch={false} className={link}>
          First page
        </Link>
      )}
      {next && (
        <Link href={next} prefetch={false} rel="next" className={link}>
          Next page
        </Link>
      )}
    </nav>
  );
}
