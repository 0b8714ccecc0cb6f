import { readdir } from 'node:fs/promises';
import { ask, waitUntil } from '../ask.ts';
import { type Case, step } from '../case.ts';
import { type EngineName, type Engines, engineCommand, podmanIn, REGISTRY, startEngines } from '../engines.ts';
import type { Log } from '../log.ts';
import { buildDockerArchives, findImage } from '../packages.ts';
import { claimByLink, expectPassword } from '../sign-in.ts';
import { expect, expectSame, PORT } from '../subject.ts';

/** What a careful administrator takes away from every container. */
const HARDENED = ['--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'];
/** Accounts the image must run as: its own, an OpenShift-like one (any uid, group 0), and one that exists nowhere. */
const USERS = ['default', '12345:0', '12345:12345'] as const;
const ENGINES = ['podman', 'docker'] as const satisfies readonly EngineName[];
let nextPort = 18200;

export const IMAGE_CASES: readonly Case[] = [
  ...ENGINES.flatMap((engine) => USERS.map((user) => serverCase(engine, user))),
  ...ENGINES.map(agentCase),
  ...ENGINES.map(stopCase),
  { name: 'images/docker/health', roots: [], run: runHealth },
  { name: 'images/podman/arm64-from-index', roots: [], run: runArm64 },
  ...ENGINES.map((engine) => ({
    name: `images/${engine}/secret-file`,
    roots: [],
    run: (log: Log) => runSecret(engine, log),
  })),
  ...ENGINES.map((engine) => ({
    name: `images/${engine}/root-reads-host`,
    roots: [],
    run: (log: Log) => runAsRoot(engine, log),
  })),
  { name: 'images/docker/archive', roots: [], run: runArchive },
  { name: 'images/scanner-view', roots: [], run: runScannerView },
];

function imageName(edition: 'cli' | 'agent'): string {
  return `${REGISTRY}/duplicati-${edition}:now`;
}

const begun = new Map<string, Promise<unknown>>();
/** The same work is done once, also when several cases ask for it at the same time. */
function once(key: string, work: () => Promise<unknown>): Promise<unknown> {
  const running = begun.get(key) ?? work();
  begun.set(key, running);
  return running;
}

/** Puts an image into the registry, whole index and all. */
function pushImage(engines: Engines, edition: 'cli' | 'agent'): Promise<unknown> {
  return once(`push ${edition}`, async () => {
    const source = `oci-archive:${await findImage(edition)}`;
    const copy = ['skopeo', '--policy', `${engines.folder}/policy.json`, 'copy', '--all', '--dest-tls-verify=false'];
    await engines.run([...copy, source, `docker://${imageName(edition)}`], { timeout: 300 });
  });
}

/** Every image goes through the registry and comes back by the engine's own pull. */
export async function pullImage(engines: Engines, engine: EngineName, edition: 'cli' | 'agent'): Promise<string> {
  const name = imageName(edition);
  await pushImage(engines, edition);
  const pull = engine === 'podman' ? ['pull', '-q', '--tls-verify=false', name] : ['pull', '-q', name];
  await once(`${engine} ${edition}`, () => engines.run(engineCommand(engine, ...pull), { timeout: 300 }));
  return name;
}

/** A running container, hardened, on a fresh volume, its port published; removed with its volume in the end. */
async function withContainer<T>(
  engines: Engines,
  engine: EngineName,
  image: string,
  extra: readonly string[],
  work: (container: Container) => Promise<T>,
): Promise<T> {
  const port = nextPort++;
  const name = `accept-${port}`;
  const command = (...argv: string[]) => engineCommand(engine, ...argv);
  const container: Container = {
    name,
    port,
    start: async () => {
      await engines.run(
        command(
          'run',
          '-d',
          '--name',
          name,
          '-p',
          `${port}:${PORT}`,
          '-v',
          `${name}:/data`,
          ...HARDENED,
          ...extra,
          image,
        ),
      );
    },
    stop: async () => {
      const start = performance.now();
      await engines.run(command('stop', name));
      const seconds = (performance.now() - start) / 1000;
      const code = (await engines.run(command('inspect', '-f', '{{.State.ExitCode}}', name))).trim();
      expectSame(code, '0', 'exit code after stop');
      return seconds;
    },
    remove: () => engines.run(command('rm', '-f', name)),
    command,
  };
  try {
    await container.start();
    return await work(container);
  } catch (error) {
    const { text } = await engines.try(command('logs', name));
    throw new Error(`${error instanceof Error ? error.message : error}\nlog of the container: ${text.slice(-600)}`, {
      cause: error,
    });
  } finally {
    await engines.try(command('rm', '-f', name));
    await engines.try(command('volume', 'rm', '-f', name));
  }
}
interface Container {
  name: string;
  /** Published on every address of the machine. */
  port: number;
  start(): Promise<void>;
  /** Seconds it took. */
  stop(): Promise<number>;
  remove(): Promise<unknown>;
  command(...argv: string[]): string[];
}

/** /health answers somebody on another machine, who came through the engine's published port. */
async function expectAnswer(engines: Engines, { port }: Container, log: Log): Promise<void> {
  await waitUntil(
    '/health through the published port',
    async () => (await ask(log, 0, { address: engines.address, port, path: '/health' })).status === 200,
  );
  const { status } = await ask(log, 0, { address: engines.address, port, path: '/health', host: 'evil.test' });
  expect(status >= 400 && status < 500, `a request for host "evil.test" was answered with ${status}`);
}

function serverCase(engine: EngineName, user: (typeof USERS)[number]): Case {
  return {
    name: `images/${engine}/cli/${user === 'default' ? 'own-user' : `uid-${user.replace(':', '-')}`}`,
    roots: [],
    async run(log) {
      const engines = await startEngines(log);
      const image = await pullImage(engines, engine, 'cli');
      const extra = user === 'default' ? [] : ['--user', user];
      await withContainer(engines, engine, image, extra, async (container) => {
        await step(log, 'answers', () => expectAnswer(engines, container, log));
        await step(log, 'claimed by the link of its log', async () => {
          const { text } = await engines.try(container.command('logs', container.name));
          const { port } = container;
          await claimByLink({ log, pid: 0, address: engines.address, port }, text, 'seven green bottles');
        });
        const before = await step(log, 'volume', () => listVolume(engines, container, user));
        await step(log, 'created again on the same volume', async () => {
          await container.stop();
          await container.remove();
          await container.start();
          await expectAnswer(engines, container, log);
          const { port } = container;
          await expectPassword({ log, pid: 0, address: engines.address, port }, 'seven green bottles');
          expectSame(await listVolume(engines, container, user), before, 'the volume');
        });
      });
    },
  };
}

/** What lies in the volume, with a file planted there on the first look; everything below /data belongs to who runs it, 0700. */
async function listVolume(engines: Engines, { name, command }: Container, user: string): Promise<string> {
  const mount = (await engines.run(command('volume', 'inspect', '-f', '{{.Mountpoint}}', name))).trim();
  const [uid] = user === 'default' ? ['65532'] : user.split(':');
  const list = await engines.run([
    'sh',
    '-euc',
    'cd "$1"; [ -e kept ] || { echo data >kept; chown "$2" kept; }; find . -mindepth 1 -printf "%p %m %U\\n" | sort; cat kept',
    'sh',
    mount,
    uid!,
  ]);
  const folder = list.split('\n').find((line) => /^\.\/[^/]+ 700 /.test(line));
  expect(folder?.endsWith(` ${uid}`) ?? false, `no private folder of ${uid} in the volume:\n${list}`);
  return list.trim();
}

function agentCase(engine: EngineName): Case {
  return {
    name: `images/${engine}/agent`,
    roots: [],
    async run(log) {
      const engines = await startEngines(log);
      const image = await pullImage(engines, engine, 'agent');
      for (const user of USERS) {
        await step(log, user, () =>
          withContainer(engines, engine, image, user === 'default' ? [] : ['--user', user], async (container) => {
            const pid = (
              await engines.run(container.command('inspect', '-f', '{{.State.Pid}}', container.name))
            ).trim();
            await waitUntil(
              'the agent says that it runs',
              async () => (await engines.try(container.command('logs', container.name))).text !== '',
            );
            const listening = await engines.run([
              'sh',
              '-c',
              `awk '$4 == "0A"' /proc/${pid}/net/tcp /proc/${pid}/net/tcp6`,
            ]);
            expectSame(listening, '', 'listening sockets');
            expectSame(
              await engines.run(container.command('inspect', '-f', '{{.State.Status}}', container.name)),
              'running',
              'state',
            );
            await container.stop();
          }),
        );
      }
    },
  };
}

/** Whoever stops a container waits for it. Median of three, since the engine's own work is in it. */
function stopCase(engine: EngineName): Case {
  return {
    name: `images/${engine}/stop`,
    roots: [],
    async run(log) {
      const engines = await startEngines(log);
      const image = await pullImage(engines, engine, 'cli');
      const times: number[] = [];
      for (let n = 0; n < 3; n++) {
        await withContainer(engines, engine, image, [], async (container) => {
          await expectAnswer(engines, container, log);
          times.push(await container.stop());
        });
      }
      const median = times.sort((a, b) => a - b)[1]!;
      expect(median <= 1.5, `stop took ${times.map((one) => one.toFixed(2)).join(', ')} s`);
      return `stop: ${times.map((one) => one.toFixed(2)).join(', ')} s`;
    },
  };
}

async function runHealth(log: Log): Promise<string> {
  const engines = await startEngines(log);
  const image = await pullImage(engines, 'docker', 'cli');
  const times: string[] = [];
  // The check finds the server by what it leaves in its data folder: another port, given and https.
  const ways: { variables: string[] }[] = [
    { variables: [] },
    { variables: ['-e', 'DUPLICATI__WEBSERVICE_PORT=9000'] },
    { variables: ['-e', 'DUPLICATI__CONFIGURE_HTTPS=true', '-e', 'DUPLICATI__WEBSERVICE_PORT=9001'] },
  ];
  for (const { variables: more } of ways) {
    await withContainer(engines, 'docker', image, ['--health-interval', '2s', ...more], async (container) => {
      const read = async () =>
        (await engines.run(container.command('inspect', '-f', '{{.State.Health.Status}}', container.name))).trim();
      const start = performance.now();
      await waitUntil('docker says healthy', async () => (await read()) === 'healthy', 60);
      times.push(`${((performance.now() - start) / 1000).toFixed(1)} s`);
    });
  }
  return `healthy after ${times[0]}, on another port after ${times[1]}, with https after ${times[2]}`;
}

async function runArm64(log: Log): Promise<void> {
  const engines = await startEngines(log);
  const arm64 = (...argv: string[]) => podmanIn('podman-arm64', ...argv);
  for (const edition of ['cli', 'agent'] as const) {
    await pushImage(engines, edition);
    const pull = arm64('pull', '-q', '--tls-verify=false', '--arch', 'arm64', imageName(edition));
    const id = (await engines.run(pull, { timeout: 300 })).trim();
    const platform = await engines.run(arm64('inspect', '-f', '{{.Os}}/{{.Architecture}}', id));
    expectSame(platform, 'linux/arm64', 'platform');
    const root = (await engines.run(arm64('image', 'mount', id))).trim();
    const env = { DUPLICATI_HOME: `${engines.folder}/arm64-${edition}` };
    const program = `${root}/usr/lib/duplicati/bin/duplicati-cli`;
    const info = await engines.run(['qemu-aarch64-static', '-L', root, program, 'system-info'], { env });
    expect(/better-sqlite3/.test(info) && /arm64|aarch64/.test(info), `system-info: ${info}`);
    await engines.run(arm64('image', 'umount', id));
  }
}

const CANARY = 'c4n4ry-5f0e8d7a9b6c1e2f3a4b5c6d7';

/** A secret comes as a file and shows nowhere: not in the configuration, the log or the process list. */
async function runSecret(engine: EngineName, log: Log): Promise<void> {
  const engines = await startEngines(log);
  const image = await pullImage(engines, engine, 'cli');
  const file = `${engines.folder}/secret-${engine}`;
  await engines.run(['sh', '-euc', 'umask 077; cat >"$1"; chown 65532 "$1"', 'sh', file], { input: CANARY });
  const variable = 'DUPLICATI__WEBSERVICE_PASSWORD_FILE';
  const extra = ['-v', `${file}:/run/secrets/password:ro`, '-e', `${variable}=/run/secrets/password`];
  await withContainer(engines, engine, image, extra, async (container) => {
    await expectAnswer(engines, container, log);
    const { text } = await engines.try(container.command('logs', container.name));
    expect(/password/i.test(text), `the log does not say that a password is set: ${text}`);
    const seen =
      text +
      (await engines.run(container.command('inspect', container.name))) +
      (await engines.run(['ps', '-eo', 'args']));
    expect(!seen.includes(CANARY), 'the secret shows in the log, the configuration or the process list');
  });
  await step(log, 'a secret that is not there is an error', async () => {
    const run = ['run', '--rm', ...HARDENED, '-e', `${variable}=/run/secrets/none`, image];
    const { code, text } = await engines.try(container(engine, run), { timeout: 30 });
    expect(code !== 0 && text.includes('/run/secrets/none'), `exit ${code}: ${text.slice(-400)}`);
  });
}

function container(engine: EngineName, argv: readonly string[]): string[] {
  return engineCommand(engine, ...argv);
}

/** `--user 0` with the host mounted: root in the container reads what only root may read, with one capability for it. */
async function runAsRoot(engine: EngineName, log: Log): Promise<void> {
  const engines = await startEngines(log);
  const image = await pullImage(engines, engine, 'cli');
  const host = `${engines.folder}/host-${engine}`;
  await engines.run([
    'sh',
    '-euc',
    'mkdir -p "$1/home"; cd "$1/home"; umask 077; echo private >file; chown -R 4711:4711 .',
    'sh',
    host,
  ]);
  const extra = ['--user', '0', '--cap-add', 'dac_read_search', '-v', `${host}:/host:ro`];
  await withContainer(engines, engine, image, extra, async (one) => {
    await expectAnswer(engines, one, log);
    const pid = (await engines.run(one.command('inspect', '-f', '{{.State.Pid}}', one.name))).trim();
    // The container has no shell: a reader of the host's, with the container's capabilities, looks through its root.
    const effective = await engines.run(['sh', '-c', `awk '/^CapEff/ {print $2}' /proc/${pid}/status`]);
    expectSame(BigInt(`0x${effective.trim()}`).toString(2), '100', 'capabilities (CAP_DAC_READ_SEARCH alone)');
    const reader = [
      'setpriv',
      '--bounding-set',
      '-all,+dac_read_search',
      '--inh-caps',
      '-all',
      'cat',
      `${host}/home/file`,
    ];
    expectSame(await engines.run(reader), 'private', 'the file');
    expectSame(
      await engines.run(['sh', '-c', `grep -c ' /host ' /proc/${pid}/mountinfo`]),
      '1',
      'the mount in the container',
    );
  });
}

/** The form for engines that know no OCI layout: what `docker save` would write, taken by `docker load`. */
async function runArchive(log: Log): Promise<void> {
  const engines = await startEngines(log);
  const folder = await buildDockerArchives('cli', engines.folder, log);
  const archives = (await readdir(folder)).filter((name) => name.endsWith('.tar'));
  const amd64 = archives.find((name) => /amd64|x64/.test(name)) ?? archives[0];
  const said = await engines.run(engineCommand('docker', 'load', '-i', `${folder}/${amd64}`), { timeout: 300 });
  const image = /Loaded image(?: ID)?: (\S+)/.exec(said)?.[1];
  expect(image !== undefined, `docker load says: ${said}`);
  await withContainer(engines, 'docker', image, [], (container) => expectAnswer(engines, container, log));
}

/** Scanners look for packages in var/lib/dpkg/status.d and for the system in etc/os-release. */
async function runScannerView(log: Log): Promise<string> {
  const engines = await startEngines(log);
  const image = await pullImage(engines, 'podman', 'cli');
  const root = (await engines.run(engineCommand('podman', 'image', 'mount', image))).trim();
  const status = await engines.run(['sh', '-euc', 'cat "$1"/var/lib/dpkg/status.d/*', 'sh', root]);
  const packages = [...status.matchAll(/^Package: (.+)$/gm)].map(([, name]) => name);
  const versions = [...status.matchAll(/^Version: (.+)$/gm)].length;
  expect(packages.length > 0 && versions === packages.length, `status.d: ${status.slice(0, 400)}`);
  for (const name of ['libc6', 'libstdc++6', 'libgcc-s1'])
    expect(packages.includes(name), `${name} is not in status.d`);
  await engines.run(['grep', '-q', '^ID=', `${root}/etc/os-release`]);
  const shells = await engines.run(['sh', '-c', 'cd "$1"; find . -name sh -o -name bash -o -name busybox', 'sh', root]);
  expectSame(shells, '', 'shells in the image');
  const open = await engines.run([
    'sh',
    '-c',
    'cd "$1"; find . ! -type l -perm /022 ! -path ./data ! -path ./tmp ! -path ./var/tmp; find . -perm /6000',
    'sh',
    root,
  ]);
  expectSame(open, '', 'writable by others or setuid');
  await engines.run(engineCommand('podman', 'image', 'umount', image));
  return packages.join(' ');
}
