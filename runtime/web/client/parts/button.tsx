import { texts } from '../texts.ts';

interface SubmitProps {
  label: string;
  isBusy: boolean;
  /** Seconds until it may be used again. */
  seconds: number;
}

/** The one button of a form. It stays in the order of the keyboard while it waits, so that nobody loses their place. */
export function Submit({ label, isBusy, seconds }: SubmitProps) {
  const isOff = isBusy || seconds > 0;
  return (
    <button type="submit" class="primary" aria-disabled={isOff} onClick={(event) => isOff && event.preventDefault()}>
      {isBusy ? texts.loading : label}
      {seconds > 0 && <span aria-hidden="true"> ({seconds} s)</span>}
    </button>
  );
}
