import { bytesContent } from '../../../build/model/content.ts';
import type { Payload } from '../../../build/model/platform.ts';
import type { Product } from '../../../build/model/product.ts';
import { editionNamed, lantern, payloadOf } from '../linux/lantern.ts';

/** The invented product, with what it says about Windows. */
export const product: Product = {
  ...lantern,
  formats: ['msi'],
  files: [],
  programs: lantern.programs.map((one) => (one.name === 'lantern' ? { ...one, windowless: true } : one)),
  services: lantern.services.map((service) => ({ ...service, windowsArgs: [...(service.args ?? []), '--service'] })),
  settings: (lantern.settings ?? []).map((setting) =>
    setting.env === 'LANTERN_PASSWORD' ? { ...setting, property: 'PASSWORD', initialFile: 'first-password' } : setting,
  ),
};

/** Its files as a payload for Windows has them. */
export function windowsPayload(name: string): Payload {
  const edition = editionNamed(name);
  const payload = payloadOf(edition);
  const executable = (path: string) =>
    ({ path, kind: 'file', executable: true, layer: 'runtime', content: bytesContent(`MZ ${path}`) }) as const;
  return {
    ...payload,
    installerActions: bytesContent('MZ actions'),
    files: [
      executable('bin/runtime.exe'),
      ...(edition.programs.includes('lantern') ? [executable('bin/runtimew.exe')] : []),
      ...edition.programs.map((program) => executable(`bin/${program}.exe`)),
      ...payload.files.filter(({ path }) => path.startsWith('app/') || path.startsWith('native/')),
      { path: 'icon.ico', kind: 'file', executable: false, layer: 'app', content: bytesContent('an icon') },
    ],
  };
}
