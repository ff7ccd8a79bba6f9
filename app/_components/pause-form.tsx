import { ActionForm, type FormAction } from "./action-form.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";

/** Stops or resumes ingest, automatic release and publishing, after one question. */
export function PauseForm({ paused, action }: { paused: boolean; action: FormAction<null> }) {
  if (paused)
    return (
      <ActionForm action={action} submit="Resume this instance" look="plain">
        <input type="hidden" name="paused" value="no" />
      </ActionForm>
    );
  return (
    <ConfirmDialog open="Pause this instance" size="normal" title="Pause this instance?">
      <p>
        Uploads, automatic release and publishing stop at once, for everybody, and every page says so.
        Reading, reporting and withdrawing go on. You can resume at any time; clients keep what they could not
        send.
      </p>
      <ActionForm action={action} submit="Pause now" look="danger">
        <input type="hidden" name="paused" value="yes" />
      </ActionForm>
    </ConfirmDialog>
  );
}
