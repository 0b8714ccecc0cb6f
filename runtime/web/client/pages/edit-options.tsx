import type { Keep } from '../backups/draft.ts';
import { Choice, TextField } from '../parts/fields.tsx';
import { texts } from '../texts.ts';
import type { StepProps } from './edit.tsx';

export function OptionsStep({ draft, onChange }: StepProps) {
  const { edit } = texts;
  // Said only where it is so: it is nothing to choose.
  const { lines, ...keeps } = edit.keeps;
  const words = draft.keep === 'lines' ? { lines, ...keeps } : keeps;
  const count = (text: string) => Math.max(1, Math.floor(Number(text)) || 1);
  return (
    <>
      <Choice<Keep> label={edit.keep} value={draft.keep} words={words} onChange={(keep) => onChange({ keep })} />
      {draft.keep === 'versions' && (
        <TextField
          label={edit.keepVersions}
          type="number"
          value={String(draft.keepVersions)}
          onInput={(text) => onChange({ keepVersions: count(text) })}
        />
      )}
      {draft.keep === 'time' && (
        <TextField label={edit.keepTime} value={draft.keepTime} onInput={(keepTime) => onChange({ keepTime })} />
      )}
      <TextField
        label={edit.volume}
        type="number"
        value={String(draft.volumeSize)}
        onInput={(text) => onChange({ volumeSize: count(text) })}
        hint={edit.volumeHint}
      />
      <TextField
        label={edit.lines}
        value={draft.lines}
        onInput={(lines) => onChange({ lines })}
        hint={edit.linesHint}
        lines={4}
      />
    </>
  );
}
