import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { type Browser, chromium, type Page } from 'playwright-core';

export const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 375, height: 740 } } as const;
export type Size = keyof typeof SIZES;

/** Set to a folder, screenshots are left there, to be looked at. */
const PICTURES = process.env.WEB_PICTURES;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let started: Promise<Browser> | undefined;

/** The system's Chromium, once for a test file. */
function startBrowser(): Promise<Browser> {
  started ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Root has no sandbox in containers; only our own pages are opened.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  return started;
}

export async function stopBrowser(): Promise<void> {
  await (await started)?.close();
}

export interface Visit {
  page: Page;
  /** Looks at the page as axe-core does, which must find nothing serious, and leaves a picture of it. Nothing may have gone wrong until then. */
  look(name: string): Promise<void>;
}

/** A browser of its own (cookies, storage) that visits one server: what it asks of others, and what its policy refuses, fails the next look. */
export async function visit(
  t: ExecutionContext,
  origin: string,
  { size = 'desktop', scheme = 'light' }: { size?: Size; scheme?: 'light' | 'dark' } = {},
): Promise<Visit> {
  const browser = await startBrowser();
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  t.teardown(async () => {
    if (!t.passed)
      t.log(`${page.url()} says: ${(await page.textContent('body').catch(String))?.slice(0, 500)}`, ...faults);
    await context.close();
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.setDefaultTimeout(30_000);
  context.on('request', (request) => {
    const { protocol } = new URL(request.url());
    if (!request.url().startsWith(`${origin}/`) && protocol !== 'data:' && protocol !== 'blob:')
      faults.push(`it asks ${request.url()}`);
  });
  page.on('pageerror', (error) => void faults.push(`error in the page: ${error.stack}`));
  page.on('console', (message) => {
    // Chromium reports every refusal of the server as an error too.
    const isRefusal = /^Failed to load resource: the server responded with a status of (4\d\d|501|502)/.test(
      message.text(),
    );
    if (message.type() === 'error' && !isRefusal) faults.push(`console: ${message.text()}`);
  });
  return {
    page,
    async look(name) {
      if (PICTURES)
        await page.screenshot({ path: path.join(PICTURES, `${name}-${size}-${scheme}.png`), fullPage: true });
      const { scrollWidth, innerWidth } = await page.evaluate(() => ({
        scrollWidth: document.documentElement.scrollWidth,
        innerWidth: window.innerWidth,
      }));
      t.deepEqual(faults, [], name);
      t.true(scrollWidth <= innerWidth, `${name} is wider than the window: ${scrollWidth} > ${innerWidth}`);
      await page.evaluate(await readFile(AXE, 'utf8'));
      const found = await page.evaluate('axe.run({ resultTypes: ["violations"] })');
      t.deepEqual(seriousOf(found), [], name);
    },
  };
}

function seriousOf(found: unknown): string[] {
  // What axe.run answers (axe-core's AxeResults).
  const { violations } = found as { violations: { id: string; impact: string; nodes: { html: string }[] }[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
