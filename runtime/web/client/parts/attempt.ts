import { useEffect, useState } from 'preact/hooks';
import { messageOf, Refused } from '../session.ts';
import { texts } from '../texts.ts';

/**
 * One thing that a person does and that may fail: whether it is under way, what went wrong, and how long to wait after too many
 * attempts, counted down.
 * @param describe a better sentence for a refusal than the server's.
 */
export function useAttempt(describe: (refused: Refused) => string | undefined = () => undefined) {
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const [waitUntil, setWaitUntil] = useState(0);
  const seconds = useCountdown(waitUntil);
  const isOver = waitUntil > 0 && seconds === 0;
  return {
    isBusy,
    /** What went wrong; a wait that is over is no trouble any more. */
    trouble: isOver ? undefined : trouble,
    /** Seconds to wait before the next attempt. */
    seconds,
    /** @returns true when it worked. */
    async run(work: () => Promise<void>): Promise<boolean> {
      if (isBusy) return false;
      setBusy(true);
      setTrouble(undefined);
      setWaitUntil(0);
      try {
        await work();
        return true;
      } catch (thrown) {
        const refused = thrown instanceof Refused ? thrown : undefined;
        if (refused?.status === 429) setWaitUntil(Date.now() + Math.max(1, refused.retryAfter) * 1000);
        setTrouble((refused && describe(refused)) ?? sayRefusal(thrown));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}

function sayRefusal(thrown: unknown): string {
  if (thrown instanceof Refused && thrown.status === 429) return texts.waitFor(thrown.retryAfter);
  return messageOf(thrown);
}

/** Whole seconds until a time, told every second. */
function useCountdown(until: number): number {
  const left = () => Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    if (left() === 0) return;
    const timer = setInterval(() => setSeconds(left()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}
