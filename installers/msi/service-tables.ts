import { featureComponent } from './feature-tables.ts';
import { componentOf, type Plan } from './plan.ts';
import { literal, type Row, type Tables } from './rows.ts';

/** Bits of ServiceControl.Event. */
const START = 0x1;
const STOP = 0x2;
const UNINSTALL_STOP = 0x20;
const UNINSTALL_DELETE = 0x80;

/**
 * Services. Each is there with the programs, whose loader it runs; its feature makes it start: with the system, and now. Without the
 * feature it waits for an administrator.
 */
export function serviceTables(plan: Plan): Tables {
  const { windows } = plan;
  const rows: Record<'ServiceInstall' | 'ServiceControl', Row[]> = { ServiceInstall: [], ServiceControl: [] };
  for (const service of windows.services) {
    const component = componentOf(plan, service.executable);
    rows.ServiceInstall.push([
      service.name,
      service.name,
      literal(service.title),
      0x10, // SERVICE_WIN32_OWN_PROCESS
      service.start === 'boot' ? 2 : 3, // SERVICE_AUTO_START, SERVICE_DEMAND_START
      1, // SERVICE_ERROR_NORMAL
      null,
      null,
      service.account === 'virtual' ? `NT SERVICE\\${service.name}` : null,
      null,
      service.args.map((word) => literal(quoteWord(word))).join(' '),
      component,
      literal(service.description),
    ]);
    rows.ServiceControl.push(
      [`${service.name}_stop`, service.name, STOP | UNINSTALL_STOP | UNINSTALL_DELETE, null, 1, component],
      [`${service.name}_start`, service.name, START, null, 1, featureComponent(service.feature)],
    );
  }
  return rows;
}

/** A word of a command line as CommandLineToArgvW reads it back: backslashes count only before a quote. */
function quoteWord(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word;
  return `"${word.replace(/(\\*)("|$)/g, (_, slashes: string, quote: string) => slashes + slashes + (quote && '\\"'))}"`;
}
