import type { Dispatcher } from '../../../runtime/windows/dispatcher.ts';
import { ERROR, WindowsError } from '../../../runtime/windows/library.ts';
import type { RegistryValue } from '../../../runtime/windows/registry.ts';
import { STATE } from '../../../runtime/windows/service-status.ts';
import type { ServiceRow, ServiceState } from '../../../runtime/windows/services.ts';
import type { Windows } from '../../../runtime/windows/windows.ts';
import { descriptorBytes, FULL, ME } from '../windows/descriptors.ts';

/** A Windows of a test's own: everything that is done to it can be looked at. */
export interface StandIn {
  windows: Windows;
  events: string[];
  /** `state` of each status told, with the program's exit code when there is one. */
  told: string[];
  registry: Map<string, Readonly<Record<string, RegistryValue>>>;
  services: Map<string, ServiceRow & ServiceState>;
  calls: string[];
  /** Sends a control to the connected service. */
  control(number: number): number;
}

const NAMES = ['', 'stopped', 'start-pending', 'stop-pending', 'running'];

/** `isManaged`: whether the process was started by the service control manager; `startsWith`: the state a service has once started. */
export function makeWindows({
  isManaged = true,
  startsWith = STATE.RUNNING as number,
  isAdministrator = true,
} = {}): StandIn {
  const events: string[] = [];
  const told: string[] = [];
  const calls: string[] = [];
  const registry: StandIn['registry'] = new Map();
  const services: StandIn['services'] = new Map();
  let onControl: (control: number) => number = () => 120;
  let finish: (value: boolean) => void = () => {};
  const dispatcher: Dispatcher = {
    connect(_name, onStart, handler) {
      if (!isManaged) return Promise.resolve(false);
      onControl = handler;
      setImmediate(onStart);
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    tell(status) {
      const state = status.readUInt32LE(4);
      const code = status.readUInt32LE(16);
      told.push(`${NAMES[state]}${code ? ` ${code}` : ''}`);
      if (state === STATE.STOPPED) finish(true);
    },
  };
  const find = (name: string) => {
    const service = services.get(name);
    if (!service) throw new WindowsError('OpenServiceW', ERROR.SERVICE_DOES_NOT_EXIST);
    return service;
  };
  const windows: Windows = {
    dispatcher,
    openEvents: (source) => ({ report: (kind, id, message) => void events.push(`${source} ${kind} ${id} ${message}`) }),
    registry: {
      readTexts: (key) =>
        Object.fromEntries(
          Object.entries(registry.get(key) ?? {}).map(([name, value]) => [
            name,
            typeof value === 'object' ? value.expand : String(value),
          ]),
        ),
      write: (key, values) => void registry.set(key, values),
      remove: (key) => void registry.delete(key),
    },
    security: {
      ownAccounts: () => [ME],
      accountName: () => undefined,
      readSecurity: () => descriptorBytes(ME, [{ sid: ME, mask: FULL }]),
      makeFolder: (folder, sddl) => calls.push(`make ${folder} ${sddl}`) > 0,
      protectFolder: (folder, sddl) => void calls.push(`protect ${folder} ${sddl}`),
    },
    services: {
      create(row) {
        if (!isAdministrator) throw new WindowsError('OpenSCManagerW', ERROR.ACCESS_DENIED);
        services.set(row.name, { ...row, state: STATE.STOPPED, win32ExitCode: 0, exitCode: 0, processId: 7 });
        return [];
      },
      start: (name) => void Object.assign(find(name), { state: startsWith, win32ExitCode: 1066, exitCode: 100 }),
      stop(name) {
        calls.push(`stop ${name}`);
        if (find(name).state === STATE.RUNNING) find(name).state = STATE.STOPPED;
      },
      query: (name) => services.get(name),
      remove: (name) => void services.delete(find(name).name),
    },
  };
  return { windows, events, told, registry, services, calls, control: (number) => onControl(number) };
}
