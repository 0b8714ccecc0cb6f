/** A date and time of MS-DOS, as cabinets ([MS-CAB] 2.3) and zips (APPNOTE 4.4.6) have them: 1980 to 2107, two seconds apart, here in UTC. */
export function dosTime(epoch: number): [date: number, time: number] {
  const at = new Date(Math.min(Math.max(epoch, 315532800), 4354819198) * 1000);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return [date, (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)];
}
