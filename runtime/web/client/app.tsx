import { useEffect, useState } from 'preact/hooks';
import { AboutPage } from './pages/about.tsx';
import { AccessPage } from './pages/access.tsx';
import { ClaimPage } from './pages/claim.tsx';
import { HomePage } from './pages/home.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { Busy } from './parts/busy.tsx';
import { Door } from './parts/door.tsx';
import { Shell } from './parts/shell.tsx';
import { useRoute } from './route.ts';
import { currentState, onState, startSession } from './session.ts';
import { texts } from './texts.ts';

const PAGES = {
  '/': HomePage,
  '/access': AccessPage,
  '/about': AboutPage,
} as const;

export function App() {
  const [state, setState] = useState(currentState);
  useEffect(() => onState(() => setState(currentState())), []);
  const route = useRoute();
  if (state.is === 'starting') return <Busy />;
  if (state.is === 'unclaimed') return <ClaimPage link={state.link} />;
  if (state.is === 'signed-out') return <SignInPage {...(state.why === undefined ? {} : { why: state.why })} />;
  if (state.is === 'unreachable') {
    return (
      <Door title={texts.noAnswer}>
        <button type="button" class="primary" onClick={() => startSession(undefined)}>
          {texts.again}
        </button>
      </Door>
    );
  }
  const Page = isPage(route) ? PAGES[route] : HomePage;
  return (
    <Shell route={route}>
      <Page key={route} />
    </Shell>
  );
}

function isPage(route: string): route is keyof typeof PAGES {
  return Object.hasOwn(PAGES, route);
}
