export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

// Each script asks the program for candidates: one in each line, with its meaning after a tab, or a mark
// for files and folders, which the shell completes itself. See `complete`.

const bash = `# Completion of corkboard for bash.
_corkboard() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :file) compopt -o default 2>/dev/null ;;
      :folder) compopt -o dirnames 2>/dev/null ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(corkboard complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _corkboard corkboard
`;

const zsh = `#compdef corkboard
# Completion of corkboard for zsh.
_corkboard() {
  local line
  local -a candidates
  while IFS= read -r line; do
    case $line in
      :file) _files; return ;;
      :folder) _files -/; return ;;
      *) candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}") ;;
    esac
  done < <(corkboard complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  _describe corkboard candidates
}
# Run as a file of $fpath it completes; sourced, it makes itself known.
if [[ \${funcstack[1]} == _corkboard ]]; then
  _corkboard "$@"
else
  compdef _corkboard corkboard
fi
`;

const fish = `# Completion of corkboard for fish.
function __corkboard_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    for line in (corkboard complete -- $before[2..-1] "$current" 2>/dev/null)
        switch $line
            case :file
                __fish_complete_path "$current"
            case :folder
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end
complete -c corkboard -f -a '(__corkboard_complete)'
`;

/** The script of each shell that completes the words of the program. */
export const scripts: Record<Shell, string> = { bash, zsh, fish };
