/** Commands of Duplicati's ServerUtil that need the server's API. */
export const API_COMMANDS: readonly { name: string; help: string }[] = [
  { name: 'login', help: 'Log in to the server and keep a token.' },
  { name: 'logout', help: 'Forget the token.' },
  { name: 'change-password', help: 'Change the password of the server.' },
  { name: 'issue-forever-token', help: 'Make a token that does not expire soon.' },
  { name: 'pause', help: 'Pause the server, for a time or until resumed.' },
  { name: 'resume', help: 'Resume the server.' },
  { name: 'status', help: 'Print what the server is doing.' },
  { name: 'list-backups', help: 'List the backups.' },
  { name: 'run', help: 'Run a backup.' },
  { name: 'delete', help: 'Delete a backup.' },
  { name: 'export', help: 'Export the configuration of a backup.' },
  { name: 'import', help: 'Import the configuration of a backup.' },
];
