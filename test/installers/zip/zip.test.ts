import { zip } from '../../../installers/zip/zip.ts';
import { testFormat } from '../../suites/format.ts';
import { portableFiles } from './portable.ts';

testFormat(zip, { compression: { method: 'deflate', level: 9 }, adapt: portableFiles });
