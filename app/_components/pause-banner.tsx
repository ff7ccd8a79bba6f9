import { Notice } from "./notice.tsx";

/** Shown on every page while the instance is paused. */
export function PauseBanner() {
  return (
    <div className="mx-auto w-full max-w-page px-4 pt-4 md:px-6 xl:px-8">
      <Notice meaning="held" title="This instance is paused.">
        Uploads, automatic release and publishing are stopped. Reading, reporting and withdrawing work as
        usual.
      </Notice>
    </div>
  );
}
