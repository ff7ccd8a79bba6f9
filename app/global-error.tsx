"use client";
import "./globals.css";

/** The last resort, when not even the frame of the page can be drawn. */
export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main className="mx-auto max-w-prose space-y-4 p-6">
          <h1 className="text-xl font-semibold">The server can't show pages right now</h1>
          <p>Nothing was changed. Try again in a minute; if it keeps failing, tell the operator.</p>
          <button
            type="button"
            onClick={reset}
            className="min-h-9 rounded-token border border-line-strong px-3"
          >
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}
