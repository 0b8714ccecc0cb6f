import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { optionNamed } from '../../../runtime/jobs/job-document.ts';
import { runJob, type Work } from '../../../runtime/jobs/run-job.ts';

/** A job's program that counts instead of backing anything up, and misbehaves as `input.does` or the option test-does tells it. */
const count: Work = async (document, control) => {
  const does = document.input.does ?? optionNamed(document.options, 'test-does') ?? 'count';
  const steps = Number(document.input.steps ?? optionNamed(document.options, 'test-steps') ?? 3);
  let done = 0;
  const report = (phase = 'Backup_ProcessingFiles') =>
    control.report({
      phase,
      overall: Math.min(1, done / steps),
      files: { done, doneSize: 0, all: steps, allSize: 0, isCounting: false },
    });
  const waitForStop = async () => {
    while (!control.stop.aborted) await wait(5);
  };
  const grow = () => {
    const held: number[][] = [];
    for (;;) held.push(new Array(1000).fill(Math.random()));
  };
  if (does === 'crash') setTimeout(() => (undefined as unknown as () => void)());
  if (does === 'crash') await wait(60_000);
  if (does === 'grow') grow();
  if (does === 'spin') {
    report('spinning');
    await wait(250);
    for (;;);
  }
  if (does === 'exit') process.exit(0);
  if (does === 'garbage') process.stdout.write('hello\n');
  if (does === 'long line') process.stdout.write('x'.repeat(2 << 20));
  if (does === 'environment') control.log('Information', JSON.stringify([process.argv.slice(2), process.env]));
  if (does === 'fail') throw new Error(`no entry at ${document.targetUrl}`);
  if (does === 'leave') {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'], { stdio: 'inherit' });
    report(`left ${child.pid}`);
  }
  if (does === 'ignore' || does === 'leave') {
    report(`deaf ${process.pid}`);
    await wait(600_000);
  }
  if (does === 'flood') {
    const progress = {
      phase: 'flood',
      overall: 0,
      files: { done: 0, doneSize: 0, all: 0, allSize: 0, isCounting: true },
    };
    for (; steps === 0 || done < steps; done++) {
      process.stdout.write(`${JSON.stringify({ progress: { ...progress, files: { ...progress.files, done } } })}\n`);
      control.log('Verbose', `file ${done}`);
      if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain'); // or its own memory is what floods
    }
  }
  if (does === 'wait') {
    control.watchPause((isPaused) => control.report({ ...NOTHING, phase: isPaused ? 'paused' : 'resumed' }));
    report(`waits ${process.pid}`);
    await waitForStop();
    done = 1;
  }
  if (does === 'count') {
    for (; done < steps; done++) report();
    report();
  }
  if (does === 'linger') setInterval(() => {}, 1000);
  const facts = { count: done, isStopped: control.stop.aborted };
  return { level: 'Success', facts, metadata: { LastBackupFileCount: String(done) }, lines: [] };
};

const NOTHING = {
  overall: 0,
  files: { done: 0, doneSize: 0, all: 0, allSize: 0, isCounting: false },
};

await runJob({ Backup: count });
