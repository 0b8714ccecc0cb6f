import { nullish, object, string } from 'valibot';
import { texts } from '../texts.ts';
import { Notice } from './notice.tsx';
import { useData } from './use-data.ts';

/** True where this very page came over a network unencrypted. */
export function isExposedPage({ protocol, hostname } = location): boolean {
  return protocol === 'http:' && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$|\.localhost$/.test(hostname);
}

const SETTINGS = object({
  'server-listen-interface': nullish(string(), 'loopback'),
  'server-ssl-certificate': nullish(string(), ''),
});

/** A loud warning on every page of a server that others can reach unencrypted. */
export function Exposure() {
  const { data } = useData('serversettings', SETTINGS);
  if (isExposedPage()) return <Notice kind="trouble">{texts.exposed.page}</Notice>;
  if (!data || location.protocol === 'https:') return null;
  const isPrivate = /^($|loopback$|localhost$|127\.|\[?::1)/.test(data['server-listen-interface']);
  const isOpen = !isPrivate && data['server-ssl-certificate'] !== 'True';
  return isOpen ? <Notice kind="trouble">{texts.exposed.server}</Notice> : null;
}
