import { unusableRule } from './filter-error.ts';
import type { Pattern, UnitTest } from './pattern.ts';

/** Of all rules together. */
const MOST_STEPS = 200_000;
/** States that are remembered; with more, remembering begins anew. */
const MOST_STATES = 4096;

interface Step {
  kind: 'unit' | 'split' | 'begin' | 'end' | 'accept';
  /** Number of the test, or of the rule. */
  value: number;
  next: number;
  other: number;
}

interface State {
  steps: readonly number[];
  /** First rule that a path ending here matches; -1 where none does. */
  rule: number;
  next: (State | undefined)[];
}

/**
 * All rules as one automaton, which reads each path once, however many rules there are: there is no backtracking, and no pattern for which it
 * takes long. States are made when a path first needs them, so that few are ever made.
 * @param rules their patterns, the first first, each with its text for the error
 * @returns number of the first rule that matches the whole path; -1 where none does
 * @throws UserError where repetitions make a rule too large
 */
export function compilePatterns(rules: readonly { text: string; pattern: Pattern }[]): (path: string) => number {
  const steps: Step[] = [];
  const tests: UnitTest[] = [];
  const testNumbers = new Map<string, number>();
  let text = '';
  const add = (step: Step) => {
    if (steps.length >= MOST_STEPS) throw unusableRule(text, 'it is too large: its repetitions multiply');
    return steps.push(step) - 1;
  };
  const numberOf = (test: UnitTest) => {
    const known = testNumbers.get(test.key);
    if (known !== undefined) return known;
    testNumbers.set(test.key, tests.length);
    return tests.push(test) - 1;
  };
  /** Adds a pattern before a step. @returns its first step */
  const build = (pattern: Pattern, next: number): number => {
    switch (pattern.kind) {
      case 'unit':
        return add({ kind: 'unit', value: numberOf(pattern.matches), next, other: -1 });
      case 'begin':
      case 'end':
        return add({ kind: pattern.kind, value: 0, next, other: -1 });
      case 'all': {
        let first = next;
        for (const part of pattern.parts.toReversed()) first = build(part, first);
        return first;
      }
      case 'either': {
        let first = -1;
        for (const choice of pattern.choices.toReversed()) {
          const one = build(choice, next);
          first = first < 0 ? one : add({ kind: 'split', value: 0, next: one, other: first });
        }
        return first;
      }
      case 'repeat': {
        let first = next;
        if (pattern.most === Infinity) {
          first = add({ kind: 'split', value: 0, next: -1, other: next });
          steps[first]!.next = build(pattern.part, first);
        } else
          for (let count = pattern.least; count < pattern.most; count++)
            first = add({ kind: 'split', value: 0, next: build(pattern.part, first), other: next });
        for (let count = 0; count < pattern.least; count++) first = build(pattern.part, first);
        return first;
      }
    }
  };
  const roots: number[] = [];
  for (const [value, rule] of rules.entries()) {
    text = rule.text;
    roots.push(build(rule.pattern, add({ kind: 'accept', value, next: -1, other: -1 })));
  }

  /** Every step that is reached from some without a code unit. */
  const close = (from: Iterable<number>, isBegin: boolean, isEnd: boolean): Set<number> => {
    const reached = new Set<number>();
    const waiting = [...from];
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      if (number < 0 || reached.has(number)) continue;
      reached.add(number);
      const { kind, next, other } = steps[number]!; // numbers are those of steps
      if (kind === 'split') waiting.push(next, other);
      else if ((kind === 'begin' && isBegin) || (kind === 'end' && isEnd)) waiting.push(next);
    }
    return reached;
  };

  const kinds = new Int32Array(65_536).fill(-1);
  const kindNumbers = new Map<string, number>();
  const kindTests: Uint8Array[] = [];
  /** Code units that every test answers alike are of one kind. */
  const kindOf = (unit: number): number => {
    const answers = Uint8Array.from(tests, ({ has }) => Number(has(unit)));
    const key = answers.join('');
    let kind = kindNumbers.get(key);
    if (kind === undefined) {
      kind = kindTests.push(answers) - 1;
      kindNumbers.set(key, kind);
    }
    kinds[unit] = kind;
    return kind;
  };

  const states = new Map<string, State>();
  const stateOf = (from: Iterable<number>, isBegin: boolean): State => {
    const list = [...close(from, isBegin, false)]
      .filter((number) => steps[number]!.kind !== 'split')
      .sort((one, other) => one - other);
    const key = `${isBegin}${list.join(',')}`;
    const known = states.get(key);
    if (known) return known;
    let rule = -1;
    for (const number of close(list, isBegin, true)) {
      const { kind, value } = steps[number]!; // numbers are those of steps
      if (kind === 'accept' && (rule < 0 || value < rule)) rule = value;
    }
    if (states.size >= MOST_STATES) {
      for (const state of states.values()) state.next = [];
      states.clear();
    }
    const state: State = { steps: list, rule, next: [] };
    states.set(key, state);
    return state;
  };
  const advance = (state: State, kind: number): State => {
    const answers = kindTests[kind]!; // kinds are made with their tests
    const next: number[] = [];
    for (const number of state.steps) {
      const step = steps[number]!; // numbers are those of steps
      if (step.kind === 'unit' && answers[step.value] === 1) next.push(step.next);
    }
    const made = stateOf(next, false);
    state.next[kind] = made;
    return made;
  };

  const begin = stateOf(roots, true);
  return (path) => {
    let state = begin;
    for (let index = 0; index < path.length; index++) {
      const unit = path.charCodeAt(index);
      const known = kinds[unit]!; // there is one for each code unit
      const kind = known < 0 ? kindOf(unit) : known;
      state = state.next[kind] ?? advance(state, kind);
    }
    return state.rule;
  };
}
