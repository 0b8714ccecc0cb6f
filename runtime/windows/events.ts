import type { Library } from './library.ts';
import type { Registry } from './registry.ts';

export type EventKind = 'error' | 'warning' | 'information';

/** The Application log of Windows. Every user of the machine can read it. */
export interface Events {
  /** Writes one event. Ids are 1 to 1000 (see MESSAGE_FILE). @throws WindowsError. */
  report(kind: EventKind, id: number, message: string): void;
}

/** ReportEventW: EVENTLOG_ERROR_TYPE, _WARNING_TYPE, _INFORMATION_TYPE */
const TYPES: Readonly<Record<EventKind, number>> = { error: 1, warning: 2, information: 4 };

/** Every Windows has it, and its messages 1 to 1000 are `%1`: the text we give, as it is. */
const MESSAGE_FILE = '%SystemRoot%\\System32\\EventCreate.exe';

/** ReportEventW takes 31,839 characters in all. */
const LONGEST = 30_000;

const sourceKey = (source: string) => `SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\${source}`;

/** Tells Windows which file holds the messages of a source; without, the log says that there is no description. @throws WindowsError. */
export function registerSource(registry: Registry, source: string): void {
  registry.write(sourceKey(source), { EventMessageFile: { expand: MESSAGE_FILE }, TypesSupported: 7, CustomSource: 1 });
}

/** @throws WindowsError. */
export function unregisterSource(registry: Registry, source: string): void {
  registry.remove(sourceKey(source));
}

/** True when somebody has said which file holds the messages of a source. */
export function isRegistered(registry: Registry, source: string): boolean {
  return 'EventMessageFile' in registry.readTexts(sourceKey(source));
}

/** @throws WindowsError when the log cannot be opened. */
export function openEvents({ koffi, advapi32, check }: Library, source: string): Events {
  const RegisterEventSourceW = advapi32.func('void * __stdcall RegisterEventSourceW(str16 server, str16 source)');
  const ReportEventW = advapi32.func(
    'int __stdcall ReportEventW(void *log, uint16_t type, uint16_t category, uint32_t id, void *account, uint16_t strings, uint32_t size, void *texts, void *data)',
  );
  const log: bigint | null = RegisterEventSourceW(null, source);
  check('RegisterEventSourceW', log ?? 0);
  return {
    report(kind, id, message) {
      // `%%1` in a text would be looked up in a file of parameters
      const text = Buffer.from(`${message.slice(0, LONGEST).replaceAll('%%', '% %')}\0`, 'utf16le');
      const texts = Buffer.concat([Buffer.alloc(8), text]); // an array of one pointer, and what it points at
      texts.writeBigUInt64LE(koffi.address(texts) + 8n);
      check('ReportEventW', ReportEventW(log, TYPES[kind], 0, id, null, 1, 0, texts, null));
    },
  };
}
