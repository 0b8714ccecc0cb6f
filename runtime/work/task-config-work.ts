import { withRemote } from '../cli/open-backup.ts';
import type { Remote, RemoteVolume } from '../engine/remote/remote.ts';
import { TASK_SETUP } from '../engine/volumes/manifest.ts';
import { VolumeError } from '../engine/volumes/volume-error.ts';
import type { JobResult } from '../jobs/job.ts';
import type { Work } from '../jobs/run-job.ts';
import { followProgress } from './follow-progress.ts';
import { findCommand, readGiven } from './run-command.ts';
import { watchTraffic } from './watch-traffic.ts';

/** Most bytes of configurations: a server has some hundred backups. */
const LARGEST = 16 << 20;
/** Characters of a row; far less than a message may have. */
const PIECE = 64 << 10;
/** How many versions are looked at, the newest first. */
const MOST_VERSIONS = 5;

const DONE: JobResult = { level: 'Success', facts: {}, metadata: {}, lines: [] };

/** The configuration that a version carries, in rows of `{ text }`; no row where none of the newest has one. */
export const answerTaskConfig: Work = async (document, control) => {
  const { given } = readGiven(document, findCommand('list').options);
  const progress = followProgress('list', control, watchTraffic(control), () => {});
  await withRemote({ url: document.targetUrl, given, progress, signal: control.stop }, async (remote, volumes) => {
    const text = await findText(remote, volumes);
    for (let at = 0; at < (text?.length ?? 0); at += PIECE) control.send([{ text: text!.slice(at, at + PIECE) }]);
  });
  return DONE;
};

/** Where a version cannot be read, an older one is looked at; where none has one, it says why. @throws VolumeError */
async function findText(remote: Remote, volumes: readonly RemoteVolume[]): Promise<string | undefined> {
  const lists = volumes.filter(({ kind }) => kind === 'dlist').sort((a, b) => (a.name < b.name ? 1 : -1));
  let problem: VolumeError | undefined;
  for (const list of lists.slice(0, MOST_VERSIONS)) {
    try {
      const volume = await remote.open(list);
      try {
        const entry = volume.entries.get(TASK_SETUP);
        if (entry) return volume.read(entry, LARGEST).toString();
      } finally {
        volume.close();
      }
    } catch (thrown) {
      if (!(thrown instanceof VolumeError)) throw thrown;
      problem ??= new VolumeError(thrown.reason, `${list.name}: ${thrown.message}`, thrown);
    }
  }
  if (problem) throw problem;
  return undefined;
}
