import { useId } from 'preact/hooks';

interface RadioProps<Word extends string> {
  label: string;
  /** True where a heading says the same: the label is for screen readers alone. */
  isLabelHidden?: boolean;
  value: Word;
  words: Readonly<Record<Word, string>>;
  onChange(value: Word): void;
}

/** One of two or three, all seen at once. */
export function Radio<Word extends string>({ label, isLabelHidden, value, words, onChange }: RadioProps<Word>) {
  const id = useId();
  const known = Object.keys(words) as Word[]; // the record's own keys
  return (
    <fieldset>
      <legend class={isLabelHidden ? 'only-read' : ''}>{label}</legend>
      {known.map((word) => (
        <div key={word} class="check">
          <input id={`${id}-${word}`} type="radio" name={id} checked={word === value} onChange={() => onChange(word)} />
          <label for={`${id}-${word}`}>{words[word]}</label>
        </div>
      ))}
    </fieldset>
  );
}
