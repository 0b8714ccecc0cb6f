import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from '../texts.ts';
import { Mark } from './mark.tsx';

/** What stands before the inside: one card with one thing to do. */
export function Door({ title, children }: { title: string; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · ${texts.product}`;
  }, [title]);
  return (
    <main class="door">
      <p class="brand">
        <Mark />
        {texts.product}
      </p>
      <div class="card">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
