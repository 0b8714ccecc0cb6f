/** What clients can be told of, in Duplicati's words. */
export const SUBJECTS = [
  'legacystatus',
  'backuplist',
  'serversettings',
  'progress',
  'taskqueue',
  'taskcompleted',
  'notifications',
  'scheduler',
  'remotecontrol',
] as const;
export type Subject = (typeof SUBJECTS)[number];

/** Tells listeners that something has changed, and counts how often but for progress, so that a client can see what it has missed. */
export interface Events {
  emit(subject: Subject, data?: unknown): void;
  /** @returns a function that ends it. */
  listen(listener: (subject: Subject, data: unknown) => void): () => void;
  counts(): { event: number; data: number; notification: number };
}

export function openEvents(): Events {
  const listeners = new Set<(subject: Subject, data: unknown) => void>();
  const counts = { event: 0, data: 0, notification: 0 };
  return {
    emit(subject, data) {
      if (subject !== 'progress') counts.event += 1;
      if (subject === 'backuplist') counts.data += 1;
      if (subject === 'notifications') counts.notification += 1;
      for (const listener of listeners) listener(subject, data);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    counts: () => ({ ...counts }),
  };
}

/**
 * Resolves when something has happened since `seen` events, after so many milliseconds, or when nobody waits any more. Another number than
 * the present one is old, or of another run of the server: there is nothing to wait for.
 */
export function waitForEvent(events: Events, seen: number, limit: number, closed: AbortSignal): Promise<void> {
  if (events.counts().event !== seen || closed.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      closed.removeEventListener('abort', settle);
      stop();
      resolve();
    };
    const timer = setTimeout(settle, limit).unref();
    closed.addEventListener('abort', settle);
    const stop = events.listen(() => {
      if (events.counts().event !== seen) settle();
    });
  });
}
