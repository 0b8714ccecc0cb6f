import { texts } from '../texts.ts';

export function HomePage() {
  return (
    <>
      <h1>{texts.home.title}</h1>
      <div class="card empty">
        <h2>{texts.home.empty}</h2>
        <p>{texts.home.emptyText}</p>
      </div>
    </>
  );
}
