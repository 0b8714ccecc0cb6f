/** Where ours answers otherwise than the recorded server, each with its reason. At most twenty; a test holds them exactly. */
export interface Difference {
  name: string;
  why: string;
  /** Numbers of recorded calls. */
  calls: readonly number[];
}

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'what cannot be read is refused with a reason',
    why: 'The recorded server answers 400 and 415 with nothing; ours says in words what is wrong, with the same status.',
    calls: [5, 6, 23, 24, 25, 60, 112, 123],
  },
  {
    name: 'files are for known hosts alone',
    why: 'The recorded server hands out its pages under any Host name, which helps DNS rebinding; ours answers 403.',
    calls: [30],
  },
  {
    name: 'pages of other addresses are refused',
    why: 'The recorded server does not look at Origin; ours answers 403 unless the origin was allowed.',
    calls: [31],
  },
  {
    name: 'a folder that is not there is no failure of the server',
    why: 'The recorded server answers 500; ours answers 404 as for every path that does not exist, and 502 for a destination that cannot be used, with the same words.',
    calls: [55, 58, 143],
  },
  {
    name: 'the password is not a setting',
    why: 'The recorded server lets any session change the password without the old one; ours answers 403, and the old one stays.',
    calls: [173, 175],
  },
];

/** Calls about a job that has only begun: the recorder came later. */
export const YOUNG_JOBS: readonly number[] = [71];

/** Lists that are empty in ours and not in theirs. */
export const EMPTY: Readonly<Record<string, string>> = {
  'GET /api/v1/progressstate ActiveTransfers': 'nothing is uploaded yet',
  'GET /api/v1/systeminfo ConnectionModules': 'there is no such module yet',
  'GET /api/v1/systeminfo GenericModules': 'there is no such module yet',
  'GET /api/v1/systeminfo SecretProviderModules': 'there is no such module yet',
  'GET /api/v1/systeminfo SourceProviderModules': 'there is no such module yet',
  'GET /api/v1/systeminfo WebModules': 'there is no such module yet',
  'GET /api/v1/webmodules body': 'there is no such module yet',
};
