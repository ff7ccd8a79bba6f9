"use client";
import {
  type ComponentProps,
  type FormEvent,
  type ReactNode,
  startTransition,
  useActionState,
  useEffect,
  useRef,
} from "react";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

/** What a server action answers (see `action()`): a value, or a closed code with a message for the reader. */
export type ActionResult<T> = { ok: true; value: T } | { ok: false; code: string; message: string };
export type FormAction<T> = (
  previous: ActionResult<T> | null,
  form: FormData,
) => Promise<ActionResult<T> | null> | ActionResult<T> | null;

type ButtonLook = NonNullable<ComponentProps<typeof Button>["look"]>;

/**
 * The state of a form and the properties that its element takes. React empties a form after every action, a refused one
 * too; sent by hand, it is emptied only when the answer is yes. Without scripts the browser sends it to the same action.
 */
export function useFormAction<T>(action: FormAction<T>) {
  const [result, run, pending] = useActionState(action, null);
  const ref = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (result?.ok) ref.current?.reset();
  }, [result]);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    startTransition(() => run(form));
  };
  return { result, pending, form: { ref, action: run, onSubmit } };
}

/**
 * A form that calls a server action, with or without scripts, and shows its answer in place. What people have typed stays
 * where it is when the answer is no.
 */
export function ActionForm<T>({
  action,
  submit,
  look = "primary",
  done,
  children,
  id,
  className = "space-y-4",
  hideWhenDone,
}: {
  action: FormAction<T>;
  submit: string;
  look?: ButtonLook;
  /** Shown when the action succeeded. */
  done?: ReactNode | undefined;
  children?: ReactNode;
  /** For controls that stand outside the form. */
  id?: string;
  className?: string;
  hideWhenDone?: boolean;
}) {
  const { result, pending, form } = useFormAction(action);
  if (result?.ok && hideWhenDone)
    return (
      <Notice meaning="success" announce>
        {done}
      </Notice>
    );
  return (
    <form {...form} id={id} className={className}>
      {children}
      {result && !result.ok && (
        <Notice meaning="failure" title="That did not work." announce>
          {result.message}
        </Notice>
      )}
      {result?.ok && done && (
        <Notice meaning="success" announce>
          {done}
        </Notice>
      )}
      <Button type="submit" look={look} aria-disabled={pending} aria-busy={pending}>
        {submit}
      </Button>
    </form>
  );
}
