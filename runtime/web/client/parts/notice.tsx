import type { ComponentChildren } from 'preact';

/** A sentence about what happened. Trouble is said at once by screen readers, good news when they pause. */
export function Notice({ kind, children }: { kind: 'trouble' | 'good' | 'plain'; children: ComponentChildren }) {
  return (
    <p class={`notice ${kind}`} role={kind === 'trouble' ? 'alert' : 'status'}>
      {children}
    </p>
  );
}
