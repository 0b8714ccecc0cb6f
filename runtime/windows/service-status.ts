import { ERROR } from './library.ts';

/** SERVICE_STATUS.dwCurrentState (winsvc.h) */
export const STATE = { STOPPED: 1, START_PENDING: 2, STOP_PENDING: 3, RUNNING: 4 } as const;

/** Controls of HandlerEx (winsvc.h) */
export const CONTROL = { STOP: 1, INTERROGATE: 4, SHUTDOWN: 5, PRESHUTDOWN: 15 } as const;

const SERVICE_WIN32_OWN_PROCESS = 0x10;
const ACCEPTED = 0x1 | 0x4 | 0x100; // SERVICE_ACCEPT_STOP, _SHUTDOWN, _PRESHUTDOWN

/** Milliseconds between two signs of life while starting or stopping, and how long the manager should wait for the next. */
export const SIGN_OF_LIFE = 2_000;
const WAIT_HINT = 10_000;

/** SERVICE_STATUS: seven numbers of 4 bytes (winsvc.h). */
export interface Status {
  state: (typeof STATE)[keyof typeof STATE];
  /** Counts up while pending. */
  checkPoint: number;
  /** Of the program; 0 unless it failed. */
  exitCode: number;
}

export function encodeStatus({ state, checkPoint, exitCode }: Status): Buffer {
  const isPending = state === STATE.START_PENDING || state === STATE.STOP_PENDING;
  const bytes = Buffer.alloc(28);
  bytes.writeUInt32LE(SERVICE_WIN32_OWN_PROCESS, 0);
  bytes.writeUInt32LE(state, 4);
  bytes.writeUInt32LE(state === STATE.RUNNING ? ACCEPTED : 0, 8);
  // With a code of our own, the recovery actions follow (SERVICE_CONFIG_FAILURE_ACTIONS_FLAG).
  bytes.writeUInt32LE(exitCode === 0 ? 0 : ERROR.SERVICE_SPECIFIC_ERROR, 12);
  bytes.writeUInt32LE(exitCode, 16);
  bytes.writeUInt32LE(isPending ? checkPoint : 0, 20);
  bytes.writeUInt32LE(isPending ? WAIT_HINT : 0, 24);
  return bytes;
}

/** The states of a service in order; each is told to the manager, and while it is pending again and again from the event loop. */
export interface StatusTeller {
  startPending(): void;
  running(): void;
  stopPending(): void;
  /** The last word: nothing is told after it. */
  stopped(exitCode: number): void;
}

export function openStatusTeller(tell: (status: Buffer) => void): StatusTeller {
  let timer: NodeJS.Timeout | undefined;
  let current: Status['state'] | undefined;
  const enter = (state: Status['state'], exitCode = 0) => {
    if (current === state || current === STATE.STOPPED) return;
    current = state;
    clearInterval(timer);
    let checkPoint = 1;
    tell(encodeStatus({ state, checkPoint, exitCode }));
    if (state === STATE.STOPPED || state === STATE.RUNNING) return;
    timer = setInterval(() => tell(encodeStatus({ state, checkPoint: ++checkPoint, exitCode })), SIGN_OF_LIFE);
  };
  return {
    startPending: () => enter(STATE.START_PENDING),
    running: () => enter(STATE.RUNNING),
    stopPending: () => enter(STATE.STOP_PENDING),
    stopped: (exitCode) => enter(STATE.STOPPED, exitCode),
  };
}
