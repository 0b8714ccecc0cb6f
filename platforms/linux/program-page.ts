import type { Edition, Product, Program } from '../../build/model/product.ts';
import { commandLineOf } from './command-line.ts';
import { renderManPage } from './man-page.ts';
import { placesOf } from './places.ts';

/**
 * The manual page of a program that comes without a package of ours: no service, no settings, no files to name.
 * @param help what its `--help` prints.
 */
export function renderProgramPage(
  program: Program,
  help: string,
  about: Pick<Product, 'title' | 'version' | 'homepage'>,
): string {
  const { name, summary } = program;
  const edition: Edition = { name, package: name, title: about.title, summary, programs: [name], services: [] };
  const product: Product = {
    ...about,
    name,
    summary,
    description: [summary],
    vendor: '',
    maintainer: { name: '', email: '' },
    licence: '',
    copyright: '',
    programs: [program],
    services: [],
    editions: [edition],
    arches: [],
    formats: [],
  };
  return renderManPage(product, edition, commandLineOf(program, help), placesOf(product, edition, 'deb'));
}
