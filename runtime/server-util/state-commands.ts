import { findServer } from '../client/client.ts';
import type { Command } from './command.ts';
import { readTarget } from './command.ts';
import { findHealthProblem } from './health.ts';
import { FAILED } from './options.ts';
import { readAnswer, ServerState } from './read-answer.ts';

/** What the server does, and whether it goes on. */
export const stateCommands: readonly Command[] = [
  {
    name: 'health',
    operands: [],
    help: 'Ask whether the server is healthy. Needs no password.',
    options: [],
    examples: [
      {
        line: 'duplicati-server-util health --hosturl=http://127.0.0.1:8300',
        help: 'Is the server on port 8300 healthy?',
      },
    ],
    async run({ given, output }) {
      // Over TCP, as everybody else: a server that answers at its socket alone is of little use.
      const server = await findServer(readTarget(given), true);
      const problem = await findHealthProblem(server.name, server.ask);
      output.say(problem === undefined ? 'Server is healthy' : `Server is unhealthy: ${problem}`);
      return output.end(problem === undefined ? 0 : FAILED);
    },
  },
  {
    name: 'status',
    operands: [],
    help: 'Print what the server is doing.',
    options: [],
    examples: [{ line: 'duplicati-server-util status --json', help: 'The same for a script.' }],
    run: ({ output, withSession }) =>
      withSession(async (session) => {
        const state = readAnswer(ServerState, await session.call({ method: 'GET', target: '/api/v1/serverstate' }));
        const describe = ({
          Item1,
          Item2,
        }: {
          Item1?: number | null | undefined;
          Item2?: string | null | undefined;
        }) => (Item2 ? `${Item1} (backup ${Item2})` : String(Item1));
        const active = state.ActiveTask ? describe(state.ActiveTask) : '';
        const waiting = state.SchedulerQueueIds.map(describe).join(', ');
        output.say(`Server state: ${state.ProgramState}`);
        output.say(`Active task: ${active || 'None'}`);
        output.say(`Scheduler tasks: ${waiting || 'Empty'}`);
        for (const { Item1, Item2 } of state.ProposedSchedule) output.say(`Next run of backup ${Item1}: ${Item2}`);
        output.set('ServerState', state.ProgramState);
        output.set('ActiveTask', active);
        output.set('SchedulerTasks', waiting);
        return output.end(0);
      }),
  },
  {
    name: 'pause',
    operands: ['[<duration>]'],
    help: 'Pause the server, for a time such as 5m or 1D12h, or until resumed. What runs pauses, nothing begins.',
    options: [],
    examples: [{ line: 'duplicati-server-util pause 2h', help: 'Begin no backup for two hours.' }],
    run({ words: [duration = ''], output, withSession }) {
      output.say(`Pausing the server ${duration ? `for ${duration}` : 'until it is resumed'}`);
      return withSession(async (session) => {
        const query = duration ? `?duration=${encodeURIComponent(duration)}` : '';
        await session.call({ method: 'POST', target: `/api/v1/serverstate/pause${query}` });
        return output.end(0);
      });
    },
  },
  {
    name: 'resume',
    operands: [],
    help: 'Resume the server.',
    options: [],
    examples: [],
    run({ output, withSession }) {
      output.say('Resuming the server...');
      return withSession(async (session) => {
        await session.call({ method: 'POST', target: '/api/v1/serverstate/resume' });
        return output.end(0);
      });
    },
  },
];
