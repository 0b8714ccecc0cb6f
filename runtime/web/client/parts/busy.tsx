import { texts } from '../texts.ts';

/** Shown only when something takes a moment: the style sheet lets it appear late. */
export function Busy() {
  return (
    <p class="busy" role="status">
      {texts.loading}
    </p>
  );
}
