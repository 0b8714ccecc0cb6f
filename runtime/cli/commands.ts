/** Duplicati's commands that need the backup engine: known by name, so that nobody takes them for a typing mistake. */
export const ENGINE_COMMANDS: readonly { name: string; help: string }[] = [
  { name: 'backup', help: 'Back folders up to a destination.' },
  { name: 'restore', help: 'Restore files from a destination.' },
  { name: 'find', help: 'Find files in the versions of a backup.' },
  { name: 'list', help: 'List versions, or the files in one.' },
  { name: 'list-filesets', help: 'List versions.' },
  { name: 'list-folder-contents', help: 'List one folder of a version.' },
  { name: 'list-file-versions', help: 'List the versions of a file.' },
  { name: 'search-files', help: 'Search files in all versions.' },
  { name: 'delete', help: 'Delete versions.' },
  { name: 'compact', help: 'Repack volumes that hold deleted data.' },
  { name: 'compare', help: 'Show what changed between two versions.' },
  { name: 'test', help: 'Verify volumes at a destination.' },
  { name: 'repair', help: 'Repair or recreate the local database.' },
  { name: 'purge', help: 'Remove files from existing versions.' },
  { name: 'list-broken-files', help: 'List files that cannot be restored.' },
  { name: 'purge-broken-files', help: 'Remove files that cannot be restored.' },
  { name: 'affected', help: 'Show what depends on given volumes.' },
  { name: 'create-report', help: 'Write a report for the analysis of a fault.' },
  { name: 'test-filters', help: 'Show what a filter includes.' },
  { name: 'vacuum', help: 'Shrink the local database.' },
  { name: 'set-locks', help: 'Lock remote volumes against deletion.' },
  { name: 'read-lock-info', help: 'Read the locks of remote volumes.' },
  { name: 'sync', help: 'Mirror one destination to another.' },
  { name: 'send-mail', help: 'Send a test message.' },
];

/** Other spellings that Duplicati reads. */
export const COMMAND_ALIASES: Readonly<Record<string, string>> = {
  'list-folder-content': 'list-folder-contents',
  search: 'search-files',
  'search-entries': 'search-files',
  verify: 'test',
  'test-filter': 'test-filters',
};
