import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { texts } from '../texts.ts';

interface DialogProps {
  title: string;
  /** What the button does that cannot be taken back. */
  action: string;
  onAction(): void;
  onClose(): void;
  children: ComponentChildren;
}

/** Asks before something that cannot be taken back. The browser keeps the focus in it, Escape closes it. */
export function Dialog({ title, action, onAction, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog ref={element} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <div>{children}</div>
      <div class="buttons">
        <button type="button" onClick={() => element.current?.close()}>
          {texts.cancel}
        </button>
        <button type="button" class="danger" onClick={onAction}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
