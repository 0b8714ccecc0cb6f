import { readArguments } from '../../../runtime/command-line/arguments.ts';
import { makeChildJobs } from '../../../runtime/jobs/child-job.ts';
import { openLog } from '../../../runtime/log/log.ts';
import { serverOptions } from '../../../runtime/server/options.ts';
import { startServer } from '../../../runtime/server/server.ts';
import { runService } from '../../../runtime/service/service.ts';
import { COUNTING } from './child.ts';

// The server's program, with jobs that count in processes of their own.
const log = openLog('Verbose', { journal: false });
const given = readArguments(process.argv.slice(2), {}, serverOptions);
process.exitCode = await runService(log, serverOptions, () =>
  startServer(given, log, () => {}, makeChildJobs(COUNTING, log)),
);
