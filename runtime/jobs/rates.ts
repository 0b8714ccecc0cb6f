/**
 * Hands on the newest of many values, at most one in `every` milliseconds: the first at once, the last for certain once `flush` is
 * called. @returns `offer` takes a value.
 */
export function makeLatest<Value>(every: number, pass: (value: Value) => void) {
  let timer: NodeJS.Timeout | undefined;
  let newest: { value: Value } | undefined;
  const release = () => {
    timer = undefined;
    if (!newest) return;
    const { value } = newest;
    newest = undefined;
    timer = setTimeout(release, every);
    pass(value);
  };
  return {
    offer(value: Value) {
      newest = { value };
      if (!timer) release();
    },
    flush() {
      clearTimeout(timer);
      timer = undefined;
      if (newest) pass(newest.value);
      newest = undefined;
    },
  };
}

/** True for the first `most` calls of every second; counts the others. */
export function makeQuota(most: number, now = Date.now) {
  let second = 0;
  let used = 0;
  let refused = 0;
  return {
    take(): boolean {
      const at = Math.floor(now() / 1000);
      if (at !== second) [second, used] = [at, 0];
      used += 1;
      if (used <= most) return true;
      refused += 1;
      return false;
    },
    refused: () => refused,
  };
}
