import type { Entry } from '../../../build/model/file-tree.ts';
import { rpm } from '../../../installers/rpm/rpm.ts';
import { testFormat } from '../../suites/format.ts';

function flags(entry: Entry): string[] {
  if (entry.kind !== 'link' && (entry.role === 'state' || entry.role === 'log')) return ['ghost'];
  if (entry.kind === 'dir') return [];
  if (entry.role === 'config') return entry.kind === 'file' ? ['config(noreplace)'] : [];
  if (entry.role === 'doc' || entry.role === 'man') return ['doc'];
  return entry.role === 'licence' ? ['license'] : [];
}

testFormat(rpm, { flags });
