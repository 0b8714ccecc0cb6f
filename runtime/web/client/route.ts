import { useEffect, useState } from 'preact/hooks';

/** The page that the address names behind `#`, such as `/access`. */
export function useRoute(): string {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    const read = () => setRoute(readRoute());
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return route;
}

function readRoute(): string {
  return location.hash.replace(/^#/, '') || '/';
}
