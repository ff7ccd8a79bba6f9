import Link from "next/link";

/** Forward and back through a trace that is read in parts. */
export function PartLinks({
  page,
  part,
  parts,
}: {
  page: `/episodes/${string}` | `/moderation/episodes/${string}`;
  part: number;
  parts: number;
}) {
  if (parts === 1) return null;
  const link = "inline-flex min-h-9 items-center rounded-token px-2 text-accent underline";
  return (
    <nav
      aria-label="Parts of the trace"
      className="flex flex-wrap items-center gap-4 border-t border-line pt-3"
    >
      {part > 1 && (
        <Link href={`${page}?part=${part - 1}`} prefetch={false} className={link}>
          Earlier steps
        </Link>
      )}
      <span className="text-muted">
        part {part} of {parts}
      </span>
      {part < parts && (
        <Link href={`${page}?part=${part + 1}`} prefetch={false} className={link}>
          Later steps
        </Link>
      )}
    </nav>
  );
}
