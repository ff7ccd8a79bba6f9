import Link from "next/link";
import { Pieces } from "./trace/pieces.tsx";
import { When } from "./when.tsx";

export type ReportRow = {
  receiptHash: string;
  step: number | null;
  message: string;
  contact: string | null;
  at: Date;
};

/** What reporters wrote. For staff alone; it may quote what is wrong. */
export function CaseReports({
  reports,
  stepHref,
  now,
}: {
  reports: readonly ReportRow[];
  /** Where the trace shows a step. */
  stepHref: (step: number) => `/moderation/episodes/${string}`;
  now: Date;
}) {
  return (
    <ul className="space-y-3">
      {reports.map((report) => (
        <li key={report.receiptHash} className="space-y-1 rounded-token border border-line p-4">
          <p className="text-sm text-muted">
            <When at={report.at} now={now} />
            {report.step !== null && (
              <>
                {" · "}
                <Link href={stepHref(report.step)} prefetch={false} className="text-accent underline">
                  step {report.step}
                </Link>
              </>
            )}
            {report.contact && (
              <>
                {" · contact: "}
                <Pieces text={report.contact} />
              </>
            )}
          </p>
          <p className="max-w-prose wrap-anywhere whitespace-pre-wrap">
            <Pieces text={report.message} />
          </p>
        </li>
      ))}
    </ul>
  );
}
