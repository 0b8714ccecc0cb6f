/** What stands for a secret in what the API hands out; Duplicati's. */
export const MASK = '***************';

/**
 * Options that are secret: those of type "Password" in Duplicati's table of options with their aliases, and whatever is called like one.
 */
const SECRET =
  /^(.*passphrase|.*passw(or)?d|secret-provider|authid|ssh-key|.*token|.*(api|access|application|account|private)[-_]?key|.*[-_]secret|.*secret-access-key|.*service-account-json|.*credentials?)$/i;

/** True for an option whose value is not shown. @param name with or without dashes before it. */
export function isSecretOption(name: string): boolean {
  return SECRET.test(name.replace(/^-+/, ''));
}

interface Address {
  scheme: string;
  /** `user:password`, undecoded. */
  account?: string;
  rest: string;
  query: { name: string; text: string }[];
}

/** Takes an address apart without changing a byte of what is not touched: Duplicati's addresses are no strict URLs. */
function splitAddress(text: string): Address | undefined {
  const [, scheme, all] = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined || all === undefined) return undefined;
  const [before = '', ...after] = all.split('?');
  const slash = before.search(/[/\\]/);
  const at = before.lastIndexOf('@', slash < 0 ? before.length : slash);
  const query = after.join('?');
  return {
    scheme,
    ...(at < 0 ? {} : { account: before.slice(0, at) }),
    rest: before.slice(at + 1),
    query: query === '' ? [] : query.split('&').map((part) => ({ name: part.split('=', 1)[0]!, text: part })),
  };
}

function joinAddress({ scheme, account, rest, query }: Address): string {
  const end = query.length > 0 ? `?${query.map(({ text }) => text).join('&')}` : '';
  return `${scheme}${account === undefined ? '' : `${account}@`}${rest}${end}`;
}

/** Replaces a secret by `by`, or takes it out where that is undefined. */
function replaceSecrets(text: string, by: string | undefined): string {
  const address = splitAddress(text);
  if (!address) return text;
  const user = address.account?.split(':', 1)[0];
  const hasPassword = address.account?.includes(':') ?? false;
  const query = address.query.flatMap(({ name, text: part }) => {
    if (!isSecretOption(decode(name))) return [{ name, text: part }];
    return by === undefined ? [] : [{ name, text: `${name}=${by}` }];
  });
  const account = hasPassword && user !== undefined ? (by === undefined ? user : `${user}:${by}`) : address.account;
  return joinAddress({
    scheme: address.scheme,
    rest: address.rest,
    query,
    ...(account === undefined ? {} : { account }),
  });
}

/** An address with the mask in place of its passwords. */
export function maskAddress(text: string): string {
  return replaceSecrets(text, MASK);
}

/** An address without its passwords. */
export function stripAddress(text: string): string {
  return replaceSecrets(text, undefined);
}

/**
 * An address with the account and the options of another. @returns undefined where the two lead to different machines: a password must
 * not follow there.
 */
export function mergeAddress(text: string, from: string): string | undefined {
  const [own, other] = [splitAddress(text), splitAddress(from)];
  if (!own || !other || hostOf(own) !== hostOf(other)) return undefined;
  const nameOf = ({ name }: { name: string }) => decode(name).toLowerCase();
  const taken = new Set(other.query.map(nameOf));
  const query = [...own.query.filter((part) => !taken.has(nameOf(part))), ...other.query];
  if (decidingParts({ query }) !== decidingParts(other)) return undefined;
  return joinAddress({ ...own, ...(other.account === undefined ? {} : { account: other.account }), query });
}

function hostOf({ scheme, rest }: Address): string {
  return `${scheme}${rest.split(/[/\\]/, 1)[0]}`.toLowerCase();
}

/** Whatever else decides about the machine, such as the server of S3. */
function decidingParts({ query }: Pick<Address, 'query'>): string {
  return query
    .filter(({ name }) => /server|host|url|endpoint|proxy|domain/i.test(decode(name)))
    .map((part) => part.text)
    .join('&');
}

/** True where an address holds the mask. */
export function holdsMask(text: string): boolean {
  return text.includes(MASK);
}

/**
 * Puts stored secrets back where an address holds the mask. @returns undefined when it leads to another machine or account than the
 * stored one: a password must not follow there.
 */
export function unmaskAddress(text: string, stored: string): string | undefined {
  if (!holdsMask(text)) return text;
  const [sent, known] = [splitAddress(text), splitAddress(stored)];
  if (!sent || !known) return undefined;
  const machine = ({ scheme, account = '', rest }: Address) =>
    `${scheme.toLowerCase()}${account.split(':', 1)[0]}@${rest.split(/[/\\]/, 1)[0]!.toLowerCase()}`;
  if (machine(sent) !== machine(known)) return undefined;
  const account = sent.account !== undefined && holdsMask(sent.account) ? known.account : sent.account;
  const query = sent.query.map((part) =>
    holdsMask(part.text)
      ? (known.query.find(({ name }) => name.toLowerCase() === part.name.toLowerCase()) ?? part)
      : part,
  );
  if (decidingParts(sent) !== decidingParts(known)) return undefined;
  const whole = joinAddress({
    scheme: sent.scheme,
    rest: sent.rest,
    query,
    ...(account === undefined ? {} : { account }),
  });
  return holdsMask(whole) ? undefined : whole;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** The passwords in an address, as they stand there and decoded. */
export function listAddressSecrets(text: string): string[] {
  const address = splitAddress(text);
  if (!address) return [];
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(address.account ?? '') ?? [];
  const values = address.query
    .filter(({ name }) => isSecretOption(decode(name)))
    .map(({ text: part }) => part.slice(part.indexOf('=') + 1));
  return [password, ...values].filter(Boolean).flatMap((value) => [value, decode(value)]);
}
