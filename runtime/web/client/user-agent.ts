import { texts } from './texts.ts';

/** In this order: browsers name those that they descend from as well. */
const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/\bcurl\//, 'curl'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** `Firefox on Linux`, or the name as it is when nothing in it is known. */
export function sayClient(name: string): string {
  const browser = BROWSERS.find(([sign]) => sign.test(name))?.[1];
  const system = SYSTEMS.find(([sign]) => sign.test(name))?.[1];
  if (browser && system) return texts.access.on(browser, system);
  return browser ?? (name.slice(0, 60) || texts.access.unknownBrowser);
}
