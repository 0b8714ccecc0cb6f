import path from 'node:path';
import { Argument, Command, Option } from 'commander';

const json = new Option('--json', 'print JSON for scripts');
const cache = new Option(
  '--cache <folder>',
  'where costly things are kept (default: $PACKWRIGHT_CACHE, else the user’s cache folder)',
);
const nodeSource = new Option(
  '--node-source <source>',
  'npm, nodejs.org, or a folder that holds Node executables',
).default('npm');

const EXAMPLES = `
Examples:
  packwright init                        write a manifest from package.json
  packwright list                        what can be built
  packwright build                       build everything into dist/
  packwright build 'linux-x64-*'         some of it
  packwright explain linux-x64-main.deb  what it holds and what it does when installed
  packwright verify dist/*.deb           read packages back and check every byte
  packwright verify setup.msi            and Windows Installer’s own rules (ICE03 …), on any system

Environment:
  PACKWRIGHT_CACHE            where costly things are kept
  PACKWRIGHT_NETWORK_TIMEOUT  seconds without data after which a download is given up (default: 60)
  PACKWRIGHT_DEBUG            not empty: errors show what caused them
  NODEJS_ORG_MIRROR           instead of https://nodejs.org/dist
  SOURCE_DATE_EPOCH           time of everything in a package, seconds since 1970 (default: the last commit)

Exit codes: 0 done, 1 failed, 2 wrong use.`;

const INSTALLATION = `
Examples:
  source <(packwright completion bash)                                    in ~/.bashrc
  source <(packwright completion zsh)                                     in ~/.zshrc, after compinit
  packwright completion fish >~/.config/fish/completions/packwright.fish  once`;

const VERIFICATION = `
An .msi of any origin is also held against Windows Installer’s own rules, by their numbers (ICE03 …): an error makes the exit code 1,
a warning does not. Each is described at https://learn.microsoft.com/windows/win32/msi/ice-reference

Examples:
  packwright verify dist/*.deb dist/*.msi        each is sound, or what is wrong with it
  packwright verify --json setup.msi | jq '.[0].findings[] | select(.level == "error")'`;

/**
 * Every verb, argument and option of `packwright`, said once: the parser, `--help`, the completions and the manual page are made of it.
 * A verb's code is loaded when it is asked for.
 */
export function makeCommandLine(): Command {
  const cli = new Command('packwright')
    .description(
      'One manifest in, every installer out: deb, rpm and container images of a Node program, from any host.',
    )
    .option(
      '-m, --manifest <file>',
      'the manifest (default: packwright.json, or what "packwright" in package.json names)',
    )
    .addOption(
      new Option('-C, --directory <folder>', 'act as if started there')
        .argParser((folder) => path.resolve(folder))
        .default(process.cwd(), 'here'),
    )
    .exitOverride()
    .configureHelp({ sortOptions: true })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'packwright: ')) })
    .showSuggestionAfterError(true)
    .showHelpAfterError('Run "packwright help" to see all commands.')
    .addHelpText('after', EXAMPLES);

  cli
    .command('list')
    .description('list every target of the manifest')
    .addOption(json)
    .action(async (options) => (await import('./commands/list.ts')).listTargets({ ...cli.opts(), ...options }));

  cli
    .command('plan')
    .description('show what each target would hold, without writing it')
    .argument('[ids...]', 'target ids, with * as a wildcard')
    .addOption(json)
    .addOption(cache)
    .addOption(nodeSource)
    .action(async (ids, options) =>
      (await import('./commands/plan.ts')).planCommand(ids, { ...cli.opts(), ...options }),
    );

  cli
    .command('explain')
    .description('tell all about one target: files, services, scripts, relations')
    .argument('<id>', 'target id')
    .addOption(json)
    .addOption(cache)
    .addOption(nodeSource)
    .action(async (id, options) =>
      (await import('./commands/explain.ts')).explainCommand(id, { ...cli.opts(), ...options }),
    );

  cli
    .command('build')
    .description('build packages and read each back before it gets its name')
    .argument('[ids...]', 'target ids, with * as a wildcard; all when none is given')
    .option('-o, --out <folder>', 'output folder', 'dist')
    .option('-s, --skip <id>', 'leave out; may be repeated', (one: string, all: string[] = []) => [...all, one])
    .option('-c, --compression <method:level>', 'such as xz:9, zstd:3, gzip:6; default: each format’s release level')
    .option('--fast', 'quick compression for trying things out (zstd level 3, gzip level 1)')
    .addOption(
      new Option('--image-form <form>', 'form of container images')
        .choices(['tar', 'folder', 'docker-archive'])
        .default('tar'),
    )
    .option('--base <layout>', 'an OCI layout or archive to build images on, instead of from scratch')
    .option('--shell', 'images on a minimal Debian with a shell, instead of from scratch')
    .option('-q, --quiet', 'say nothing but errors')
    .addOption(json)
    .addOption(cache)
    .addOption(nodeSource)
    .action(async (ids, options) =>
      (await import('./commands/build.ts')).buildCommand(ids, { ...cli.opts(), ...options }),
    );

  cli
    .command('inspect')
    .description('show what a package file says and holds')
    .argument('<file>', 'package file')
    .option('--scripts', 'print its scripts in full')
    .addOption(json)
    .action(async (file, options) =>
      (await import('./commands/inspect.ts')).inspectCommand(file, { ...cli.opts(), ...options }),
    );

  cli
    .command('verify')
    .description(
      'read packages back, check every digest and member, SHA256SUMS beside them, and the rules of their format',
    )
    .argument('<files...>', 'package files')
    .addOption(json)
    .addHelpText('after', VERIFICATION)
    .action(async (files, options) =>
      (await import('./commands/verify.ts')).verifyCommand(files, { ...cli.opts(), ...options }),
    );

  cli
    .command('diff')
    .description('show what differs between two packages; exit 1 when anything does')
    .argument('<old>', 'package file')
    .argument('<new>', 'package file')
    .addOption(json)
    .action(async (a, b, options) =>
      (await import('./commands/diff.ts')).diffCommand(a, b, { ...cli.opts(), ...options }),
    );

  cli
    .command('lock')
    .description('pin the Node runtimes and the Debian packages of images anew, by hash')
    .option('--node <version>', 'Node version to pin (default: the one this tool runs on)')
    .option('--mirror <url>', 'Debian mirror (default: the one this machine’s apt uses, else the snapshot archive)')
    .option('--keyring <file>', 'OpenPGP keys that must have signed the Debian archive')
    .addOption(new Option('--only <section>', 'pin only these').choices(['node', 'debian']))
    .addOption(cache)
    .addOption(nodeSource)
    .action(async (options) => (await import('./commands/lock.ts')).lockCommand({ ...cli.opts(), ...options }));

  cli
    .command('init')
    .description('write packwright.json from package.json')
    .option('-f, --force', 'overwrite a manifest that is there')
    .action(async (options) => (await import('./commands/init.ts')).initCommand({ ...cli.opts(), ...options }));

  cli
    .command('completion')
    .description('print a script that completes commands, options and target ids at the Tab key')
    .addArgument(new Argument('<shell>', 'for which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', INSTALLATION)
    .action(async (shell) => (await import('./commands/completion.ts')).completionCommand(shell));

  cli
    .command('complete', { hidden: true })
    .description('what a completion script asks: candidates for the last of the words')
    .argument('[words...]')
    .action(async (words) => (await import('./commands/complete.ts')).completeCommand(cli, words));

  return cli;
}
