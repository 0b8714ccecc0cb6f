import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Asks the desktop to show an address. @returns false when there is no desktop, or nothing that opens addresses. */
export function openBrowser(url: string, environment: NodeJS.ProcessEnv = process.env): boolean {
  if (process.platform !== 'linux' || !(environment.DISPLAY || environment.WAYLAND_DISPLAY)) return false;
  // An absolute path: whatever PATH says, no other program is started.
  const opener = ['/usr/bin/xdg-open', '/bin/xdg-open'].find((file) => existsSync(file));
  if (!opener) return false;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true, env: withoutSecrets(environment) });
  child.on('error', () => {}); // it was there a moment ago; the address is printed anyway
  child.unref();
  return true;
}

/** Variables of ours may hold passwords; a browser needs none of them. */
function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = /^(DUPLICATI|SETTINGS_ENCRYPTION_KEY|PASSPHRASE|AUTH_)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ours.test(name)));
}
