import { print } from './options.ts';

/** Shells that `packwright completion` knows. */
export type Shell = 'bash' | 'zsh' | 'fish';

/**
 * The scripts know no verb and no option: they hand the words before the cursor to `packwright complete` (complete.ts), whose answer is a
 * line that says what to offer (`words`, `files`, `folders`) and, of words, one a line, a tab and what it means.
 */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  // Nothing newer than bash 3.2, which macOS has. COMP_WORDS parts --name=value into three words: as --name value it means the same.
  bash: `# bash completion of packwright
_packwright() {
    local words=() current line kind=
    for current in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ $current != = ]]; then words+=("$current"); fi
    done
    if [[ $current == = ]]; then
        current=
        words+=('')
    fi
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("\${line%%$'\\t'*}"); fi
    done < <("$1" complete -- "\${words[@]}" 2>/dev/null)
    case $kind in
        files) compopt -o filenames 2>/dev/null ;;
        folders) compopt -o filenames 2>/dev/null ;;
        *) return ;;
    esac
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(if [[ $kind == files ]]; then compgen -f -- "$current"; else compgen -d -- "$current"; fi)
}
complete -F _packwright packwright
`,
  // zshcompsys(1): a file of fpath that begins with #compdef is the function itself; sourced, it registers one.
  zsh: `#compdef packwright
_packwright() {
    local -a lines candidates
    local line kind
    lines=("\${(@f)$("\${(Q)words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    kind=\${lines[1]}
    case $kind in
        files) compset -P '--*='; _files ;;
        folders) compset -P '--*='; _files -/ ;;
        words)
            for line in "\${(@)lines[2,-1]}"; do
                candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
            done
            _describe packwright candidates ;;
    esac
}
if [[ \${funcstack[1]-} == _packwright ]]; then
    _packwright "$@"
else
    compdef _packwright packwright
fi
`,
  fish: `# fish completion of packwright
function __packwright_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    test -n "$current"; or set current ''
    set -l lines ($before[1] complete -- $before[2..-1] $current 2>/dev/null)
    set -l name (string match -r -- '^--[^=]+=' $current; or echo)
    set -l value (string replace -r -- '^--[^=]+=' '' $current)
    switch "$lines[1]"
        case files
            printf '%s\\n' $name(__fish_complete_path $value)
        case folders
            printf '%s\\n' $name(__fish_complete_directories $value)
        case words
            printf '%s\\n' $lines[2..-1]
    end
end
complete -c packwright -f -a '(__packwright_complete)'
`,
};

/** `packwright completion`: the script of a shell, to be sourced or put where that shell looks. */
export function completionCommand(shell: Shell): void {
  print(SCRIPTS[shell].trimEnd());
}
