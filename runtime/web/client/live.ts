import { useEffect, useState } from 'preact/hooks';
import { boolean, type InferOutput, looseObject, nullable, nullish, number, object, safeParse, string } from 'valibot';
import { currentState, onState, openSocket } from './session.ts';

const PROGRESS = object({
  TaskID: number(),
  BackupID: nullable(string()),
  Phase: string(),
  OverallProgress: number(),
  ProcessedFileCount: number(),
  ProcessedFileSize: number(),
  TotalFileCount: number(),
  TotalFileSize: number(),
  StillCounting: boolean(),
  CurrentFilename: nullish(string()),
  BackendAction: string(),
  BackendPath: nullish(string()),
  BackendFileSize: number(),
  EstimatedTimeToCompletion: nullish(string()),
});
export type Progress = InferOutput<typeof PROGRESS>;

const PAIR = object({ Item1: number(), Item2: nullable(string()) });
const STATUS = object({ Type: string(), ActiveTask: nullable(PAIR), ProgramState: string() });
export const TASK = object({
  ID: number(),
  Status: string(),
  ErrorMessage: nullish(string()),
  Result: nullish(string()),
});
export type Task = InferOutput<typeof TASK>;
const MESSAGE = looseObject({ Type: string() });
const ABOUT = { progress: object({ Data: PROGRESS }), taskcompleted: object({ Data: TASK }) };

/** What goes on at the server, told by itself as it changes. */
export interface Live {
  isConnected: boolean;
  isPaused: boolean;
  /** What runs: its task and its backup. */
  active?: { task: number; backup: string | null };
  progress?: Progress;
  /** What ended last. */
  ended?: Task;
  /** Grows with every change of a list of backups. */
  changes: number;
}

const SERVICES = ['legacystatus', 'progress', 'taskcompleted', 'backuplist'];
/** Milliseconds before the next attempt to connect: the first, the most. */
const AGAIN = [1000, 30_000] as const;

let live: Live = { isConnected: false, isPaused: false, changes: 0 };
const listeners = new Set<() => void>();
let socket: WebSocket | undefined;
let isOpening = false;
let patience: number = AGAIN[0];

function set(change: Partial<Live>): void {
  live = { ...live, ...change };
  for (const listener of listeners) listener();
}

/** What goes on now, for as long as a page is there. */
export function useLive(): Live {
  const [now, setNow] = useState(live);
  useEffect(() => {
    const listener = () => setNow(live);
    listeners.add(listener);
    listener();
    void connect();
    return () => void listeners.delete(listener);
  }, []);
  return now;
}

onState(() => {
  if (currentState().is !== 'signed-in') socket?.close();
});

async function connect(): Promise<void> {
  if (socket || isOpening || listeners.size === 0 || currentState().is !== 'signed-in') return;
  isOpening = true;
  try {
    socket = await openSocket();
  } catch {
    again();
    return;
  } finally {
    isOpening = false;
  }
  const own = socket;
  own.addEventListener('open', () => {
    patience = AGAIN[0];
    for (const [at, Service] of SERVICES.entries())
      own.send(JSON.stringify({ Version: 1, Id: String(at), Action: 'sub', Service }));
    set({ isConnected: true });
  });
  own.addEventListener('message', ({ data }) => hear(String(data)));
  own.addEventListener('close', () => {
    socket = undefined;
    set({ isConnected: false });
    again();
  });
}

function again(): void {
  setTimeout(() => void connect(), patience);
  patience = Math.min(patience * 2, AGAIN[1]);
}

function hear(text: string): void {
  const value: unknown = JSON.parse(text);
  const message = safeParse(MESSAGE, value);
  if (!message.success) return;
  const { Type } = message.output;
  if (Type === 'legacystatus') {
    const { success, output } = safeParse(STATUS, value);
    if (success) takeStatus(output);
  } else if (Type === 'progress') {
    const { success, output } = safeParse(ABOUT.progress, value);
    if (success) set({ progress: output.Data });
  } else if (Type === 'taskcompleted') {
    const { success, output } = safeParse(ABOUT.taskcompleted, value);
    if (success) set({ ended: output.Data, changes: live.changes + 1 });
  } else if (Type === 'backuplist') set({ changes: live.changes + 1 });
}

function takeStatus({ ActiveTask, ProgramState }: InferOutput<typeof STATUS>): void {
  const { active: _, progress, ...rest } = live;
  live = {
    ...rest,
    isPaused: ProgramState === 'Paused',
    ...(ActiveTask ? { active: { task: ActiveTask.Item1, backup: ActiveTask.Item2 } } : {}),
    ...(progress && progress.TaskID === ActiveTask?.Item1 ? { progress } : {}),
  };
  set({});
}
