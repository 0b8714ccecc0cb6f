import type { WindowsService } from '../../build/model/windows-facts.ts';
import { HKEY_LOCAL_MACHINE } from './components.ts';
import { featureComponent } from './feature-tables.ts';
import { keyOf } from './identifiers.ts';
import { componentOf, type Plan } from './plan.ts';
import { literal, type Row, type Tables } from './rows.ts';

/** Bits of ServiceControl.Event. */
const START = 0x1;
const STOP = 0x2;
const UNINSTALL_STOP = 0x20;
const UNINSTALL_DELETE = 0x80;
/** ServiceInstall.StartType. */
const [AUTO_START, DEMAND_START] = [2, 3] as const;
/** Bits of MsiServiceConfig.Event, its ConfigTypes (SERVICE_CONFIG_…), and SERVICE_SID_TYPE_UNRESTRICTED. */
const [ON_INSTALL, ON_REINSTALL] = [1, 4] as const;
const [DELAYED_AUTO_START, SERVICE_SID, PRESHUTDOWN] = [3, 5, 7] as const;
const UNRESTRICTED = '1';

/**
 * Services. Each is there with the programs, whose loader it runs; its feature makes it start: with the system, and now. Without the
 * feature it waits for an administrator.
 */
export function serviceTables(plan: Plan): Tables {
  const { windows } = plan;
  const rows: Record<'ServiceInstall' | 'ServiceControl' | 'MsiServiceConfig' | 'Registry', Row[]> = {
    ServiceInstall: [],
    ServiceControl: [],
    MsiServiceConfig: [],
    Registry: [],
  };
  for (const service of windows.services) {
    const component = componentOf(plan, service.executable);
    rows.ServiceInstall.push([
      keyOf('s', service.name),
      service.name,
      literal(service.title),
      0x10, // SERVICE_WIN32_OWN_PROCESS
      service.start === 'boot' ? AUTO_START : DEMAND_START,
      1, // SERVICE_ERROR_NORMAL
      null,
      null,
      service.account === 'virtual' ? `NT SERVICE\\${service.name}` : null,
      null,
      service.args.map((word) => literal(quoteWord(word))).join(' '),
      component,
      literal(service.description),
    ]);
    rows.MsiServiceConfig.push(...configuration(service, component));
    rows.Registry.push(...eventSource(service.name, component));
    rows.ServiceControl.push(
      [keyOf('s', `${service.name}_stop`), service.name, STOP | UNINSTALL_STOP | UNINSTALL_DELETE, null, 1, component],
      [
        keyOf('s', `${service.name}_start`),
        service.name,
        START | UNINSTALL_STOP,
        null,
        1,
        featureComponent(service.feature),
      ],
    );
  }
  return rows;
}

/**
 * What Windows knows of a service beside its ServiceInstall row. The action ConfigureService (action-tables.ts) says the same before, and
 * what no table can: a start that its feature decides, the recovery actions. A delayed start is for a service that ServiceInstall
 * starts by itself ("MsiServiceConfig Table"); where only its feature does, the row is left out and the action alone has it.
 */
function configuration({ name, start, feature, stopSeconds }: WindowsService, component: string): Row[] {
  const row = (word: string, type: number, value: string, of: string): Row => {
    return [keyOf('s', `${name}_${word}`), name, ON_INSTALL | ON_REINSTALL, type, value, of];
  };
  return [
    ...(start === 'boot' ? [row('delayed', DELAYED_AUTO_START, '1', featureComponent(feature))] : []),
    row('sid', SERVICE_SID, UNRESTRICTED, component),
    row('preshutdown', PRESHUTDOWN, String(preshutdownSeconds(stopSeconds) * 1000), component),
  ];
}

/** How long a shutdown of the machine waits for a service that is given so many seconds to stop. */
export function preshutdownSeconds(stopSeconds: number): number {
  return stopSeconds + 10;
}

/**
 * A source of the Application log, of the service's name: without one the log says that there is no description. Setup makes it since
 * a service with an account of its own may not. Every Windows has that file, and its messages 1 to 1000 are the text they are given.
 */
function eventSource(name: string, component: string): Row[] {
  const key = `SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\${literal(name)}`;
  const values = {
    EventMessageFile: '#%%SystemRoot%\\System32\\EventCreate.exe', // REG_EXPAND_SZ
    TypesSupported: '#7', // errors, warnings, information
    CustomSource: '#1',
  };
  return Object.entries(values).map(([value, text]) => {
    return [keyOf('r', `${name}_${value}`), HKEY_LOCAL_MACHINE, key, value, text, component];
  });
}

/** A word of a command line as CommandLineToArgvW reads it back: backslashes count only before a quote. */
function quoteWord(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word;
  return `"${word.replace(/(\\*)("|$)/g, (_, slashes: string, quote: string) => slashes + slashes + (quote && '\\"'))}"`;
}
