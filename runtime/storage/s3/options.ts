import type { BackendOption, OptionTable } from '../options/options.ts';
import { CERTIFICATE_OPTIONS, TIMEOUT_OPTIONS } from '../options/shared.ts';

const CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'GLACIER',
  'DEEP_ARCHIVE',
  'REDUCED_REDUNDANCY',
  'AWS_BACKUP_LOW_COST_WARM',
  'AWS_BACKUP_WARM',
  'EXPRESS_ONEZONE',
  'FSX_ONTAP',
  'FSX_OPENZFS',
  'GLACIER_IR',
  'INTELLIGENT_TIERING',
  'OUTPOSTS',
  'SNOW',
];

const OF_SDK = "it sets something up in Amazon's library for .NET, which is not used here";
const sdk = <const Row extends BackendOption>(row: Row) => ({ ...row, refused: OF_SDK });
const OFF = { type: 'Boolean', default: 'False' } as const;

/** Options of Amazon's library that Duplicati hands through. */
const EXTENDED_OPTIONS = {
  's3-ext-forcepathstyle': {
    ...OFF,
    help: 'The bucket in the path instead of the host name, as servers not of Amazon want it.',
  },
  's3-ext-useaccelerateendpoint': sdk(OFF),
  's3-ext-usearnregion': sdk(OFF),
  's3-ext-disables3expresssessionauth': sdk(OFF),
  's3-ext-disablemultiregionaccesspoints': sdk(OFF),
  's3-ext-accountidendpointmode': sdk({
    type: 'String',
    default: 'PREFERRED',
    values: ['PREFERRED', 'REQUIRED', 'DISABLED'],
  }),
  's3-ext-signaturemethod': sdk({
    type: 'String',
    default: 'HmacSHA256',
    values: ['HmacSHA1', 'HmacSHA256', 'HmacSHA512'],
  }),
  's3-ext-usealternateuseragentheader': sdk(OFF),
  's3-ext-serviceurl': { type: 'String', refused: 'give the server by --s3-server-name' },
  's3-ext-usehttp': { ...OFF, refused: 'say it by --use-ssl' },
  's3-ext-authenticationregion': { type: 'String', help: 'The same as --s3-authentication-region.' },
  's3-ext-authenticationservicename': sdk({ type: 'String', default: 's3' }),
  's3-ext-serviceid': sdk({ type: 'String', default: 'S3' }),
  's3-ext-maxerrorretry': { type: 'Integer', refused: 'say it by --number-of-retries' },
  's3-ext-maxstaleconnectionretries': sdk({ type: 'Integer', default: '10' }),
  's3-ext-logresponse': sdk(OFF),
  's3-ext-buffersize': sdk({ type: 'Integer', default: '65536' }),
  's3-ext-jsonmaxdepth': sdk({ type: 'Integer', default: '256' }),
  's3-ext-resignretries': sdk(OFF),
  's3-ext-allowautoredirect': sdk(OFF),
  's3-ext-logmetrics': sdk(OFF),
  's3-ext-disablelogging': sdk(OFF),
  's3-ext-defaultconfigurationmode': sdk({
    type: 'String',
    values: ['Standard', 'InRegion', 'CrossRegion', 'Mobile', 'Auto'],
  }),
  's3-ext-timeout': { type: 'Timespan', refused: 'say it by --read-write-timeout' },
  's3-ext-connecttimeout': { type: 'Timespan', refused: 'say it by --short-timeout' },
  's3-ext-usedualstackendpoint': sdk(OFF),
  's3-ext-usefipsendpoint': { ...OFF, refused: 'give that server by --s3-server-name' },
  's3-ext-ignoreconfiguredendpointurls': sdk(OFF),
  's3-ext-disablerequestcompression': sdk(OFF),
  's3-ext-clientappid': sdk({ type: 'String' }),
  's3-ext-throttleretries': sdk({ type: 'Boolean', default: 'True' }),
  's3-ext-disablehostprefixinjection': sdk(OFF),
  's3-ext-endpointdiscoveryenabled': sdk(OFF),
  's3-ext-endpointdiscoverycachelimit': sdk({ type: 'Integer', default: '1000' }),
  's3-ext-retrymode': sdk({ type: 'String', values: ['Standard', 'Adaptive'] }),
  's3-ext-fastfailrequests': sdk(OFF),
  's3-ext-cachehttpclient': sdk({ type: 'Boolean', default: 'True' }),
  's3-ext-httpclientcachesize': sdk({ type: 'Integer', default: '1' }),
  's3-ext-requestchecksumcalculation': sdk({
    type: 'String',
    default: 'WHEN_SUPPORTED',
    values: ['WHEN_SUPPORTED', 'WHEN_REQUIRED'],
  }),
  's3-ext-responsechecksumvalidation': sdk({
    type: 'String',
    default: 'WHEN_SUPPORTED',
    values: ['WHEN_SUPPORTED', 'WHEN_REQUIRED'],
  }),
  's3-ext-proxyhost': { type: 'String', refused: 'connections through a proxy are not made' },
  's3-ext-proxyport': { type: 'Integer', default: '0', refused: 'connections through a proxy are not made' },
  's3-ext-maxconnectionsperserver': sdk({ type: 'Integer' }),
} as const satisfies OptionTable;

export const S3_OPTIONS = {
  'aws-access-key-id': { type: 'String', aliases: ['auth-username'], help: 'Access key.' },
  'aws-secret-access-key': { type: 'Password', aliases: ['auth-password'], help: 'Secret key.' },
  's3-storage-class': { type: 'String', default: '', values: CLASSES, help: 'Storage class of new files.' },
  's3-server-name': { type: 'String', default: 's3.amazonaws.com', help: 'Server, with a port if need be.' },
  's3-location-constraint': { type: 'String', default: '', help: 'Region of the bucket.' },
  'use-ssl': { type: 'Boolean', default: 'false', help: 'Encrypt the connection.' },
  's3-client': {
    type: 'Enumeration',
    default: 'aws',
    values: ['aws', 'minio'],
    help: 'Either: there is one client, which talks to both.',
  },
  's3-disable-chunk-encoding': { type: 'Boolean', default: 'false', help: 'Either: uploads are never in chunks.' },
  's3-disable-payload-signing': {
    type: 'Boolean',
    default: 'false',
    help: 'Do not read a volume beforehand to sign its content.',
  },
  's3-archive-classes': {
    type: 'Flags',
    default: 'DEEP_ARCHIVE,GLACIER,GLACIER_IR,SNOW',
    values: CLASSES,
    refused: 'what is in an archive is not told from the rest',
  },
  's3-list-api-version': { type: 'Enumeration', default: 'v1', values: ['v1', 'v2'], help: 'How lists are asked for.' },
  's3-recursive-list': {
    type: 'Boolean',
    default: 'false',
    refused: 'a backup lies in one folder',
  },
  's3-lock-mode': {
    type: 'Enumeration',
    default: 'Governance',
    values: ['Compliance', 'Governance'],
    refused: 'volumes are not locked',
  },
  's3-authentication-region': { type: 'String', default: '', help: 'Region that requests are signed for.' },
  ...TIMEOUT_OPTIONS,
  ...CERTIFICATE_OPTIONS,
  ...EXTENDED_OPTIONS,
} as const satisfies OptionTable;
