package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

// completionCommand prints a script that completes commands and flags.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"${help_shell}"`
}

// Run prints the script of the shell.
func (c *completionCommand) Run(s *session) error {
	return writeCompletion(s.Stdout, c.Shell, s.model)
}

// completedCommand is one command with what may follow it.
type completedCommand struct {
	Name, Help string
	Flags      []completedFlag
	Values     []string // of its argument
}

type completedFlag struct {
	Name, Help string
	Values     []string // nil: anything, or nothing for a switch
	IsSwitch   bool
	IsPath     bool
}

// The scripts know no more than the command line does when they are printed:
// they need no help from the program while somebody types.
const bashScript = `_takoshome() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		{{range $i, $c := .}}{{if $i}}|{{end}}{{.Name}}{{end}}) command=$word; break ;;
		esac
	done
	case $command:$prev in
{{- range $c := .}}{{range .Flags}}{{if .IsPath}}
	{{$c.Name}}:--{{.Name}}) COMPREPLY=($(compgen -d -- "$cur")); return ;;
{{- else if .Values}}
	{{$c.Name}}:--{{.Name}}) COMPREPLY=($(compgen -W "{{join .Values}}" -- "$cur")); return ;;
{{- else if not .IsSwitch}}
	{{$c.Name}}:--{{.Name}}) return ;;
{{- end}}{{end}}{{end}}
	esac
	case $command in
{{- range .}}
	{{.Name}}) COMPREPLY=($(compgen -W "{{join .Values}} {{range .Flags}}--{{.Name}} {{end}}--help" -- "$cur")) ;;
{{- end}}
	*) COMPREPLY=($(compgen -W "{{range .}}{{.Name}} {{end}}--help" -- "$cur")) ;;
	esac
}
complete -F _takoshome takoshome
`

const zshScript = `#compdef takoshome
_takoshome() {
	local -a commands
	commands=({{range .}}
		{{quote (print .Name ":" (colon .Help))}}{{end}}
	)
	if (( CURRENT == 2 )); then
		_describe command commands
		return
	fi
	case $words[2] in
{{- range .}}
	{{.Name}}) _arguments -s{{range .Flags}} \
		{{quote (zflag .)}}{{end}}{{if .Values}} \
		'2:value:({{join .Values}})'{{end}} ;;
{{- end}}
	esac
}
compdef _takoshome takoshome
`

const fishScript = `complete -c takoshome -f
{{- range $c := .}}
complete -c takoshome -n __fish_use_subcommand -a {{.Name}} -d {{quote .Help}}
{{- if .Values}}
complete -c takoshome -n '__fish_seen_subcommand_from {{.Name}}' -a '{{join .Values}}'
{{- end}}
{{- range .Flags}}
complete -c takoshome -n '__fish_seen_subcommand_from {{$c.Name}}' -l {{.Name}} {{- if .IsPath}} -r -F{{else if .Values}} -x -a '{{join .Values}}'{{else if not .IsSwitch}} -x{{end}} -d {{quote .Help}}
{{- end}}
{{- end}}
`

func writeCompletion(w io.Writer, shell string, model *kong.Application) error {
	scripts := map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}
	script, err := template.New(shell).Funcs(template.FuncMap{
		"join":  func(words []string) string { return strings.Join(words, " ") },
		"quote": shellQuote,
		"colon": func(s string) string { return strings.ReplaceAll(s, ":", `\:`) },
		"zflag": zshFlag,
	}).Parse(scripts[shell])
	if err != nil {
		return fmt.Errorf("make completion script: %w", err)
	}
	return script.Execute(w, completedCommands(model))
}

func completedCommands(model *kong.Application) []completedCommand {
	var commands []completedCommand
	for _, node := range model.Children {
		c := completedCommand{Name: node.Name, Help: node.Help}
		for _, f := range node.Flags {
			c.Flags = append(c.Flags, completedFlag{
				Name:     f.Name,
				Help:     f.Help,
				Values:   flagValues(f),
				IsSwitch: f.IsBool(),
				IsPath:   f.Tag.Type == "path",
			})
		}
		for _, p := range node.Positional {
			c.Values = append(c.Values, p.EnumSlice()...)
		}
		commands = append(commands, c)
	}
	return commands
}

func flagValues(f *kong.Flag) []string {
	if f.Enum != "" {
		return f.EnumSlice()
	}
	// Words between the bars of a placeholder can be typed as they stand.
	values := strings.Split(f.PlaceHolder, "|")
	return slices.DeleteFunc(values, func(v string) bool { return v == "" || v != strings.ToLower(v) || strings.ContainsAny(v, ",…") })
}

func zshFlag(f completedFlag) string {
	help := strings.NewReplacer("[", "(", "]", ")", ":", `\:`).Replace(f.Help)
	switch {
	case f.IsSwitch:
		return "--" + f.Name + "[" + help + "]"
	case f.IsPath:
		return "--" + f.Name + "[" + help + "]:folder:_files -/"
	case len(f.Values) > 0:
		return "--" + f.Name + "[" + help + "]:value:(" + strings.Join(f.Values, " ") + ")"
	}
	return "--" + f.Name + "[" + help + "]:value: "
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
