import { createHash } from 'node:crypto';

/** Content-Security-Policy of our own interface: files of this server, and nothing inline. */
export const OWN_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/**
 * Policy of a page of another web client: its own files, and of what is inline only the scripts that are in the page as it is served
 * (by their hashes). Styles may be inline, since client libraries make them while they run.
 */
export function foreignPolicy(html: string): string {
  const scripts = [...html.matchAll(/<script\b(?![^>]*\ssrc\s*=)[^>]*>([\s\S]*?)<\/script\s*>/gi)].map(
    (match) => match[1]!,
  );
  const handlers = [...html.matchAll(/\son[a-z]+\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)].map(
    (match) => match[1] ?? match[2]!,
  );
  const hashes = [...new Set([...scripts, ...handlers])].map(hashSource);
  const script = ["script-src 'self'", ...(handlers.length > 0 ? ["'unsafe-hashes'"] : []), ...hashes].join(' ');
  return [
    "default-src 'none'",
    script,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** A page that finds its files below `base`, whatever it said itself. @param base a path that begins and ends with a slash. */
export function rewriteBase(html: string, base: string): string {
  return html.replace(/<base\b[^>]*>/i, `<base href="${base}">`);
}
