import { useId, useState } from 'preact/hooks';
import { TextField } from '../parts/fields.tsx';
import { FileTree } from '../parts/file-tree.tsx';
import { Notice } from '../parts/notice.tsx';
import { texts } from '../texts.ts';
import type { StepProps } from './edit.tsx';

/** What is backed up: chosen in the tree of files, or written. */
export function SourceStep({ draft, onChange, faultOf }: StepProps) {
  const { edit } = texts;
  const [path, setPath] = useState('');
  const id = useId();
  const { sources } = draft;
  const toggle = (one: string) =>
    onChange({ sources: sources.includes(one) ? sources.filter((other) => other !== one) : [...sources, one] });
  const add = () => {
    const wanted = path.trim();
    if (wanted !== '' && !sources.includes(wanted)) onChange({ sources: [...sources, wanted] });
    setPath('');
  };
  const fault = faultOf('sources');
  return (
    <>
      {fault && <Notice kind="trouble">{fault}</Notice>}
      <section aria-labelledby={id}>
        <h3 id={id}>{edit.chosen}</h3>
        {sources.length === 0 && <p class="hint">{edit.chosenNone}</p>}
        <ul class="chosen">
          {sources.map((one) => (
            <li key={one}>
              <code>{one}</code>
              <button type="button" class="quiet" aria-label={edit.takeOut(one)} onClick={() => toggle(one)}>
                ×
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby={`${id}-files`}>
        <h3 id={`${id}-files`}>{edit.files}</h3>
        <FileTree chosen={sources} onToggle={toggle} />
      </section>
      <div class="beside">
        <TextField label={edit.addPath} value={path} onInput={setPath} />
        <button type="button" onClick={add}>
          {edit.addPathButton}
        </button>
      </div>
      <TextField
        label={edit.filters}
        value={draft.filters}
        onInput={(filters) => onChange({ filters })}
        hint={edit.filtersHint}
        lines={3}
      />
    </>
  );
}
