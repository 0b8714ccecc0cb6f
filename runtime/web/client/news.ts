/** What one page did, to be told by the next one, once. */
let news: string | undefined;

export function leaveNews(text: string): void {
  news = text;
}

export function takeNews(): string | undefined {
  const text = news;
  news = undefined;
  return text;
}
