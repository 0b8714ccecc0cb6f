/** Forms of text columns: "Column Data Types" in the Windows Installer SDK, as far as a look at the text alone tells. */

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_.]*$/;
/** Eight characters, a dot, three. */
const SHORT_NAME = /^[^\\/?|><:*"+,;=[\] .]{1,8}(\.[^\\/?|><:*"+,;=[\] .]{0,3})?$/;
const LONG_NAME = /^[^\\/?|><:*"]+$/;
const SHORT_PATTERN = /^[^\\/|><:"+,;=[\] .]{1,8}(\.[^\\/|><:"+,;=[\] .]{0,3})?$/;
const LONG_PATTERN = /^[^\\/|><:"]+$/;

/** Whether a text is of its category. What is not known here is of every form. */
export function isOfForm(category: string, text: string): boolean {
  if (!Object.hasOwn(FORMS, category)) return true;
  return FORMS[category]?.(text) ?? true;
}

const FORMS: Readonly<Record<string, (text: string) => boolean>> = {
  Identifier: (text) => IDENTIFIER.test(text),
  Property: (text) => IDENTIFIER.test(text.startsWith('%') ? text.slice(1) : text),
  Guid: (text) => /^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/.test(text),
  UpperCase: (text) => text === text.toUpperCase(),
  LowerCase: (text) => text === text.toLowerCase(),
  Version: (text) => /^\d{1,5}(\.\d{1,5}){0,3}$/.test(text) && text.split('.').every((field) => Number(field) <= 65535),
  Language: (text) => text.split(',').every((one) => /^\d{1,5}$/.test(one) && Number(one) <= 65535),
  Filename: (text) => isName(text, SHORT_NAME, LONG_NAME),
  WildCardFilename: (text) => isName(text, SHORT_PATTERN, LONG_PATTERN),
  DefaultDir: isDefaultDir,
  Cabinet: (text) => (text.startsWith('#') ? IDENTIFIER.test(text.slice(1)) : SHORT_NAME.test(text)),
  RegPath: (text) => !text.startsWith('\\') && !text.endsWith('\\'),
  Shortcut: (text) => text.includes('[') || IDENTIFIER.test(text),
};

/** `SHORT` or `SHORT|Long`. */
function isName(text: string, short: RegExp, long: RegExp): boolean {
  const bar = text.indexOf('|');
  return bar < 0 ? short.test(text) : short.test(text.slice(0, bar)) && long.test(text.slice(bar + 1));
}

/** A name, `target:source`, or an identifier for a root. */
function isDefaultDir(text: string): boolean {
  if (IDENTIFIER.test(text)) return true;
  const names = text.split(':');
  return names.length <= 2 && names.every((name) => name === '.' || isName(name, SHORT_NAME, LONG_NAME));
}
