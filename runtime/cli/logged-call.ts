/** A call whose progress, warnings and result are told to a log as well. */
import type { Entry } from '../log/log-filter.ts';
import type { RunLog, Sink } from '../log/run-log.ts';
import type { StorageWatch } from '../storage/watched-storage.ts';
import type { Call } from './command.ts';
import { formatSize } from './format.ts';

/** Tags as a Duplicati has them, for filters that people have; the last is ours. */
const [CONTROLLER, RESULTS, BACKEND, FILES, OURS] = [
  'Duplicati.Library.Main.Controller',
  'Duplicati.Library.Main.BasicResults',
  'Duplicati.Library.Main.Backend',
  'Duplicati.Library.Main.FileEntry',
  'Duplicati.Cli',
];
/** Duplicati's words for what is done at a destination. */
const ACTIONS = { list: 'List', get: 'Get', put: 'Put', delete: 'Delete', createfolder: 'CreateFolder' } as const;

/** What is said of a run as a whole. */
export function tellRun(log: RunLog, operation: string) {
  const began = performance.now();
  const say = (level: Entry['level'], id: string, message: string) => log.say({ level, tag: CONTROLLER, id, message });
  const took = () => say('Profiling', 'Timer', `${operation} took ${spell(performance.now() - began)}`);
  return {
    begin: () => say('Information', 'StartingOperation', `The operation ${operation} has started`),
    end() {
      took();
      say('Information', 'CompletedOperation', `The operation ${operation} has completed`);
    },
    fail(why: string) {
      took();
      const message = `The operation ${operation} has failed: ${why}`;
      log.say({ level: 'Error', tag: CONTROLLER, id: 'FailedOperation', message }, true); // the program ends with it
    },
  };
}

/** @param shows which messages people see: warnings of a result are theirs to be shown or not */
export function logCall(call: Call, log: RunLog, shows: Sink['wants']): Call {
  const { progress, output, given } = call;
  const say = (level: Entry['level'], tag: string, id: string, message: string) => log.say({ level, tag, id, message });
  let file = '';
  /** A volume that was said to be fetched: who watches the destination does not say it again. */
  const fetched = new Set<string>();
  return {
    ...call,
    watch: logTraffic(say, fetched, call.watch),
    progress: {
      ...progress,
      say(text, level = 'Information') {
        log.say({ level, tag: OURS, id: 'Progress', message: text }, !output.asJson);
        progress.say(text, level);
      },
      fetching(volume) {
        fetched.add(volume);
        say('Information', RESULTS, 'BackendEvent', `Backend event: Get - Started: ${volume}`);
        progress.fetching(volume);
      },
      counting(files, bytes, name) {
        say('Verbose', FILES, 'CheckFileForChanges', `Examined ${name}`);
        progress.counting(files, bytes, name);
      },
      done(bytes, total, name = '') {
        if (name !== '' && name !== file) say('Verbose', FILES, 'ProcessedFile', name);
        file = name;
        progress.done(bytes, total, name === '' ? undefined : name);
      },
    },
    output: {
      ...output,
      line(text, isNoted) {
        const level = given.flag('dry-run') ? 'DryRun' : 'Information';
        if (!isNoted) log.say({ level, tag: OURS, id: 'Result', message: text }, true);
        return output.line(text);
      },
      note(level, id, text) {
        const entry: Entry = { level, tag: OURS, id, message: text };
        log.say(entry, true);
        return shows(entry);
      },
    },
  };
}

function logTraffic(
  say: (level: Entry['level'], tag: string, id: string, message: string) => void,
  fetched: Set<string>,
  behind: StorageWatch | undefined,
): StorageWatch {
  const begun = new Map<string, number>();
  const describe = (action: keyof typeof ACTIONS, state: string, name: string, size: number) => {
    const what = name === '' ? '' : `: ${name}${size > 0 ? ` (${formatSize(size)})` : ''}`;
    say('Information', RESULTS, 'BackendEvent', `Backend event: ${ACTIONS[action]} - ${state}${what}`);
  };
  return {
    async begin(action, name, size) {
      await behind?.begin(action, name, size);
      if (action !== 'get' || !fetched.delete(name)) describe(action, 'Started', name, size);
      begun.set(`${action} ${name}`, performance.now());
    },
    end(action, name, size) {
      behind?.end(action, name, size);
      describe(action, 'Completed', name, action === 'list' ? 0 : size);
      const since = begun.get(`${action} ${name}`);
      begun.delete(`${action} ${name}`);
      if (since !== undefined)
        say(
          'Profiling',
          BACKEND,
          'Timer',
          `${ACTIONS[action]}${name && ` ${name}`} took ${spell(performance.now() - since)}`,
        );
    },
  };
}

/** Milliseconds as Duplicati's timers have them, `0:00:00:01.234`. */
function spell(milliseconds: number): string {
  const whole = Math.round(milliseconds);
  const seconds = Math.floor(whole / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `${Math.floor(seconds / 86_400)}:${clock}.${String(whole % 1000).padStart(3, '0')}`;
}
