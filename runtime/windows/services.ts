import { ERROR, type Library, WindowsError } from './library.ts';
import { CONTROL } from './service-status.ts';

/** A service as the manager keeps it. */
export interface ServiceRow {
  name: string;
  title: string;
  description: string;
  commandLine: string;
  /** `NT SERVICE\\NAME` for its virtual account; LocalSystem when absent. */
  account?: string;
  /** Milliseconds after the first, second and every further failure until it is started again. */
  restartAfter: readonly number[];
}

export interface ServiceState {
  /** STATE */
  state: number;
  win32ExitCode: number;
  /** The program's own, when `win32ExitCode` is ERROR.SERVICE_SPECIFIC_ERROR. */
  exitCode: number;
  processId: number;
}

/** The service control manager. Each call opens and closes what it needs. All @throws WindowsError. */
export interface Services {
  /**
   * Registers a service that starts with the machine, a little later than others (delayed automatic start).
   * @returns what this Windows does not know of it, in words.
   */
  create(row: ServiceRow): string[];
  start(name: string): void;
  /** Asks it to stop; returns at once, also when it does not run. */
  stop(name: string): void;
  /** Undefined when there is no such service. */
  query(name: string): ServiceState | undefined;
  /** Removes it once it has stopped and nobody has it open. */
  remove(name: string): void;
}

// winsvc.h
const SC_MANAGER_CONNECT = 0x1;
const SC_MANAGER_CREATE_SERVICE = 0x2;
const SERVICE_CHANGE_CONFIG = 0x2;
const SERVICE_QUERY_STATUS = 0x4;
const SERVICE_START = 0x10;
const SERVICE_STOP = 0x20;
const DELETE = 0x10000;
const SERVICE_WIN32_OWN_PROCESS = 0x10;
const SERVICE_AUTO_START = 2;
const SERVICE_ERROR_NORMAL = 1;
/** ChangeServiceConfig2W */
const CONFIG = {
  description: 1,
  'recovery after a failure': 2,
  'delayed start': 3,
  'recovery after an end with an error': 4,
  'an identity of its own': 5,
} as const;
const SERVICE_SID_TYPE_UNRESTRICTED = 1;
const SC_ACTION_RESTART = 1;
/** Seconds without a failure after which the next one counts as the first again. */
const RESET_PERIOD = 86_400;

export function openServices({ koffi, advapi32, check, lastError }: Library): Services {
  const OpenSCManagerW = advapi32.func(
    'void * __stdcall OpenSCManagerW(str16 machine, str16 database, uint32_t access)',
  );
  const OpenServiceW = advapi32.func('void * __stdcall OpenServiceW(void *manager, str16 name, uint32_t access)');
  const CreateServiceW = advapi32.func(
    'void * __stdcall CreateServiceW(void *manager, str16 name, str16 title, uint32_t access, uint32_t type, uint32_t start, uint32_t severity, str16 commandLine, str16 group, void *tag, str16 dependencies, str16 account, str16 password)',
  );
  const ChangeServiceConfig2W = advapi32.func(
    'int __stdcall ChangeServiceConfig2W(void *service, uint32_t kind, void *info)',
  );
  const StartServiceW = advapi32.func('int __stdcall StartServiceW(void *service, uint32_t count, void *args)');
  const ControlService = advapi32.func('int __stdcall ControlService(void *service, uint32_t control, void *status)');
  const QueryServiceStatusEx = advapi32.func(
    'int __stdcall QueryServiceStatusEx(void *service, int kind, void *status, uint32_t size, void *needed)',
  );
  const DeleteService = advapi32.func('int __stdcall DeleteService(void *service)');
  const CloseServiceHandle = advapi32.func('int __stdcall CloseServiceHandle(void *handle)');

  const using = <T>(call: string, handle: bigint | null, use: (handle: bigint) => T): T => {
    if (handle === null) throw new WindowsError(call, lastError());
    try {
      return use(handle);
    } finally {
      CloseServiceHandle(handle);
    }
  };
  const withManager = <T>(access: number, use: (manager: bigint) => T): T =>
    using('OpenSCManagerW', OpenSCManagerW(null, null, access), use);
  const withService = <T>(name: string, access: number, use: (service: bigint) => T): T =>
    withManager(SC_MANAGER_CONNECT, (manager) => using('OpenServiceW', OpenServiceW(manager, name, access), use));

  const configure = (service: bigint, row: ServiceRow): string[] => {
    const failureActions = pointAtRest(encodeActions(row.restartAfter), 40, 32);
    failureActions.writeUInt32LE(RESET_PERIOD, 0);
    failureActions.writeUInt32LE(row.restartAfter.length, 24);
    const infos: Readonly<Record<keyof typeof CONFIG, Buffer>> = {
      description: pointAtRest(Buffer.from(`${row.description}\0`, 'utf16le'), 8, 0),
      'recovery after a failure': failureActions,
      'delayed start': encodeNumber(1),
      'recovery after an end with an error': encodeNumber(1),
      'an identity of its own': encodeNumber(SERVICE_SID_TYPE_UNRESTRICTED),
    };
    const unknown: string[] = [];
    for (const [name, kind] of Object.entries(CONFIG)) {
      if (ChangeServiceConfig2W(service, kind, infos[name as keyof typeof CONFIG])) continue; // a key of CONFIG, as listed above
      const failed = lastError();
      if (failed !== ERROR.INVALID_LEVEL) throw new WindowsError('ChangeServiceConfig2W', failed);
      unknown.push(name);
    }
    return unknown;
  };
  /** A structure of `size` bytes with `rest` behind it and, at `at`, a pointer to `rest`: one buffer, so that both live equally long. */
  const pointAtRest = (rest: Buffer, size: number, at: number): Buffer => {
    const bytes = Buffer.concat([Buffer.alloc(size), rest]);
    bytes.writeBigUInt64LE(koffi.address(bytes) + BigInt(size), at);
    return bytes;
  };

  return {
    create(row) {
      return withManager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE, (manager) => {
        const service = CreateServiceW(
          manager,
          row.name,
          row.title,
          SERVICE_CHANGE_CONFIG | SERVICE_START | DELETE, // START: restart as an action needs it
          SERVICE_WIN32_OWN_PROCESS,
          SERVICE_AUTO_START,
          SERVICE_ERROR_NORMAL,
          row.commandLine,
          null,
          null,
          null,
          row.account ?? null,
          null,
        );
        return using('CreateServiceW', service, (handle) => {
          try {
            return configure(handle, row);
          } catch (thrown) {
            DeleteService(handle); // all of it or nothing
            throw thrown;
          }
        });
      });
    },
    start: (name) =>
      withService(name, SERVICE_START, (service) => check('StartServiceW', StartServiceW(service, 0, null))),
    stop: (name) =>
      withService(name, SERVICE_STOP, (service) => {
        if (ControlService(service, CONTROL.STOP, Buffer.alloc(28))) return;
        const failed = lastError();
        if (failed !== ERROR.SERVICE_NOT_ACTIVE) throw new WindowsError('ControlService', failed);
      }),
    query(name) {
      try {
        return withService(name, SERVICE_QUERY_STATUS, (service) => {
          const status = Buffer.alloc(36); // SERVICE_STATUS_PROCESS
          check('QueryServiceStatusEx', QueryServiceStatusEx(service, 0, status, status.length, Buffer.alloc(4)));
          const [, state = 0, , win32ExitCode = 0, exitCode = 0, , , processId = 0] = new Uint32Array(
            status.buffer,
            status.byteOffset,
            9,
          );
          return { state, win32ExitCode, exitCode, processId };
        });
      } catch (thrown) {
        if (thrown instanceof WindowsError && thrown.number === ERROR.SERVICE_DOES_NOT_EXIST) return undefined;
        throw thrown;
      }
    },
    remove: (name) => withService(name, DELETE, (service) => check('DeleteService', DeleteService(service))),
  };
}

function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** SC_ACTION: kind and milliseconds. They stand behind a SERVICE_FAILURE_ACTIONSW of 64 bits, whose message and command are empty. */
function encodeActions(restartAfter: readonly number[]): Buffer {
  return Buffer.concat(restartAfter.flatMap((delay) => [encodeNumber(SC_ACTION_RESTART), encodeNumber(delay)]));
}
