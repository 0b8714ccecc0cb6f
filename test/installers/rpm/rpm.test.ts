import type { Entry } from '../../../build/model/file-tree.ts';
import { rpm } from '../../../installers/rpm/rpm.ts';
import { testFormat } from '../../suites/format.ts';
import { blobs, unpacker } from './blobs.ts';

function flags(entry: Entry): string[] {
  if (entry.kind === 'dir') return [];
  if (entry.kind === 'file' && (entry.role === 'state' || entry.role === 'log')) return ['ghost'];
  if (entry.role === 'config') return entry.kind === 'file' ? ['config(noreplace)'] : [];
  if (entry.role === 'doc' || entry.role === 'man') return ['doc'];
  return entry.role === 'licence' ? ['license'] : [];
}

testFormat(rpm, { flags, blobs, unpacker });
