/** The source of a service's events is made by setup and, for who has the zip, by the program: they must make the same. */
import test from 'ava';
import { product } from '../../../runtime/product.ts';
import { agentService, serverService } from '../../../runtime/service/identity.ts';
import { isRegistered, registerSource } from '../../../runtime/windows/events.ts';
import type { Registry, RegistryValue } from '../../../runtime/windows/registry.ts';
import { tableOf } from './table-of.ts';
import { tinyPackage } from './tiny-package.ts';
import { writePackage } from './write-package.ts';

/** A registry in memory, with text values alone for `readTexts`, as the real one. */
function openMemory(): Registry & { keys: Map<string, Record<string, RegistryValue>> } {
  const keys = new Map<string, Record<string, RegistryValue>>();
  return {
    keys,
    readTexts(key) {
      const texts = Object.entries(keys.get(key) ?? {}).flatMap(([name, value]): [string, string][] => {
        if (typeof value === 'number') return [];
        return [[name, typeof value === 'string' ? value : value.expand]];
      });
      return Object.fromEntries(texts);
    },
    write: (key, values) => void keys.set(key, { ...keys.get(key), ...values }),
    remove: (key) => void keys.delete(key),
  };
}

/** A value as the Registry table writes it. */
function inTable(value: RegistryValue): string {
  if (typeof value === 'number') return `#${value}`;
  return typeof value === 'string' ? value : `#%${value.expand}`;
}

test('setup registers the source of events that the program would register, value by value', async (t) => {
  const rows = (await tableOf(await writePackage(t, await tinyPackage()), 'Registry')).filter(({ Key }) =>
    String(Key).includes('EventLog'),
  );
  const registry = openMemory();
  registerSource(registry, 'tiny');
  const [[key, values]] = [...registry.keys] as [[string, Record<string, RegistryValue>]]; // one key was written
  t.deepEqual(
    rows.map(({ Key, Name, Value }) => [Key, Name, Value]).sort(),
    Object.entries(values)
      .map(([name, value]) => [key, name, inTable(value)])
      .sort(),
  );
});

test('a program finds the source that setup has registered, so it need not be allowed to register one', async (t) => {
  const registry = openMemory();
  for (const { Key, Name, Value } of await tableOf(await writePackage(t, await tinyPackage()), 'Registry')) {
    const text = String(Value);
    registry.write(String(Key), { [String(Name)]: text.startsWith('#%') ? { expand: text.slice(2) } : text });
  }
  t.true(isRegistered(registry, 'tiny'));
});

test('the services of the product report events under the names that setup registers', (t) => {
  const names = product.services.map(({ name }) => name);
  t.deepEqual(names, [serverService.name, agentService.name]);
});
