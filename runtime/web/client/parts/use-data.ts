import { useEffect, useState } from 'preact/hooks';
import type { GenericSchema, InferOutput } from 'valibot';
import { messageOf, send } from '../session.ts';

/**
 * What the server answers at an address, asked when a page opens, when `reload` is called, and every `seconds` while the page is seen.
 */
export function useData<Schema extends GenericSchema>(path: string, schema: Schema, seconds?: number) {
  const [data, setData] = useState<InferOutput<Schema>>();
  const [trouble, setTrouble] = useState<string>();
  const [count, setCount] = useState(0);
  useEffect(() => {
    let isGone = false;
    const load = async () => {
      try {
        const answer = await send('GET', path, schema);
        if (isGone) return;
        setData(answer);
        setTrouble(undefined);
      } catch (thrown) {
        if (!isGone) setTrouble(messageOf(thrown));
      }
    };
    void load();
    const timer = seconds && setInterval(() => document.visibilityState === 'visible' && void load(), seconds * 1000);
    return () => {
      isGone = true;
      if (timer) clearInterval(timer);
    };
  }, [path, seconds, count]);
  return { data, trouble, reload: () => setCount(count + 1) };
}
