import { useEffect, useId, useState } from 'preact/hooks';
import { type Page, searchFiles } from '../backups/contents.ts';
import { messageOf } from '../session.ts';
import { sayCount, saySize } from '../sizes.ts';
import { texts } from '../texts.ts';
import { Busy } from './busy.tsx';
import { Notice } from './notice.tsx';

interface FoundProps {
  backup: string;
  time: string;
  pattern: string;
  chosen: readonly string[];
  onToggle(path: string): void;
}

/** Files of a version that were searched for, by their whole paths. */
export function FoundFiles({ backup, time, pattern, chosen, onToggle }: FoundProps) {
  const id = useId();
  const [found, setFound] = useState<Page>();
  const [trouble, setTrouble] = useState<string>();
  const load = async (page: number, old: Page['entries'], isGone = () => false) => {
    try {
      const { entries, total } = await searchFiles(backup, time, pattern, page);
      if (!isGone()) setFound({ entries: [...old, ...entries], total });
    } catch (thrown) {
      if (!isGone()) setTrouble(messageOf(thrown));
    }
  };
  useEffect(() => {
    let isGone = false;
    setFound(undefined);
    setTrouble(undefined);
    void load(0, [], () => isGone);
    return () => {
      isGone = true;
    };
  }, [backup, time, pattern]);
  if (trouble) return <Notice kind="trouble">{trouble}</Notice>;
  if (!found) return <Busy />;
  const { entries, total } = found;
  return (
    <>
      <p role="status">{total === 0 ? texts.restore.empty : texts.restore.found(sayCount(total))}</p>
      {total > 0 && (
        <ul class="tree">
          {entries.map(({ Path, Size }, at) => (
            <li key={Path} class="node">
              <input
                id={`${id}-${at}`}
                type="checkbox"
                checked={chosen.includes(Path)}
                onChange={() => onToggle(Path)}
              />
              <label for={`${id}-${at}`}>{Path}</label>
              {Size >= 0 && <span class="hint size">{saySize(Size)}</span>}
            </li>
          ))}
          {entries.length < total && (
            <li>
              <button type="button" onClick={() => load(Math.ceil(entries.length / 300), entries)}>
                {texts.edit.more(total - entries.length)}
              </button>
            </li>
          )}
        </ul>
      )}
    </>
  );
}
