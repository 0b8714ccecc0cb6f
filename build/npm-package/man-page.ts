import type { Command } from 'commander';
import { renderProgramPage } from '../catalogue.ts';

/** packwright(1), of the very declaration that parses: what `--help` prints, then a section of arguments and options for each verb. */
export function makeManPage(cli: Command, version: string): string {
  const pages: string[] = [];
  cli.configureOutput({ writeOut: (text) => pages.push(text), getOutHelpWidth: () => 10_000 }).outputHelp();
  const help = cli.createHelp();
  for (const verb of cli.commands) {
    const options = help.visibleOptions(verb).filter((one) => one.long !== '--help');
    const rows = [
      ...help.visibleArguments(verb).map((one) => [help.argumentTerm(one), help.argumentDescription(one)]),
      ...options.map((one) => [help.optionTerm(one), help.optionDescription(one)]),
    ];
    if (rows.length === 0 || !help.visibleCommands(cli).includes(verb)) continue;
    pages.push(`${cli.name()} ${verb.name()}:\n${rows.map((row) => `  ${row.join('  ')}\n`).join('')}`);
  }
  const program = { name: cli.name(), entry: '', summary: 'make deb, rpm and container images of a Node program' };
  const homepage = `https://www.npmjs.com/package/${cli.name()}`;
  return renderProgramPage(program, pages.join('\n'), { title: 'Packwright', version, homepage });
}
