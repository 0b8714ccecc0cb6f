import { useEffect, useId, useState } from 'preact/hooks';
import { type Entry, listFolder, nameOf } from '../backups/contents.ts';
import { messageOf } from '../session.ts';
import { saySize } from '../sizes.ts';
import { texts } from '../texts.ts';
import { Notice } from './notice.tsx';

interface TreeProps {
  backup: string;
  /** Of the version. */
  time: string;
  chosen: readonly string[];
  onToggle(path: string): void;
}

/** The folders and files of a version. A folder is asked for when it is opened. */
export function VersionTree(props: TreeProps) {
  return (
    <ul class="tree">
      <Folder {...props} isRoot />
    </ul>
  );
}

/** What lies in a folder, a page after the other. */
function Folder({ folder, isRoot = false, ...props }: TreeProps & { folder?: string; isRoot?: boolean }) {
  const { backup, time } = props;
  const [entries, setEntries] = useState<readonly Entry[]>();
  const [total, setTotal] = useState(0);
  const [trouble, setTrouble] = useState<string>();
  const load = async (page: number, old: readonly Entry[], isGone = () => false) => {
    try {
      const more = await listFolder(backup, time, folder, page);
      if (isGone()) return;
      setEntries([...old, ...more.entries]);
      setTotal(more.total);
      setTrouble(undefined);
    } catch (thrown) {
      if (!isGone()) setTrouble(messageOf(thrown));
    }
  };
  useEffect(() => {
    let isGone = false;
    setEntries(undefined);
    void load(0, [], () => isGone);
    return () => {
      isGone = true;
    };
  }, [backup, time, folder]);
  const shown = entries ?? [];
  return (
    <>
      {trouble && (
        <li>
          <Notice kind="trouble">{trouble}</Notice>
        </li>
      )}
      {!entries && !trouble && <li class="hint">{texts.loading}</li>}
      {entries?.length === 0 && <li class="hint">{texts.edit.emptyFolder}</li>}
      {shown.map((entry) => (
        <Node key={entry.Path} entry={entry} isRoot={isRoot} {...props} />
      ))}
      {shown.length < total && (
        <li>
          <button type="button" onClick={() => load(Math.ceil(shown.length / 300), shown)}>
            {texts.edit.more(total - shown.length)}
          </button>
        </li>
      )}
    </>
  );
}

function Node({ entry, isRoot, ...props }: TreeProps & { entry: Entry; isRoot: boolean }) {
  const { chosen, onToggle } = props;
  const { Path, Size, IsDirectory } = entry;
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const name = isRoot ? Path : nameOf(Path);
  // What a chosen folder holds is chosen with it.
  const isInside = chosen.some((one) => one !== Path && /[/\\]$/.test(one) && Path.startsWith(one));
  return (
    <li>
      <div class="node">
        {IsDirectory ? (
          <button
            type="button"
            class="arrow"
            aria-expanded={isOpen}
            aria-label={texts.edit.open(name)}
            onClick={() => setOpen(!isOpen)}
          >
            <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
          </button>
        ) : (
          <span class="no-arrow" />
        )}
        <input
          id={id}
          type="checkbox"
          checked={isInside || chosen.includes(Path)}
          disabled={isInside}
          onChange={() => onToggle(Path)}
        />
        <label for={id}>{name}</label>
        {!IsDirectory && Size >= 0 && <span class="hint size">{saySize(Size)}</span>}
      </div>
      {isOpen && (
        <ul>
          <Folder {...props} folder={Path} />
        </ul>
      )}
    </li>
  );
}
