import { type Dispatcher, openDispatcher } from './dispatcher.ts';
import { type Events, openEvents } from './events.ts';
import { loadLibrary } from './library.ts';
import { openRegistry, type Registry } from './registry.ts';
import { openSecurity, type Security } from './security.ts';
import { openServices, type Services } from './services.ts';

/** What Windows can do for us beyond Node, as plain functions. */
export interface Windows {
  security: Security;
  registry: Registry;
  services: Services;
  dispatcher: Dispatcher;
  /** @throws WindowsError when the log cannot be opened. */
  openEvents(source: string): Events;
}

let loaded: Windows | undefined;

/** @throws Error with a one-line reason when koffi cannot be loaded, or on another system than Windows. */
export function loadWindows(): Windows {
  if (loaded) return loaded;
  const library = loadLibrary();
  loaded = {
    security: openSecurity(library),
    registry: openRegistry(library),
    services: openServices(library),
    dispatcher: openDispatcher(library),
    openEvents: (source) => openEvents(library, source),
  };
  return loaded;
}
