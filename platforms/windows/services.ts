import { PackwrightError } from '../../build/model/errors.ts';
import { servicesOf, settingsOf } from '../../build/model/members.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import { type Service, startOf } from '../../build/model/service.ts';
import type { WindowsService, WindowsSetting } from '../../build/model/windows-facts.ts';
import { serviceFeature } from './features.ts';
import type { Places } from './places.ts';

/** The loader's path below the programs' folder: services are started by it, since the service control manager must know the very process. */
export const LOADER = 'bin/runtime.exe';
/** The one of programs without a console. */
export const WINDOWLESS_LOADER = 'bin/runtimew.exe';

/** @throws PackwrightError for a service that does not say how it runs under the service control manager. */
export function placeServices(product: Product, edition: Edition, places: Places): WindowsService[] {
  return servicesOf(product, edition).map((service, index) => ({
    name: service.name,
    title: service.title,
    description: product.summary,
    executable: `${places.folder}/${LOADER}`,
    args: [service.program, ...windowsArgs(service)],
    start: startOf(service, edition.name),
    feature: serviceFeature(index),
    account: service.account === 'root' ? 'LocalSystem' : 'virtual',
    stopSeconds: service.stopSeconds ?? 10,
  }));
}

function windowsArgs(service: Service): readonly string[] {
  if (service.windowsArgs) return service.windowsArgs;
  throw new PackwrightError(
    `service ${service.name}`,
    'on Windows a program has to answer the service control manager, and nothing says by which arguments it does',
    'give "windowsArgs", or leave the formats msi and zip out of its editions',
  );
}

/**
 * What the installer asks for and remembers: the settings, and beside them what is not asked for but the service has to know. In the
 * arguments and values of a service, `{state}` stands for its data folder.
 */
export function placeSettings(product: Product, edition: Edition): WindowsSetting[] {
  if (edition.services.length === 0) return [];
  return settingsOf(product, edition).map((setting) => ({
    property: setting.property ?? setting.env,
    env: setting.env,
    kind: setting.kind,
    default: setting.kind === 'secret' ? '' : (setting.default ?? ''),
    help: setting.help,
    ...(setting.initialFile ? { initialFile: setting.initialFile } : {}),
  }));
}

/** Variables that are the same on every machine but for the place of the data folder; `{state}` stands for it. */
export function fixedVariables(product: Product, edition: Edition): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const service of servicesOf(product, edition)) {
    if (service.stateEnv) variables[service.stateEnv] = '{state}';
    Object.assign(variables, service.env);
  }
  return variables;
}
