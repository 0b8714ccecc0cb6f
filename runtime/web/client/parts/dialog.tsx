import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { texts } from '../texts.ts';

interface FrameProps {
  title: string;
  onClose(): void;
  children: ComponentChildren;
}

interface DialogProps extends FrameProps {
  /** What the button does that cannot be taken back. */
  action: string;
  onAction(): void;
}

/** Asks before something that cannot be taken back. */
export function Dialog({ title, action, onAction, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  return (
    <Frame title={title} onClose={onClose} element={element}>
      {children}
      <div class="buttons">
        <button type="button" onClick={() => element.current?.close()}>
          {texts.cancel}
        </button>
        <button type="button" class="danger" onClick={onAction}>
          {action}
        </button>
      </div>
    </Frame>
  );
}

/** Holds a form with a button of its own. */
export function FormDialog({ title, onClose, children }: FrameProps) {
  const element = useRef<HTMLDialogElement>(null);
  return (
    <Frame title={title} onClose={onClose} element={element}>
      {children}
      <button type="button" onClick={() => element.current?.close()}>
        {texts.close}
      </button>
    </Frame>
  );
}

/** The browser keeps the focus in it, and Escape closes it. */
function Frame({ title, onClose, element, children }: FrameProps & { element: RefObject<HTMLDialogElement | null> }) {
  const id = useId();
  useEffect(() => element.current?.showModal(), [element]);
  return (
    <dialog ref={element} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
