/** How far a job is. Sizes in bytes, speed in bytes a second. */
export interface Progress {
  phase: string;
  /** 0 to 1. */
  overall: number;
  files: { done: number; doneSize: number; all: number; allSize: number; isCounting: boolean };
  file?: { name: string; size: number; offset: number; isComplete: boolean };
  transfer?: { action: string; path: string; size: number; progress: number; speed: number; isBlocking: boolean };
  /** Seconds; absent while it cannot be told. */
  left?: number;
}

export const NO_PROGRESS: Progress = {
  phase: 'Starting_Operation',
  overall: 0,
  files: { done: 0, doneSize: 0, all: 0, allSize: 0, isCounting: false },
};
