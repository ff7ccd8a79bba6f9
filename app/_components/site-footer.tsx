import Link from "next/link";
import { KeySheet } from "./key-sheet.tsx";

/** The bottom of every page, without links to what a visitor of a private instance may not read. */
export function SiteFooter({ readable }: { readable: boolean }) {
  return (
    <footer className="border-t border-line">
      <div className="mx-auto flex max-w-page flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-sm text-muted md:px-6 xl:px-8">
        {readable && (
          <Link href="/about" className="inline-flex min-h-7 items-center text-muted underline">
            Consent, licences, withdrawal
          </Link>
        )}
        {readable && (
          <Link href="/transparency" className="inline-flex min-h-7 items-center text-muted underline">
            Transparency
          </Link>
        )}
        <KeySheet />
      </div>
    </footer>
  );
}
