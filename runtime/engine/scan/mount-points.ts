import { lstatSync } from 'node:fs';
import path from 'node:path';
import { nameOfText } from '../volumes/name-text.ts';
import type { Found } from './scan.ts';

/** Where file systems are, by their devices: numbers of devices change with a restart, what is mounted where does not. */
export interface MountPoints {
  /** The highest folder on the way to an entry that is on the same device. */
  of(found: Pick<Found, 'path' | 'status'>): string;
}

export function readMountPoints(): MountPoints {
  const known = new Map<bigint, string>();
  return {
    of({ path: place, status: { dev } }) {
      let point = known.get(dev);
      if (point !== undefined) return point;
      point = path.dirname(place);
      for (let above = path.dirname(point); above !== point && isOn(above, dev); above = path.dirname(above))
        point = above;
      known.set(dev, point);
      return point;
    },
  };
}

function isOn(folder: string, device: bigint): boolean {
  try {
    return lstatSync(nameOfText(folder), { bigint: true }).dev === device;
  } catch {
    return false; // it must not be looked at: then its name is as good
  }
}
