import { servicesOf, shortcutsOf } from '../../build/model/members.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import { startOf } from '../../build/model/service.ts';
import type { WindowsFeature } from '../../build/model/windows-facts.ts';

export const PATH_FEATURE = 'Path';
export const MENU_FEATURE = 'MenuShortcut';
export const DESKTOP_FEATURE = 'DesktopShortcut';
export const LOGIN_FEATURE = 'LoginShortcut';

/** What a person may leave out, in the order of the installer's list: services, PATH, shortcuts. */
export function featuresOf(product: Product, edition: Edition): WindowsFeature[] {
  const services = servicesOf(product, edition);
  const features = services.map((service, index) => ({
    name: serviceFeature(index),
    title: `${service.title} as a service`,
    description: 'Starts with the system, before anybody signs in.',
    isDefault: startOf(service, edition.name) === 'boot',
    property: index === 0 ? 'SERVICE' : `SERVICE${index + 1}`,
  }));
  features.push({
    name: PATH_FEATURE,
    title: 'Commands in every console',
    description: `Puts ${edition.programs.join(', ')} into the PATH of all users.`,
    isDefault: true,
    property: 'ADDTOPATH',
  });
  if (shortcutsOf(product, edition).length === 0) return features;
  const shortcut = (name: string, property: string, title: string, description: string, isDefault: boolean) => ({
    name,
    title,
    description,
    isDefault,
    property,
  });
  features.push(
    shortcut(MENU_FEATURE, 'MENUSHORTCUT', 'Start menu', 'A shortcut in the start menu of all users.', true),
    shortcut(DESKTOP_FEATURE, 'DESKTOPSHORTCUT', 'Desktop', 'A shortcut on the desktop of all users.', false),
    shortcut(LOGIN_FEATURE, 'LOGINSHORTCUT', 'Start at sign-in', 'Starts for every user who signs in.', true),
  );
  return features;
}

/** `Service`, `Service2`, …: the first has the plain name, which most products need alone. */
export function serviceFeature(index: number): string {
  return index === 0 ? 'Service' : `Service${index + 1}`;
}
