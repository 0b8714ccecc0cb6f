/** Rich text ("Rich Text Format Specification" 1.9.1): as much of it as a licence needs. */

/** A line at least this long was broken by its author's editor: the next one goes on with it. */
const BROKEN_AT = 50;

/**
 * Plain text as rich text in the installer's font. Lines that were broken to a width become paragraphs again. Braces, brackets and
 * backslashes are written as codes, so that a Formatted column finds nothing to replace.
 */
export function richText(plain: string): string {
  const paragraphs = joinLines(plain.replace(/^\ufeff/, '').split(/\r\n|\r|\n/));
  const body = paragraphs.map((one) => `${escapeRtf(one)}\\par`).join('\r\n');
  return `{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss\\fcharset0 Segoe UI;}}\\uc1\\f0\\fs18\r\n${body}\r\n}`;
}

function joinLines(lines: readonly string[]): string[] {
  const paragraphs: string[] = [];
  let before = '';
  for (const raw of lines) {
    const one = raw.trimEnd();
    const goesOn = before.length >= BROKEN_AT && one !== '' && !/^(\s|[-*•]|\(?\w{1,3}[.)]\s)/.test(one);
    if (goesOn) paragraphs[paragraphs.length - 1] += ` ${one}`;
    else paragraphs.push(one);
    before = one;
  }
  while (paragraphs.at(-1) === '') paragraphs.pop();
  return paragraphs;
}

function escapeRtf(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '')
    .replace(/[\\{}[\]]/g, (one) => `\\'${one.charCodeAt(0).toString(16)}`)
    .replace(/\t/g, '\\tab ')
    .replace(/[\u0080-\uffff]/g, (one) => `\\u${new Int16Array([one.charCodeAt(0)])[0]}?`);
}
