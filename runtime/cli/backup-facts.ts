/** What the JSON of a backup's result says, as members of a report in Duplicati's names. */
export function describeBackupResult(result: unknown): Record<string, number | boolean> {
  const of = typeof result === 'object' && result !== null ? (result as Record<string, unknown>) : {}; // read member by member
  const count = (name: string) => (typeof of[name] === 'number' ? of[name] : 0);
  const flag = (name: string) => of[name] === true;
  return {
    ExaminedFiles: count('examinedFiles'),
    SizeOfExaminedFiles: count('examinedBytes'),
    OpenedFiles: count('openedFiles'),
    SizeOfOpenedFiles: count('openedBytes'),
    AddedFiles: count('addedFiles'),
    ModifiedFiles: count('modifiedFiles'),
    DeletedFiles: count('deletedEntries'),
    AddedFolders: count('addedFolders'),
    ModifiedFolders: count('modifiedFolders'),
    AddedSymlinks: count('addedSymlinks'),
    ModifiedSymlinks: count('modifiedSymlinks'),
    PartialBackup: flag('isPartial'),
    Dryrun: flag('dryRun'),
    DeletedVersions: Array.isArray(of.deletedVersions) ? of.deletedVersions.length : 0,
  };
}
