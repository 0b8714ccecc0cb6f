import { texts } from '../texts.ts';

export function AboutPage() {
  return (
    <>
      <h1>{texts.about.title}</h1>
      <div class="card">
        <p>{texts.about.text}</p>
        <p>{texts.about.privacy}</p>
      </div>
    </>
  );
}
