/** Signature Version 4 (Amazon S3 API Reference, "Authenticating Requests"). */
import aws4 from 'aws4';

/** Percent-encoded as the signature wants it: all but letters, digits, `-._~`, and what is kept. */
export function encodeKey(text: string, kept = ''): string {
  return encodeURIComponent(text).replace(/[!'()*]|%2F/g, (one) => {
    if (one === '%2F') return kept === '/' ? '/' : one;
    return `%${one.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

/** @param path encoded by `encodeKey`, with its query. @returns all headers to send */
export function signRequest(
  {
    method,
    path,
    host,
    headers,
  }: { method: string; path: string; host: string; headers: Readonly<Record<string, string>> },
  { user, secret, region }: { user: string; secret: string; region: string },
): Record<string, string> {
  const signed = aws4.sign(
    { service: 's3', region, method, path, headers: { host, ...headers } },
    { accessKeyId: user, secretAccessKey: secret },
  );
  return Object.fromEntries(Object.entries(signed.headers ?? {}).map(([name, value]) => [name, `${value}`]));
}
