import { oci } from '../../../installers/oci/oci.ts';
import { testFormat } from '../../suites/format.ts';

testFormat(oci, { arches: ['x64', 'arm64'] });
