import type { ComponentChild } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { AboutPage } from './pages/about.tsx';
import { AccessPage } from './pages/access.tsx';
import { ClaimPage } from './pages/claim.tsx';
import { EditPage } from './pages/edit.tsx';
import { HistoryPage } from './pages/history.tsx';
import { HomePage } from './pages/home.tsx';
import { ImportPage } from './pages/import.tsx';
import { LogPage } from './pages/log.tsx';
import { RestorePage } from './pages/restore.tsx';
import { RestoreFilesPage } from './pages/restore-files.tsx';
import { SettingsPage } from './pages/settings.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { Busy } from './parts/busy.tsx';
import { Door } from './parts/door.tsx';
import { Shell } from './parts/shell.tsx';
import { useRoute } from './route.ts';
import { currentState, onState, startSession } from './session.ts';
import { texts } from './texts.ts';

/** The page of a route. */
function pageOf(route: string): ComponentChild {
  const [, id] = /^\/backup\/(new|\d+)$/.exec(route) ?? [];
  if (id !== undefined) return <EditPage key={route} {...(id === 'new' ? {} : { id })} />;
  const [, page, of] = /^\/(history|restore)\/([\w-]+)$/.exec(route) ?? [];
  if (of !== undefined)
    return page === 'history' ? <HistoryPage key={route} id={of} /> : <RestoreFilesPage key={route} id={of} />;
  if (route === '/restore') return <RestorePage />;
  if (route === '/import') return <ImportPage />;
  if (route === '/log') return <LogPage />;
  if (route === '/settings') return <SettingsPage />;
  if (route === '/access') return <AccessPage />;
  if (route === '/about') return <AboutPage />;
  return <HomePage />;
}

export function App() {
  const [state, setState] = useState(currentState);
  useEffect(() => {
    setState(currentState()); // an answer may have been quicker than this effect
    return onState(() => setState(currentState()));
  }, []);
  const route = useRoute();
  if (state.is === 'starting') return <Busy />;
  if (state.is === 'unclaimed') return <ClaimPage link={state.link} />;
  if (state.is === 'signed-out') return <SignInPage {...(state.why === undefined ? {} : { why: state.why })} />;
  if (state.is === 'unreachable') return <UnreachablePage link={state.link} />;
  return <Shell route={route}>{pageOf(route)}</Shell>;
}

/** Asks again by itself: a server that is started anew is there in a moment. */
function UnreachablePage({ link }: { link: string | undefined }) {
  useEffect(() => {
    const timer = setInterval(() => void startSession(link), 3000);
    return () => clearInterval(timer);
  }, [link]);
  return (
    <Door title={texts.noAnswer}>
      <button type="button" class="primary" onClick={() => startSession(link)}>
        {texts.again}
      </button>
    </Door>
  );
}
