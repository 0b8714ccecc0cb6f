/**
 * Options of the server's own; those of the engine are in `engine/options/table.ts`. A row is `name|type|default|aliases|values`, a `!` behind
 * the type of one that is deprecated. Facts that clients show and scripts use.
 */
export const JOB_OPTIONS = `
report-no-success-after|Timespan|7D`;

export const SERVER_OPTIONS = `
store-task-config|Enumeration|Auto||Auto None Self All SelfWithSecrets AllWithSecrets SelfWithUnencryptedSecrets AllWithUnencryptedSecrets`;
