import type { Library } from './library.ts';

/** The link between this process and the service control manager that started it. */
export interface Dispatcher {
  /**
   * Connects and calls back: `onStart` when the manager has begun to start the service, `onControl` for each control, whose result is
   * ERROR_CALL_NOT_IMPLEMENTED (120) for one that is not known.
   * @returns true when the service has told that it stopped; false when this process was not started by the manager.
   */
  connect(name: string, onStart: () => void, onControl: (control: number) => number): Promise<boolean>;
  /** Tells a status (SERVICE_STATUS). Only after `onStart`. @throws WindowsError. */
  tell(status: Buffer): void;
}

export function openDispatcher({ koffi, advapi32, check }: Library): Dispatcher {
  const StartServiceCtrlDispatcherW = advapi32.func('int __stdcall StartServiceCtrlDispatcherW(void *table)');
  const RegisterServiceCtrlHandlerExW = advapi32.func(
    'void * __stdcall RegisterServiceCtrlHandlerExW(str16 name, void *handler, void *context)',
  );
  const SetServiceStatus = advapi32.func('int __stdcall SetServiceStatus(void *service, void *status)');
  const main = koffi.pointer(koffi.proto('__stdcall', null, 'void', ['uint32_t', 'void *']));
  const handler = koffi.pointer(
    koffi.proto('__stdcall', null, 'uint32_t', ['uint32_t', 'uint32_t', 'void *', 'void *']),
  );

  let service: bigint | null = null;
  // What Windows is given an address of has to stay where it is until the process ends.
  const kept: Buffer[] = [];
  return {
    connect(name, onStart, onControl) {
      const label = Buffer.from(`${name}\0`, 'utf16le');
      const onHandler = koffi.register((control: number) => onControl(control), handler);
      const onMain = koffi.register(() => {
        service = RegisterServiceCtrlHandlerExW(name, onHandler, null);
        check('RegisterServiceCtrlHandlerExW', service ?? 0);
        onStart();
      }, main);
      const table = Buffer.alloc(32); // SERVICE_TABLE_ENTRYW twice, the second empty: name, function
      table.writeBigUInt64LE(koffi.address(label), 0);
      table.writeBigUInt64LE(onMain, 8);
      kept.push(label, table);
      // Blocks a thread of libuv's pool for as long as the service lives; Windows calls back on threads of its own.
      return new Promise((resolve, reject) => {
        StartServiceCtrlDispatcherW.async(table, (failed: unknown, ok: number) => {
          if (failed) reject(failed);
          else resolve(ok !== 0);
        });
      });
    },
    tell: (status) => check('SetServiceStatus', SetServiceStatus(service, status)),
  };
}
