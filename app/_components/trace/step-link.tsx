/** The number of a step, which is also its permanent link. */
export function StepLink({ number }: { number: number }) {
  return (
    <a
      href={`#s${number}`}
      aria-label={`Link to step ${number}`}
      className="min-w-6 pl-2 text-right text-xs leading-6 text-muted no-underline hover:text-accent hover:underline"
    >
      {number}
    </a>
  );
}
