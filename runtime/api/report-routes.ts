import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../errors.ts';
import { Refusal, type Route } from '../http/route.ts';

/** Where the report about a backup lies that a job made; the next one takes its place. @param backup its identifier */
export function reportFile(folder: string, backup: string): string {
  return path.join(folder, `report-${backup}.zip`);
}

/** Reports for the analysis of a fault, as files. They hold neither paths nor secrets (`duplicati-cli create-report`). */
export function reportRoutes(folder: string): Route[] {
  return [
    {
      method: 'GET',
      access: { operation: 'bugreport' },
      path: '/api/v1/bugreport/{id}',
      async answer({ parameters }) {
        const id = parameters.id ?? '';
        const none = new Refusal(404, 'There is no such report');
        if (!/^[\w-]{1,64}$/.test(id)) throw none;
        try {
          const body = await readFile(reportFile(folder, id));
          return {
            bytes: { type: 'application/zip', body },
            headers: { 'Content-Disposition': 'attachment; filename=bugreport.zip' },
          };
        } catch (thrown) {
          throw codeOf(thrown) === 'ENOENT' ? none : thrown;
        }
      },
    },
  ];
}
