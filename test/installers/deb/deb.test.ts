import { deb } from '../../../installers/deb/deb.ts';
import { testFormat } from '../../suites/format.ts';

testFormat(deb, {
  flags: (entry) =>
    entry.kind === 'file' && entry.role === 'config' && entry.path.startsWith('/etc/') ? ['conffile'] : [],
  omits: ['state', 'log'],
});
