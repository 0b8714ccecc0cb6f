/** Characters. */
export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 1024;

/** What people choose most, and what this product's name suggests: compared without case and without what stands around the letters. */
const COMMON = new Set(
  (
    'password passwort passwords passwordpassword letmein letmeinplease welcome welcomehome qwertyuiop qwertyuiopasdf qwertzuiop ' +
    'asdfghjkl administrator adminadmin changeme changemenow iloveyou trustno secret topsecret duplicati duplicatibackup backup ' +
    'backupbackup mybackup easy correcthorsebatterystaple'
  ).split(' '),
);

/**
 * Why a password is too weak to stand between the network and this machine's files, as a sentence; undefined when it is not. After
 * NIST SP 800-63B, section 5.1.1.2: length and known words count, rules about kinds of characters do not.
 */
export function findWeakness(password: string): string | undefined {
  const letters = [...password.normalize('NFC')];
  if (letters.length > LONGEST_PASSWORD) return `It is longer than ${LONGEST_PASSWORD} characters.`;
  if (letters.length < SHORTEST_PASSWORD)
    return `It has fewer than ${SHORTEST_PASSWORD} characters; a few words in a row are easy to remember.`;
  if (new Set(letters).size < 5) return 'It consists of very few different characters.';
  if (isRow(letters)) return 'It is a row of neighbouring characters, such as 123456789012.';
  const core = password.toLowerCase().replace(/[^a-z]+/g, '');
  if (COMMON.has(core)) return 'It is a word that many people choose, with signs around it.';
  const half = password.slice(0, Math.ceil(letters.length / 2));
  if (half.length < 8 && password === half.repeat(2).slice(0, password.length)) return 'It repeats a short word.';
  return undefined;
}

/** True when nearly every character is the neighbour of the one before. */
function isRow(letters: readonly string[]): boolean {
  let neighbours = 0;
  for (let i = 1; i < letters.length; i++) {
    const step = letters[i]!.codePointAt(0)! - letters[i - 1]!.codePointAt(0)!;
    if (step >= -1 && step <= 1) neighbours += 1;
  }
  return neighbours >= letters.length - 3;
}
