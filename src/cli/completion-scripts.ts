/**
 * What each shell has to know: nothing but to ask `dingo-recover complete` with the words typed so far, the last of which
 * may be empty. Each line of the answer is a candidate, a tab, and what it is; a line `:files` asks for names of files.
 */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash: eval "$(dingo-recover completion bash)" in ~/.bashrc
_dingo_recover() {
  local line current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2> /dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(dingo-recover complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
}
complete -F _dingo_recover dingo-recover
`,
  zsh: `#compdef dingo-recover
# zsh: dingo-recover completion zsh > a directory of $fpath/_dingo-recover
_dingo_recover() {
  local line
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
    else
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(dingo-recover complete "\${(@)words[2,CURRENT]}" 2> /dev/null)
  if (( \${#candidates} )); then _describe dingo-recover candidates; fi
}
if [[ $funcstack[1] == _dingo-recover ]]; then _dingo_recover "$@"; else compdef _dingo_recover dingo-recover; fi
`,
  fish: `# fish: dingo-recover completion fish > ~/.config/fish/completions/dingo-recover.fish
function __dingo_recover_candidates
    set -l words (commandline -opc) (commandline -ct)
    for line in (dingo-recover complete $words[2..-1] 2> /dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c dingo-recover -f -a '(__dingo_recover_candidates)'
`,
};
