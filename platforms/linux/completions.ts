import { type CommandLine, type Option, shortText } from './command-line.ts';

/** A file for bash-completion, found by the command's name. Uses nothing but bash, so that it also works when sourced by hand. */
export function renderBash({ program, commands, options }: CommandLine): string {
  const name = program.name;
  const function_ = `_${name.replace(/\W/g, '_')}`;
  const words = options.flatMap((option) => option.flags.map((flag) => (isJoined(option, flag) ? `${flag}=` : flag)));
  const valued = options.filter(({ value }) => value !== undefined);
  const cases = valued.map(({ flags, choices }) => {
    const reply = choices.length > 0 ? ` mapfile -t COMPREPLY < <(compgen -W '${choices.join(' ')}' -- "$word") ;` : '';
    return `        ${flags.join(' | ')})${reply} return ;;\n`;
  });
  const atValue = cases.length > 0 ? `    case $previous in\n${cases.join('')}    esac\n` : '';
  const atCommand =
    commands.length > 0
      ? `    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W '${commands.map((command) => command.name).join(' ')}' -- "$word")
    fi\n`
      : '';
  return `# bash completion of ${name}

${function_}() {
    local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    # bash parts --name=value into three words
    if [[ $word == "=" ]]; then word=; elif [[ $previous == "=" ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}; fi
${atValue}    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '${words.join(' ')}' -- "$word")
        if [[ \${COMPREPLY[0]-} == *= ]]; then compopt -o nospace 2>/dev/null; fi
        return
    fi
${atCommand}}

# where nothing is offered, file names are
complete -o bashdefault -o default -F ${function_} ${name}
`;
}

/** A function for zsh's fpath. */
export function renderZsh({ program, commands, options }: CommandLine): string {
  const specs = options.map((option) => `    ${zshOption(option)} \\\n`).join('');
  if (commands.length === 0) return `#compdef ${program.name}\n\n_arguments \\\n${specs}    '*:file:_files'\n`;
  const described = commands.map(({ name, text }) => `    ${quoteShell(`${name}:${shortText(text)}`)}\n`).join('');
  return `#compdef ${program.name}

local -a commands
local state line
commands=(
${described})

_arguments \\
${specs}    '1: :->command' \\
    '*:file:_files' && return 0

if [[ $state == command ]]; then
    _describe -t commands command commands
fi
`;
}

/** \`'(-p --port)'{-p+,--port=}'[text]:NUMBER:_files'\`, as in zshcompsys(1), _arguments. */
function zshOption(option: Option): string {
  const flags = option.flags.map(
    (flag) =>
      flag + (option.value === undefined ? '' : isJoined(option, flag) ? '=' : flag.startsWith('--') ? '=' : '+'),
  );
  const text = `[${shortText(option.text).replace(/[[\]\\:]/g, '\\$&')}]`;
  const action = option.choices.length > 0 ? `(${option.choices.join(' ')})` : '_files';
  const value = option.value === undefined ? '' : `:${option.value.replace(/[:\\]/g, '\\$&')}:${action}`;
  if (flags.length === 1) return quoteShell(flags[0]! + text + value);
  return `'(${option.flags.join(' ')})'{${flags.join(',')}}${quoteShell(text + value)}`;
}

/** A file for fish's vendor_completions.d. */
export function renderFish({ program, commands, options }: CommandLine): string {
  const start = `complete -c ${program.name}`;
  const lines = [`# fish completion of ${program.name}`];
  for (const { name, text } of commands) {
    lines.push(`${start} -n __fish_use_subcommand -f -a ${name} -d ${quoteFish(shortText(text))}`);
  }
  for (const { flags, value, choices, text } of options) {
    // -s a letter, -l a long option, -o one dash and several letters; -r needs a value, -x one of these
    const names = flags.map((flag) =>
      flag.startsWith('--') ? `-l ${flag.slice(2)}` : `${flag.length === 2 ? '-s' : '-o'} ${flag.slice(1)}`,
    );
    const values = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : ' -r';
    lines.push(`${start} ${names.join(' ')}${value === undefined ? '' : values} -d ${quoteFish(shortText(text))}`);
  }
  return `${lines.join('\n')}\n`;
}

function isJoined(option: Option, flag: string): boolean {
  return option.joined && flag.startsWith('--');
}

function quoteShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function quoteFish(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
