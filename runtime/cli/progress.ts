/** What goes on, for people: one line that changes on a terminal, lines elsewhere. On standard error: standard output is the result. */
import type { LogLevel } from '../log/log.ts';
import { formatDuration, formatPath, formatSize } from './format.ts';

export interface Progress {
  /** @param level of the message in a log; Information where none is given */
  say(text: string, level?: LogLevel): void;
  fetching(volume: string): void;
  /** Bytes that are done, of how many, and the file that is worked on. */
  done(bytes: number, total: number, file?: string): void;
  /** Files and bytes that were looked at, of nobody knows how many. */
  counting(files: number, bytes: number, file: string): void;
  /** Takes the changing line away. */
  end(): void;
}

/** @param isQuiet true: only what changes on a terminal is shown. */
export function terminalProgress(isQuiet: boolean, stream: NodeJS.WriteStream = process.stderr): Progress {
  const began = performance.now();
  let [drawn, isShown] = [0, false];
  const clear = () => {
    if (isShown) stream.write('\r\x1b[K');
    isShown = false;
  };
  const line = (text: string) => {
    clear();
    if (!isQuiet) stream.write(`  ${text}\n`);
  };
  const draw = (text: string) => {
    const now = performance.now();
    if (!stream.isTTY || now - drawn < 100) return;
    drawn = now;
    stream.write(`\r\x1b[K${text.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
    isShown = true;
  };
  return {
    say: line,
    fetching(volume) {
      if (stream.isTTY) draw(`Fetching ${volume}`);
      else line(`Downloading file ${volume} ...`);
    },
    done(bytes, total, file) {
      const seconds = (performance.now() - began) / 1000;
      const rate = bytes / Math.max(seconds, 0.001);
      const left = rate > 0 ? formatDuration((total - bytes) / rate) : '?';
      const percent = total > 0 ? Math.floor((100 * bytes) / total) : 100;
      const where = file === undefined ? '' : `  ${formatPath(file)}`;
      draw(`${percent} %  ${formatSize(bytes)} of ${formatSize(total)}  ${formatSize(rate)}/s  ${left} left${where}`);
    },
    counting(files, bytes, file) {
      const seconds = (performance.now() - began) / 1000;
      const rate = formatSize(bytes / Math.max(seconds, 0.001));
      draw(`${files} files  ${formatSize(bytes)}  ${rate}/s  ${formatPath(file)}`);
    },
    end: clear,
  };
}
