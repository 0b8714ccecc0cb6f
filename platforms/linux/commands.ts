import type { Entry } from '../../build/model/file-tree.ts';
import type { Alternative } from '../../build/model/lifecycle.ts';
import { programsOf } from '../../build/model/members.ts';
import type { Payload } from '../../build/model/platform.ts';
import type { Edition, Product, Program } from '../../build/model/product.ts';
import { commandLineOf } from './command-line.ts';
import { renderBash, renderFish, renderZsh } from './completions.ts';
import { gzipFile, symbolicLink, textFile } from './entries.ts';
import { renderManPage } from './man-page.ts';
import type { Places } from './places.ts';

export interface Commands {
  entries: Entry[];
  alternatives: Alternative[];
}

/**
 * The commands of an edition with their manual pages and completions. A command that other editions provide too is left to
 * update-alternatives: its files have names of their own, and the usual names are links that switch with the command. Both are in one
 * folder: update-alternatives fails where a link's folder is missing, as /usr/share/man/man1 is on slim images, and does without a link
 * whose file is missing.
 */
export function placeCommands(product: Product, edition: Edition, payload: Payload, places: Places): Commands {
  const commands: Commands = { entries: [], alternatives: [] };
  for (const program of programsOf(product, edition)) {
    const link = `/usr/bin/${program.name}`;
    const priority = edition.alternatives?.[program.name];
    const attachments = attachmentsOf(product, edition, program, payload, places);
    if (priority === undefined) {
      commands.entries.push(symbolicLink(link, `../lib/${places.home}/bin/${program.name}`));
      commands.entries.push(...attachments.map(({ usual, write }) => write(usual)));
      continue;
    }
    commands.entries.push(...attachments.map(({ own, write }) => write(own)));
    commands.alternatives.push({
      name: program.name,
      link,
      path: `${places.lib}/bin/${program.name}`,
      priority,
      followers: attachments.map(({ name, usual, own }) => ({ name, link: usual, path: own })),
    });
  }
  return commands;
}

/** A file that goes with a command. */
interface Attachment {
  /** Its name among the alternatives. */
  name: string;
  /** Where its readers look for it. */
  usual: string;
  /** Where it is when several packages have one; in the same folder. */
  own: string;
  write(path: string): Entry;
}

function attachmentsOf(
  product: Product,
  edition: Edition,
  program: Program,
  payload: Payload,
  places: Places,
): Attachment[] {
  const { name, section = 1 } = program;
  const line = commandLineOf(program, payload.help[name] ?? '');
  // as Debian's nc.openbsd.1.gz: a name that no reader looks for, beside the link
  const aside = `${name}.${places.home}`;
  const man = `/usr/share/man/man${section}`;
  const bash = '/usr/share/bash-completion/completions';
  const fish = '/usr/share/fish/vendor_completions.d';
  return [
    {
      name: `${name}.${section}.gz`,
      usual: `${man}/${name}.${section}.gz`,
      own: `${man}/${aside}.${section}.gz`,
      write: (path) => gzipFile(path, 'man', renderManPage(product, edition, line, places)),
    },
    {
      name: `${name}.bash-completion`,
      usual: `${bash}/${name}`,
      own: `${bash}/${aside}`,
      write: (path) => textFile(path, 'data', renderBash(line)),
    },
    {
      name: `${name}.fish-completion`,
      usual: `${fish}/${name}.fish`,
      own: `${fish}/${aside}.fish`,
      write: (path) => textFile(path, 'data', renderFish(line)),
    },
    {
      name: `${name}.zsh-completion`,
      usual: `${places.zsh}/_${name}`,
      own: `${places.zsh}/${aside}`, // without the underscore that makes zsh load it
      write: (path) => textFile(path, 'data', renderZsh(line)),
    },
  ];
}
