// Tag numbers and types: rpm's "RPM Tags" and "V4 Package format" (rpm.org, docs/manual/tags.md and format_v4.md), as far as they
// are written or read here. Signature tags have a table of their own because their numbers clash with the header's.

/** How a tag's value is stored: "The Header Structure" (docs/manual/format_header.md). */
export type Kind = 'int16' | 'int32' | 'int64' | 'string' | 'strings' | 'i18n' | 'bin';
export type TagTable = Readonly<Record<string, readonly [number: number, kind: Kind]>>;
type ValueOf<K extends Kind> = K extends 'string' | 'i18n'
  ? string
  : K extends 'strings'
    ? readonly string[]
    : K extends 'bin'
      ? Uint8Array
      : readonly number[];
/** Values by tag name. */
export type Fields<T extends TagTable> = { readonly [K in keyof T]?: ValueOf<T[K][1]> | undefined };

export const HEADER_SIGNATURES = 62;
export const HEADER_IMMUTABLE = 63;

export const SIGNATURE_TAGS = {
  DSA: [267, 'bin'],
  RSA: [268, 'bin'],
  SHA1: [269, 'string'],
  LONGSIZE: [270, 'int64'],
  LONGARCHIVESIZE: [271, 'int64'],
  SHA256: [273, 'string'],
  SIZE: [1000, 'int32'],
  MD5: [1004, 'bin'],
  PAYLOADSIZE: [1007, 'int32'],
} as const satisfies TagTable;

export const TAGS = {
  HEADERI18NTABLE: [100, 'strings'],
  NAME: [1000, 'string'],
  VERSION: [1001, 'string'],
  RELEASE: [1002, 'string'],
  EPOCH: [1003, 'int32'],
  SUMMARY: [1004, 'i18n'],
  DESCRIPTION: [1005, 'i18n'],
  BUILDTIME: [1006, 'int32'],
  BUILDHOST: [1007, 'string'],
  SIZE: [1009, 'int32'],
  DISTRIBUTION: [1010, 'string'],
  VENDOR: [1011, 'string'],
  LICENSE: [1014, 'string'],
  PACKAGER: [1015, 'string'],
  GROUP: [1016, 'i18n'],
  URL: [1020, 'string'],
  OS: [1021, 'string'],
  ARCH: [1022, 'string'],
  PREIN: [1023, 'string'],
  POSTIN: [1024, 'string'],
  PREUN: [1025, 'string'],
  POSTUN: [1026, 'string'],
  FILESIZES: [1028, 'int32'],
  FILEMODES: [1030, 'int16'],
  FILERDEVS: [1033, 'int16'],
  FILEMTIMES: [1034, 'int32'],
  FILEDIGESTS: [1035, 'strings'],
  FILELINKTOS: [1036, 'strings'],
  FILEFLAGS: [1037, 'int32'],
  FILEUSERNAME: [1039, 'strings'],
  FILEGROUPNAME: [1040, 'strings'],
  SOURCERPM: [1044, 'string'],
  FILEVERIFYFLAGS: [1045, 'int32'],
  PROVIDENAME: [1047, 'strings'],
  REQUIREFLAGS: [1048, 'int32'],
  REQUIRENAME: [1049, 'strings'],
  REQUIREVERSION: [1050, 'strings'],
  CONFLICTFLAGS: [1053, 'int32'],
  CONFLICTNAME: [1054, 'strings'],
  CONFLICTVERSION: [1055, 'strings'],
  RPMVERSION: [1064, 'string'],
  TRIGGERSCRIPTS: [1065, 'strings'],
  VERIFYSCRIPT: [1079, 'string'],
  CHANGELOGTIME: [1080, 'int32'],
  CHANGELOGNAME: [1081, 'strings'],
  CHANGELOGTEXT: [1082, 'strings'],
  PREINPROG: [1085, 'string'],
  POSTINPROG: [1086, 'string'],
  PREUNPROG: [1087, 'string'],
  POSTUNPROG: [1088, 'string'],
  OBSOLETENAME: [1090, 'strings'],
  VERIFYSCRIPTPROG: [1091, 'string'],
  COOKIE: [1094, 'string'],
  FILEDEVICES: [1095, 'int32'],
  FILEINODES: [1096, 'int32'],
  FILELANGS: [1097, 'strings'],
  PROVIDEFLAGS: [1112, 'int32'],
  PROVIDEVERSION: [1113, 'strings'],
  OBSOLETEFLAGS: [1114, 'int32'],
  OBSOLETEVERSION: [1115, 'strings'],
  DIRINDEXES: [1116, 'int32'],
  BASENAMES: [1117, 'strings'],
  DIRNAMES: [1118, 'strings'],
  OPTFLAGS: [1122, 'string'],
  DISTURL: [1123, 'string'],
  PAYLOADFORMAT: [1124, 'string'],
  PAYLOADCOMPRESSOR: [1125, 'string'],
  PAYLOADFLAGS: [1126, 'string'],
  PLATFORM: [1132, 'string'],
  PRETRANS: [1151, 'string'],
  POSTTRANS: [1152, 'string'],
  PRETRANSPROG: [1153, 'string'],
  POSTTRANSPROG: [1154, 'string'],
  LONGFILESIZES: [5008, 'int64'],
  LONGSIZE: [5009, 'int64'],
  FILEDIGESTALGO: [5011, 'int32'],
  BUGURL: [5012, 'string'],
  VCS: [5034, 'string'],
  ORDERNAME: [5035, 'strings'],
  ORDERVERSION: [5036, 'strings'],
  ORDERFLAGS: [5037, 'int32'],
  RECOMMENDNAME: [5046, 'strings'],
  RECOMMENDVERSION: [5047, 'strings'],
  RECOMMENDFLAGS: [5048, 'int32'],
  SUGGESTNAME: [5049, 'strings'],
  SUGGESTVERSION: [5050, 'strings'],
  SUGGESTFLAGS: [5051, 'int32'],
  SUPPLEMENTNAME: [5052, 'strings'],
  SUPPLEMENTVERSION: [5053, 'strings'],
  SUPPLEMENTFLAGS: [5054, 'int32'],
  ENHANCENAME: [5055, 'strings'],
  ENHANCEVERSION: [5056, 'strings'],
  ENHANCEFLAGS: [5057, 'int32'],
  ENCODING: [5062, 'string'],
  PAYLOADDIGEST: [5092, 'strings'],
  PAYLOADDIGESTALGO: [5093, 'int32'],
  PAYLOADDIGESTALT: [5097, 'strings'],
  PREUNTRANS: [5103, 'string'],
  POSTUNTRANS: [5104, 'string'],
  PREUNTRANSPROG: [5105, 'string'],
  POSTUNTRANSPROG: [5106, 'string'],
} as const satisfies TagTable;

/** FILEFLAGS (rpmfileAttrs) by the word of the spec file. */
export const FILE_FLAGS = {
  config: 1,
  doc: 2,
  missingok: 8,
  noreplace: 16,
  ghost: 64,
  license: 128,
  readme: 256,
} as const;

/** RPMSENSE_*: how a dependency compares and when it is needed. */
export const SENSE = {
  less: 1 << 1,
  greater: 1 << 2,
  equal: 1 << 3,
  posttrans: 1 << 5,
  pretrans: 1 << 7,
  interp: 1 << 8,
  pre: 1 << 9,
  post: 1 << 10,
  preun: 1 << 11,
  postun: 1 << 12,
  findRequires: 1 << 14,
  rpmlib: 1 << 24,
} as const;

/** OpenPGP's number of SHA-256 (RFC 9580, section 9.5), as FILEDIGESTALGO and PAYLOADDIGESTALGO have it. */
export const SHA256 = 8;
