import { useEffect, useState } from 'preact/hooks';
import { number, object } from 'valibot';
import { TASK, type Task, useLive } from '../live.ts';
import { messageOf, send } from '../session.ts';

const STARTED = object({ ID: number() });

/** Follows a job from its start to its end. @param onEnd is told once */
export function useTask(onEnd: (task: Task) => void) {
  const live = useLive();
  const [task, setTask] = useState<number>();
  const [trouble, setTrouble] = useState<string>();
  const end = (done: Task) => {
    setTask(undefined);
    onEnd(done);
  };
  useEffect(() => {
    if (task === undefined) return;
    // What ended before anybody listened is asked for; so is what was missed.
    const look = async () => {
      const known = await send('GET', `task/${task}`, TASK).catch(() => undefined);
      if (known && (known.Status === 'Completed' || known.Status === 'Failed')) end(known);
    };
    if (live.ended?.ID === task) return end(live.ended);
    void look();
    const timer = setInterval(look, 3000);
    return () => clearInterval(timer);
  }, [task, live.ended]);
  return {
    task,
    trouble,
    progress: live.progress?.TaskID === task ? live.progress : undefined,
    /** Starts one by a call that answers with its number. */
    async start(path: string, body?: unknown): Promise<void> {
      setTrouble(undefined);
      try {
        setTask((await send('POST', path, STARTED, body)).ID);
      } catch (thrown) {
        setTrouble(messageOf(thrown));
      }
    },
  };
}
