import path from 'node:path';
import { maxLength, nullish, object, pipe, string } from 'valibot';
import { DUPLICATI_FILE, readDuplicatiServer } from '../backups/read-duplicati.ts';
import { type TakeOverNeeds, takeOver } from '../backups/take-over.ts';
import { UserError } from '../errors.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';

/** Taking over what a server of Duplicati's own kept. */
export function takeOverRoutes(needs: TakeOverNeeds & { folder: string }): Route[] {
  let isBusy = false;
  return [
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/backups/take-over',
      body: object({ path: nullish(pipe(string(), maxLength(4096))) }),
      async answer({ body, caller }) {
        // A session over the network reads no other files than the one that an administrator has put beside our database.
        if (body.path && !caller?.isLocal)
          throw new Refusal(
            403,
            'Only an administrator of this machine may name a file: use duplicati-server-util as root or as the account of the server, or put Duplicati-server.sqlite into its data folder and name none.',
          );
        const file = body.path || path.join(needs.folder, DUPLICATI_FILE);
        if (!path.isAbsolute(file)) throw new Refusal(400, 'The path must be absolute.');
        if (isBusy) throw new Refusal(409, 'This is under way already.');
        isBusy = true;
        try {
          const { jobs, known, notes } = takeOver(await readDuplicatiServer(file, needs.folder), needs);
          return { json: { Imported: jobs, AlreadyThere: known, Notes: notes } };
        } catch (thrown) {
          if (thrown instanceof UserError) throw new Refusal(400, thrown.message);
          throw thrown;
        } finally {
          isBusy = false;
        }
      },
    }),
  ];
}
