import { runProgram } from '../command-line/command-line.ts';
import { serverUtil } from '../server-util/program.ts';

void runProgram(serverUtil);
