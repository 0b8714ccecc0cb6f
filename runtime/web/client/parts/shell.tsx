import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { signOut } from '../session.ts';
import { texts } from '../texts.ts';
import { Exposure } from './exposure.tsx';
import { Mark } from './mark.tsx';

const LINKS = [
  { to: '/', title: texts.nav.home },
  { to: '/restore', title: texts.nav.restore },
  { to: '/log', title: texts.nav.log },
  { to: '/settings', title: texts.nav.settings },
  { to: '/access', title: texts.nav.access },
  { to: '/about', title: texts.nav.about },
];

/** What stands around every page: the product, the pages, the way out. */
export function Shell({ route, children }: { route: string; children: ComponentChildren }) {
  const content = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    const title = LINKS.find(({ to }) => to === route)?.title;
    document.title = title === undefined ? texts.product : `${title} · ${texts.product}`;
    // A new page begins at its top for everybody, but the first one does not take the focus from the browser.
    if (!isFirst.current) content.current?.focus();
    isFirst.current = false;
    scrollTo(0, 0);
  }, [route]);
  return (
    <div class="shell">
      <button type="button" class="primary skip" onClick={() => content.current?.focus()}>
        {texts.skip}
      </button>
      <header>
        <p class="brand">
          <Mark />
          {texts.product}
        </p>
        <nav aria-label={texts.nav.label}>
          {LINKS.map(({ to, title }) => (
            <a key={to} href={`#${to}`} {...(to === route ? { 'aria-current': 'page' as const } : {})}>
              {title}
            </a>
          ))}
        </nav>
        <button type="button" class="quiet sign-out" onClick={() => signOut()}>
          {texts.nav.signOut}
        </button>
      </header>
      <main id="content" tabIndex={-1} ref={content}>
        <Exposure />
        {children}
      </main>
    </div>
  );
}
