import { useId, useState } from 'preact/hooks';
import { array, boolean, object, string } from 'valibot';
import { messageOf, send } from '../session.ts';
import { texts } from '../texts.ts';
import { Notice } from './notice.tsx';

const NODES = array(object({ text: string(), id: string(), leaf: boolean() }));

/** Entries of a folder that are shown at once; more are asked for. */
const SHOWN = 300;

interface TreeProps {
  chosen: readonly string[];
  onToggle(path: string): void;
}

/** The files of the server's machine. A folder is read when it is opened. */
export function FileTree({ chosen, onToggle }: TreeProps) {
  return (
    <ul class="tree">
      <Node name="/" path="/" isLeaf={false} chosen={chosen} onToggle={onToggle} />
    </ul>
  );
}

interface NodeProps extends TreeProps {
  name: string;
  path: string;
  isLeaf: boolean;
}

function Node({ name, path, isLeaf, chosen, onToggle }: NodeProps) {
  const id = useId();
  const [nodes, setNodes] = useState<readonly { text: string; id: string; leaf: boolean }[]>();
  const [most, setMost] = useState(SHOWN);
  const [isOpen, setOpen] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const open = async () => {
    setOpen(!isOpen);
    if (isOpen || nodes) return;
    try {
      setNodes(await send('POST', 'filesystem?showhidden=true', NODES, { path }));
    } catch (thrown) {
      setTrouble(messageOf(thrown));
    }
  };
  // What a chosen folder holds is chosen with it.
  const isInside = chosen.some((one) => one !== path && /[/\\]$/.test(one) && path.startsWith(one));
  return (
    <li>
      <div class="node">
        {isLeaf ? (
          <span class="no-arrow" />
        ) : (
          <button type="button" class="arrow" aria-expanded={isOpen} aria-label={texts.edit.open(name)} onClick={open}>
            <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
          </button>
        )}
        <input
          id={id}
          type="checkbox"
          checked={isInside || chosen.includes(path)}
          disabled={isInside}
          onChange={() => onToggle(path)}
        />
        <label for={id}>{name}</label>
      </div>
      {isOpen && (
        <ul>
          {trouble && (
            <li>
              <Notice kind="trouble">{trouble}</Notice>
            </li>
          )}
          {!nodes && !trouble && <li class="hint">{texts.loading}</li>}
          {nodes?.length === 0 && <li class="hint">{texts.edit.emptyFolder}</li>}
          {nodes?.slice(0, most).map((node) => (
            <Node
              key={node.id}
              name={node.text}
              path={node.id}
              isLeaf={node.leaf}
              chosen={chosen}
              onToggle={onToggle}
            />
          ))}
          {nodes && nodes.length > most && (
            <li>
              <button type="button" onClick={() => setMost(most + SHOWN)}>
                {texts.edit.more(nodes.length - most)}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}
