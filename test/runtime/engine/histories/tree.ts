/** Trees as they are on the disk, told and changed by `tree.py`. Names are bytes, each a character. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A change; one that is not possible (any more) does nothing. */
export type Op = { path: string } & (
  | { do: 'file' | 'append'; seed: number; size: number; zeros?: boolean }
  | { do: 'sparse'; size: number; pieces: [number, number][] }
  | { do: 'punch'; at: number; size: number }
  | { do: 'truncate'; size: number }
  | { do: 'folder' | 'remove' }
  | { do: 'symlink' | 'rename'; to: string }
  | { do: 'link'; of: string }
  | { do: 'chmod'; mode: number }
  | { do: 'chown'; uid: number; gid: number }
  | { do: 'time'; ns: string }
  | { do: 'attribute'; name: string; value: string }
  | { do: 'no attribute'; name: string }
);

/** An entry with everything of it that has to come back. */
export interface Fact {
  /** Below the root, whose own is empty. */
  path: string;
  kind: 'file' | 'folder' | 'link';
  mode?: string;
  uid: number;
  gid: number;
  /** Nanoseconds since 1970. */
  time: string;
  size?: number;
  sha256?: string;
  to?: string;
  /** Values in hexadecimal digits. */
  attributes?: Record<string, string>;
  /** First name of a file that has several. */
  same?: string;
  /** Where a file with holes has data. */
  data?: [number, number][];
}

export interface Trees {
  facts(root: string): Promise<Fact[]>;
  change(root: string, ops: readonly Op[]): Promise<void>;
  close(): void;
}

export function openTrees(): Trees {
  const python = spawn('python3', [path.join(import.meta.dirname, 'tree.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting: { resolve(line: string): void; reject(cause: Error): void }[] = [];
  const lines = createInterface({ input: python.stdout });
  lines.on('line', (line) => waiting.shift()?.resolve(line));
  lines.on('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('tree.py ended'));
  });
  const ask = async (order: object): Promise<{ facts?: Fact[] }> => {
    const answer = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
    python.stdin.write(`${JSON.stringify(order)}\n`);
    return JSON.parse(await answer); // what tree.py prints
  };
  return {
    facts: async (root) => (await ask({ facts: root })).facts ?? [],
    change: async (root, ops) => void (await ask({ root, ops })),
    close: () => void python.stdin.end(),
  };
}
