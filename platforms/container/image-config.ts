import type { ImageConfig } from '../../build/model/package.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import type { Service } from '../../build/model/service.ts';
import { IMAGE_USER } from './accounts.ts';

export interface ImagePaths {
  /** Folder of the payload. */
  root: string;
  /** Folder that outlives the container. */
  volume: string;
  /** Folder of the state, in the volume. */
  state: string;
}

/** The run configuration of an edition's image: what `docker run IMAGE` does without a word more. */
export function imageConfig(
  product: Product,
  edition: Edition,
  service: Service | undefined,
  { root, volume, state }: ImagePaths,
): ImageConfig {
  const program = service?.program ?? edition.programs[0] ?? product.name;
  const port = service?.listens === 'nothing' ? undefined : service?.port;
  const healthPath = service?.healthPath;
  const portSetting = service?.portSetting ? [service.portSetting] : [];
  const [checker, ...words] = service?.healthCommand ?? [];
  return {
    // By number: Kubernetes' runAsNonRoot cannot look a name up.
    user: `${IMAGE_USER.uid}:${IMAGE_USER.gid}`,
    env: environment(product, edition, service, state),
    // The service's own arguments belong to it; what a person appends to `docker run IMAGE` comes after them.
    entrypoint: [`${root}/bin/${program}`, ...argumentsOf(service, state)],
    cmd: [],
    workingDir: '/',
    exposedPorts: port === undefined ? [] : [`${port}/tcp`],
    volumes: [volume],
    labels: labels(product, edition, service),
    stopSignal: 'SIGTERM',
    ...(port === undefined || (healthPath === undefined && checker === undefined)
      ? {}
      : {
          healthcheck: {
            // The variable by its name: what the container is started with decides, long after this is written.
            test:
              checker === undefined
                ? ['CMD', `${root}/bin/healthcheck`, `http://127.0.0.1:${port}${healthPath}`, ...portSetting]
                : ['CMD', `${root}/bin/${checker}`, ...words],
            intervalSeconds: 30,
            timeoutSeconds: 10,
            startSeconds: 30,
            retries: 3,
          },
        }),
  };
}

function argumentsOf(service: Service | undefined, state: string): string[] {
  return (service?.containerArgs ?? service?.args ?? []).map((word) => word.replaceAll('{state}', state));
}

function environment(product: Product, edition: Edition, service: Service | undefined, state: string): string[] {
  const env: Record<string, string> = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    // A uid without a line in /etc/passwd has no home folder, and `os.homedir()` throws, unless it is told here.
    HOME: state,
    // The name systemd gives it too; the loader makes the folder, as whoever it runs as.
    STATE_DIRECTORY: state,
  };
  for (const setting of product.settings ?? []) {
    const ours = setting.editions === undefined || setting.editions.includes(edition.name);
    if (ours && setting.kind !== 'secret' && setting.default) env[setting.env] = setting.default;
  }
  Object.assign(env, service?.env, service?.containerEnv);
  if (service?.stateEnv) env[service.stateEnv] = state;
  return Object.entries(env).map(([name, value]) => `${name}=${value.replaceAll('{state}', state)}`);
}

/** Pre-defined annotation keys of the OCI image specification, annotations.md; the writer adds `created`. */
function labels(product: Product, edition: Edition, service: Service | undefined): Record<string, string> {
  const prefix = 'org.opencontainers.image';
  return {
    [`${prefix}.authors`]: `${product.maintainer.name} <${product.maintainer.email}>`,
    [`${prefix}.description`]: edition.summary,
    [`${prefix}.documentation`]: service?.documentation?.find((link) => /^https?:/.test(link)) ?? product.homepage,
    [`${prefix}.licenses`]: product.licence,
    [`${prefix}.title`]: edition.title,
    [`${prefix}.url`]: product.homepage,
    [`${prefix}.vendor`]: product.vendor,
    [`${prefix}.version`]: product.version,
  };
}
