import { FUNCTION, LIBRARY, SET_PROPERTY } from './action-tables.ts';
import { INSTALL_FOLDER, type Plan } from './plan.ts';
import type { Tables } from './rows.ts';
import type { SequencedAction } from './sequences.ts';
import { savedName } from './setting-tables.ts';
import { OLDER, replacedProperties } from './upgrade-tables.ts';

/** Entry of the library, action, and the property with its folders; beside it the property with the programs. With small letters in them: no command line can give them. */
const [END, PROGRAMS] = ['EndPrograms', 'ProgramsToEnd'] as const;
/** After CostFinalize, which knows the folders; before InstallValidate, which looks for files in use. */
const BEFORE_VALIDATION = 1390;
/** Option of an action: that it fails, as when the library cannot be loaded, does not stop setup. */
const CONTINUE = 0x40;

/**
 * Programs that have no window to be closed by are ended before setup looks for files in use: in the folder that is installed to, and
 * in the one of the version before; at an upgrade, a repair, a change and a removal, also the one within an upgrade. A first
 * installation has none. The library is `WindowsFacts.actions`.
 */
export function planEndings(plan: Plan): { tables: Tables; execute: SequencedAction[] } {
  const { windowless, folder, actions } = plan.windows;
  if (windowless.length === 0) return { tables: {}, execute: [] };
  const programs = windowless.map((path) => path.slice(folder.length + 1).replaceAll('/', '\\')).join('|');
  const condition = ['Installed', OLDER, ...replacedProperties(plan)].join(' OR ');
  return {
    tables: {
      Binary: [[LIBRARY, actions]],
      Property: [[PROGRAMS, programs]],
      CustomAction: [
        [`Set_${END}`, SET_PROPERTY, END, `[${INSTALL_FOLDER}]|[${savedName(INSTALL_FOLDER)}]`, null],
        // Immediate, so that it runs as whoever installs and ends nothing else; waited for.
        [END, FUNCTION | CONTINUE, LIBRARY, END, null],
      ],
    },
    execute: [`Set_${END}`, END].map((action, index) => ({ action, condition, sequence: BEFORE_VALIDATION + index })),
  };
}
