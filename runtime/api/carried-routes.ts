import { array, boolean, nullish, object, safeParse, string } from 'valibot';
import type { Backup } from '../backups/backup.ts';
import { BackupForm, nameSources, readForm } from '../backups/configuration.ts';
import { parseJson, readAs } from '../http/body.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';
import { UnansweredError } from '../jobs/ask.ts';
import { hideSecrets, hideSource } from './backup-json.ts';
import { type BackupRoutesNeeds, findBackup, judgeTemporary } from './backup-routes.ts';
import type { AskAbout } from './browse-routes.ts';
import { readMetadata, takeIn } from './export-routes.ts';

export interface CarriedRoutesNeeds extends BackupRoutesNeeds {
  askAbout: AskAbout;
}

/** Configurations that versions at a destination carry: whoever lost the server gets its backups back out of what they made. */
export function carriedRoutes(needs: CarriedRoutesNeeds): Route[] {
  const { backups, temporary, askAbout } = needs;
  const ask = async (backup: Backup) => {
    try {
      return await askAbout('ReadTaskConfig', backup, {});
    } catch (thrown) {
      if (!(thrown instanceof UnansweredError)) throw thrown;
      throw new Refusal(thrown.isBusy ? 503 : 502, thrown.message);
    }
  };
  return [
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/backup/{id}/restore-task-config',
      async answer({ parameters }) {
        const backup = findBackup(backups, parameters.id);
        const text = (await ask(backup)).map(textOf).join('');
        const forms = text === '' ? [] : readForms(text);
        const refusals: Refusal[] = [];
        const taken = forms.flatMap((form) => {
          const definition = readForm(form);
          const metadata = readMetadata(form.Backup.Metadata ?? {});
          try {
            judgeTemporary(definition, needs);
          } catch (thrown) {
            if (!(thrown instanceof Refusal)) throw thrown;
            refusals.push(thrown); // the others are not lost for it
            return [];
          }
          return [
            {
              BackupId: temporary.add(definition, metadata).id,
              Name: definition.name,
              TargetURLDisplay: hideSecrets.masked(definition.targetUrl),
              Metadata: metadata,
              DisplayNames: nameSources(definition.sources.map((source) => hideSource(source, 'masked'))),
              AdditionalTargetUrls: [],
            },
          ];
        });
        if (taken.length === 0 && refusals[0]) throw refusals[0];
        return { json: taken };
      },
    },
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/backup/{id}/importfromtemp',
      body: object({ BackupId: string(), ImportMetadata: nullish(boolean()), Direct: nullish(boolean()) }),
      answer({ body }) {
        const found = temporary.carried(body.BackupId);
        if (!found) throw new Refusal(400, 'No such temporary backup');
        const metadata = body.ImportMetadata ? found.metadata : {};
        const reply = takeIn({ ...found, metadata }, body.Direct === true, needs);
        temporary.remove(body.BackupId);
        return reply;
      },
    }),
  ];
}

function textOf(row: unknown): string {
  return typeof row === 'object' && row !== null && 'text' in row ? String(row.text) : '';
}

/** The configurations in the text of a version. @throws Refusal 502 where it is no list of them */
function readForms(text: string): BackupForm[] {
  try {
    const forms = array(BackupForm);
    const read = safeParse(forms, readAs(parseJson(Buffer.from(text)), forms));
    if (read.success) return read.output;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
  }
  throw new Refusal(502, 'The configuration that this backup carries is damaged, or of a form that is not known.');
}
