/** Which proxy apt would use for an address: its URL, `DIRECT` for none, undefined where apt says nothing. */
export type ProxyOf = (url: URL) => string | undefined;

/**
 * Reads `Acquire::http::Proxy` and `Acquire::https::Proxy`, also of single hosts, out of apt's configuration (apt.conf(5)).
 * @param texts files in the order apt reads them; the last word wins.
 */
export function proxyOf(texts: readonly string[]): ProxyOf {
  const values = new Map<string, string>();
  for (const text of texts) for (const [name, value] of parseAptConf(text)) values.set(name.toLowerCase(), value);
  return (url) => {
    const scheme = url.protocol.slice(0, -1);
    // apt takes the proxy of http for https too, when https has none.
    for (const name of [scheme, 'http']) {
      const value = values.get(`acquire::${name}::proxy::${url.hostname}`) ?? values.get(`acquire::${name}::proxy`);
      if (value !== undefined) return value === '' || value.toUpperCase() === 'DIRECT' ? 'DIRECT' : value;
    }
    return undefined;
  };
}

const TOKEN = /\/\/.*|#.*|\/\*[\s\S]*?\*\/|"((?:[^"\\\n]|\\.)*)"|([{};])|([^\s{};"]+)/g;

/** `A::B "value";` and `A { B "value"; };` in any mixture. */
function* parseAptConf(text: string): Generator<[name: string, value: string]> {
  const scopes: string[][] = [];
  let words: string[] = [];
  for (const [whole, quoted, mark, word] of text.matchAll(TOKEN)) {
    if (quoted !== undefined) words.push(quoted);
    else if (word !== undefined) words.push(word);
    else if (mark === '{') {
      scopes.push(words);
      words = [];
    } else if (mark === '}') {
      scopes.pop();
      words = [];
    } else if (whole === ';') {
      const [name, value] = words;
      const path = [...scopes.map((scope) => scope[0] ?? ''), name ?? ''].join('::');
      if (value !== undefined) yield [path, value];
      words = [];
    }
  }
}
