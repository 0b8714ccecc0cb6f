import { array, boolean, type InferOutput, nullable, nullish, number, object, record, string } from 'valibot';

/** What stands for a secret that the server keeps to itself; sent back, it means "as it was". */
export const MASK = '***************';

const OPTION = object({ Name: string(), Value: nullish(string(), ''), Filter: nullish(string(), '') });
const FILTER = object({ Order: nullish(number(), 0), Include: boolean(), Expression: string() });
const SCHEDULE = object({
  Time: string(),
  Repeat: nullish(string(), ''),
  LastRun: nullish(string(), ''),
  AllowedDays: nullish(array(string()), []),
});
const INSIDE = {
  ID: nullable(string()),
  Name: string(),
  Description: nullish(string(), ''),
  TargetURL: string(),
  ConnectionStringID: nullish(number(), -1),
  Tags: nullish(array(string()), []),
  Metadata: nullish(record(string(), string()), {}),
};

/** A backup as the API gives and takes it. */
export const WHOLE = object({
  Backup: object({ ...INSIDE, Sources: array(string()), Settings: array(OPTION), Filters: array(FILTER) }),
  Schedule: nullish(SCHEDULE),
});
export type Whole = InferOutput<typeof WHOLE>;

/** A row of the list of backups. */
export const LIST = array(object({ Backup: object(INSIDE), Schedule: nullish(SCHEDULE) }));
export type Row = InferOutput<typeof LIST>[number];

export const CREATED = object({ ID: string() });
export const IMPORTED = object({ Id: nullable(string()) });
