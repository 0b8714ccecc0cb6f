import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { texts } from '../texts.ts';

interface PasswordFieldProps {
  label: string;
  value: string;
  onInput(value: string): void;
  /** How password managers tell the fields apart; `off` for what is no password of this server. */
  kind: 'current-password' | 'new-password' | 'off';
  /** What helps before it is wrong. */
  hint?: string | undefined;
  /** What is wrong with it. */
  fault?: string | undefined;
  /** True: the page has this one thing to do, so it begins here. */
  isFirst?: boolean;
}

/** A password, which can be shown: what one sees one need not guess. */
export function PasswordField({ label, value, onInput, kind, hint, fault, isFirst = false }: PasswordFieldProps) {
  const id = useId();
  const [isShown, setShown] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFirst) input.current?.focus();
  }, [isFirst]);
  const about = fault ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="with-button">
        <input
          id={id}
          {...(isShown ? { type: 'text' as const } : { type: 'password' as const })}
          ref={input}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
          autocomplete={kind}
          autocapitalize="off"
          spellcheck={false}
          maxLength={1024}
          aria-invalid={fault !== undefined}
          {...(about === undefined ? {} : { 'aria-describedby': `${id}-about` })}
        />
        <button
          type="button"
          class="quiet"
          aria-pressed={isShown}
          aria-label={texts.showPassword}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? texts.hide : texts.show}
        </button>
      </div>
      <p id={`${id}-about`} class={fault === undefined ? 'hint' : 'fault'} aria-live="polite">
        {about}
      </p>
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onInput(value: string): void;
  hint?: string | undefined;
  fault?: string | undefined;
  type?: 'text' | 'number' | 'datetime-local';
  /** More than one line. */
  lines?: number;
}

/** A text, or lines of it. */
export function TextField({ label, value, onInput, hint, fault, type = 'text', lines }: FieldProps) {
  const id = useId();
  const about = fault ?? hint;
  const common = {
    id,
    value,
    'aria-invalid': fault !== undefined,
    spellcheck: false,
    ...(about === undefined ? {} : { 'aria-describedby': `${id}-about` }),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {lines === undefined ? (
        <input
          {...common}
          {...(type === 'text'
            ? { type, autocomplete: 'off' as const }
            : { type, min: type === 'number' ? 1 : undefined })}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      ) : (
        <textarea {...common} rows={lines} onInput={(event) => onInput(event.currentTarget.value)} />
      )}
      <p id={`${id}-about`} class={fault === undefined ? 'hint' : 'fault'} aria-live="polite">
        {about}
      </p>
    </div>
  );
}

interface ChoiceProps<Word extends string> {
  label: string;
  value: Word;
  words: Readonly<Partial<Record<Word, string>>>;
  onChange(value: Word): void;
}

/** One of a few. */
export function Choice<Word extends string>({ label, value, words, onChange }: ChoiceProps<Word>) {
  const id = useId();
  const known = Object.keys(words) as Word[]; // the record's own keys
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = known.find((word) => word === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {known.map((word) => (
          <option key={word} value={word}>
            {words[word]}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  label: string;
  hint?: string;
  value: boolean;
  onChange(value: boolean): void;
}

export function Check({ label, hint, value, onChange }: CheckProps) {
  const id = useId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={value}
        onChange={(event) => onChange(event.currentTarget.checked)}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
      />
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** For password managers, which keep a password by a name: this server has only one. */
export function AccountName() {
  return <input type="text" name="username" autocomplete="username" value="duplicati" readOnly hidden />;
}
