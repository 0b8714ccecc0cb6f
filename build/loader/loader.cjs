// The main module of the one executable that every program of a package is a link to, or on Windows a launcher of. It changes only when
// Node or this file changes, so that its 116 MB are compressed once. It runs `<root>/app/<name>.mjs`, where <name> is the name it was
// called by, or its first argument when it was called by its own name: `runtime NAME ARGUMENT…`.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const Module = require('node:module');

const root = path.dirname(path.dirname(process.execPath));
const OWN_NAMES = ['runtime', 'runtimew'];
let name = programName(process.argv[1] || process.execPath);
if (OWN_NAMES.includes(name)) {
  process.argv.splice(1, 1);
  name = process.argv[1] ?? '';
}

if (name === 'healthcheck') checkHealth(process.argv.slice(2));
else runProgram();

function programName(file) {
  return path.basename(file).replace(/\.exe$/i, '');
}

function runProgram() {
  const program = path.join(root, 'app', `${name}.mjs`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) || !fs.existsSync(program)) {
    const others = [...OWN_NAMES, 'healthcheck'];
    const known = fs.readdirSync(path.join(root, 'bin'), 'utf8').map(programName).sort();
    const names = known.filter((one) => !others.includes(one)).join(', ');
    fail(`there is no program of the name "${name}"; call it by one of its names: ${names}`);
  }
  closeModuleSearch();
  closeProgramSearch();
  if (process.pid === 1) endOnSignals();
  makeStateFolder();
  readSecretFiles();
  process.argv[1] = program;
  Module.createRequire(program)(program);
}

// Node also looks for modules in $NODE_PATH, $HOME/.node_modules, $HOME/.node_libraries and <prefix>/lib/node: a root service must not.
function closeModuleSearch() {
  const { HOME, USERPROFILE } = process.env;
  delete process.env.NODE_PATH;
  delete process.env.HOME;
  delete process.env.USERPROFILE;
  Module._initPaths();
  if (HOME !== undefined) process.env.HOME = HOME;
  if (USERPROFILE !== undefined) process.env.USERPROFILE = USERPROFILE;
}

// Windows looks for a program in the current folder before PATH: whoever can write there could put a `gpg.exe` in a service's way.
function closeProgramSearch() {
  if (process.platform === 'win32') process.env.NoDefaultCurrentDirectoryInExePath = '1';
}

// The first process of a container is spared the default action of signals: without this, `stop` waits ten seconds and kills.
// Ours is there only while no one else listens: some libraries pass a signal on when they believe to be alone.
function endOnSignals() {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ]) {
    const end = () => process.exit(code);
    const leaveToOthers = () => process.listenerCount(signal) > 1 && process.off(signal, end);
    process.on('newListener', (name, listener) => {
      // Later: Node would stop waiting for the signal if there were no listener at any moment.
      if (name === signal && listener !== end) process.nextTick(leaveToOthers);
    });
    process.on('removeListener', (name, listener) => {
      if (name === signal && listener !== end && process.listenerCount(signal) === 0) process.on(signal, end);
    });
    process.on(signal, end);
  }
}

// systemd makes $STATE_DIRECTORY before it starts a service; in a container nobody does. Where it cannot be made, the program says so.
function makeStateFolder() {
  const folder = process.env.STATE_DIRECTORY;
  if (!folder || !path.isAbsolute(folder) || fs.existsSync(folder)) return;
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch {}
}

// A declared secret NAME may be given as NAME_FILE, the path of a file that holds it (container secrets, systemd credentials).
function readSecretFiles() {
  const settings = path.join(root, 'app', 'settings.json');
  if (!fs.existsSync(settings)) return;
  for (const secret of JSON.parse(fs.readFileSync(settings, 'utf8')).secrets) {
    const file = process.env[`${secret}_FILE`];
    if (!file) continue;
    delete process.env[`${secret}_FILE`];
    if (process.env[secret]) fail(`both ${secret} and ${secret}_FILE are set; unset one of them`);
    try {
      process.env[secret] = fs.readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      fail(`${secret}_FILE names ${file}, which cannot be read (${error.code}); check the path and its permissions`);
    }
  }
}

// `healthcheck URL [VARIABLE]`: exit 0 when the URL answers 200 within five seconds, for images that hold no shell and no curl. Its port is
// the one that the service itself reads from VARIABLE, whatever the container was started with.
async function checkHealth([address, variable]) {
  const url = URL.canParse(address ?? '')
    ? new URL(address)
    : fail('usage: healthcheck http://127.0.0.1:PORT/PATH [VARIABLE]');
  setTimeout(() => fail(`${url.host}: no answer within 5 s`), 5000);
  const ports = readPorts(process.env.HEALTHCHECK_PORT) ?? readPorts(process.env[variable]) ?? [url.port];
  const faults = [];
  for (const port of ports) {
    url.port = port;
    const fault = await findFault(url);
    if (!fault) process.exit(0);
    faults.push(`${url.host}: ${fault}`);
  }
  fail(faults.join('; '));
}

// `8200`, `0.0.0.0:8200`, `http://[::]:8200/`, or several of them; undefined when there is none.
function readPorts(text) {
  const ports = (text ?? '').split(/[,;\s]+/).map((word) => Number(/(?:^|:)(\d{1,5})\/?$/.exec(word)?.[1]));
  const sound = ports.filter((port) => port > 0 && port < 65536);
  return sound.length > 0 ? sound : undefined;
}

function findFault(url) {
  return new Promise((resolve) => {
    const request = require('node:http').get(url, { agent: false }, (response) => {
      response.destroy();
      resolve(response.statusCode === 200 ? undefined : `it answers ${response.statusCode}`);
    });
    request.on('error', (error) => resolve(error.message));
  });
}

function fail(message) {
  process.stderr.write(`${name || 'runtime'}: ${message}\n`);
  process.exit(1);
}
