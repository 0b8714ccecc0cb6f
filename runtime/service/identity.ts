/** What a program is called as a service; the manifest says the same (a test compares). */
export interface ServiceIdentity {
  /** Of the systemd unit, of the Windows service and of its events. */
  name: string;
  title: string;
  /** One sentence for the list of services. */
  description: string;
  program: string;
  /** Words before the options on the service's command line. */
  args: readonly string[];
  /** Windows: folder of its data below %ProgramData%. */
  dataFolder: string;
  /** Windows: key of its settings below HKEY_LOCAL_MACHINE. */
  settingsKey: string;
}

export const serverService: ServiceIdentity = {
  name: 'duplicati',
  title: 'Duplicati backup server',
  description: 'Backs this machine up and serves the web interface to it.',
  program: 'duplicati-server',
  args: [],
  dataFolder: 'Duplicati',
  settingsKey: 'SOFTWARE\\Packwright\\duplicati\\Settings',
};

/** A folder of its own, not one below the server's: whoever can write to a folder above could replace what is below it. */
export const agentService: ServiceIdentity = {
  name: 'duplicati-agent',
  title: 'Duplicati backup agent',
  description: 'Backs this machine up as a Console tells it to.',
  program: 'duplicati-agent',
  args: ['run'],
  dataFolder: 'Duplicati Agent',
  settingsKey: 'SOFTWARE\\Packwright\\duplicati-agent\\Settings',
};
