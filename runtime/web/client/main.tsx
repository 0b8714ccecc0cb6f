import { render } from 'preact';
import { App } from './app.tsx';
import { startSession } from './session.ts';

/** A link signs in once and must stay neither in the address bar nor in the history: it is taken out before anything else happens. */
function takeLink(): string | undefined {
  const link = new URLSearchParams(location.search).get('token') ?? undefined;
  if (location.search !== '' || /\.html$/.test(location.pathname)) history.replaceState(null, '', `./${location.hash}`);
  return link;
}

const link = takeLink();
render(<App />, document.getElementById('app')!);
void startSession(link);
