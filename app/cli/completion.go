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
	Path  []string // "friend", "add"
	Help  string
	Flags []completedFlag
	Args  []completedArg
	Subs  []completedCommand // the commands below it
}

// Name is the command as one types it.
func (c completedCommand) Name() string { return strings.Join(c.Path, " ") }

// Word is the last word of it.
func (c completedCommand) Word() string { return c.Path[len(c.Path)-1] }

// Values are those of its arguments.
func (c completedCommand) Values() []string {
	var values []string
	for _, a := range c.Args {
		values = append(values, a.Values...)
	}
	return values
}

// TakesFile says that an argument is a file.
func (c completedCommand) TakesFile() bool {
	return slices.ContainsFunc(c.Args, func(a completedArg) bool { return a.IsFile })
}

type completedArg struct {
	At     int // behind the program's name, the first word there being 1
	Values []string
	IsFile bool
}

type completedFlag struct {
	Name, Help string
	Values     []string // nil: anything, or nothing for a switch
	IsSwitch   bool
	IsFolder   bool
	IsFile     bool
}

// The scripts know no more than the command line does when they are printed:
// they need no help from the program while somebody types.
const bashScript = `_takoshome() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case "$command${command:+ }$word" in
		{{range $i, $c := .All}}{{if $i}}|{{end}}'{{.Name}}'{{end}}) command+="${command:+ }$word" ;;
		esac
	done
	case "$command:$prev" in
{{- range $c := .All}}{{range .Flags}}{{if .IsFolder}}
	'{{$c.Name}}:--{{.Name}}') COMPREPLY=($(compgen -d -- "$cur")); return ;;
{{- else if .IsFile}}
	'{{$c.Name}}:--{{.Name}}') COMPREPLY=($(compgen -f -- "$cur")); return ;;
{{- else if .Values}}
	'{{$c.Name}}:--{{.Name}}') COMPREPLY=($(compgen -W "{{join .Values}}" -- "$cur")); return ;;
{{- else if not .IsSwitch}}
	'{{$c.Name}}:--{{.Name}}') return ;;
{{- end}}{{end}}{{end}}
	esac
	case "$command" in
{{- range .All}}
	'{{.Name}}') COMPREPLY=($(compgen -W "{{range .Subs}}{{.Word}} {{end}}{{join .Values}} {{range .Flags}}--{{.Name}} {{end}}--help" -- "$cur"){{if .TakesFile}} $(compgen -f -- "$cur"){{end}}) ;;
{{- end}}
	*) COMPREPLY=($(compgen -W "{{range .Top}}{{.Word}} {{end}}--help" -- "$cur")) ;;
	esac
}
complete -F _takoshome takoshome
`

const zshScript = `#compdef takoshome
_takoshome() {
	local -a commands
{{- define "describe"}}
		commands=({{range .}}
			{{quote (print .Word ":" (colon .Help))}}{{end}}
		)
		_describe command commands
		return
{{- end}}
	if (( CURRENT == 2 )); then
{{- template "describe" .Top}}
	fi
	case $words[2] in
{{- range .Top}}{{if .Subs}}
	{{.Word}})
		if (( CURRENT == 3 )); then
{{- template "describe" .Subs}}
		fi
		case $words[3] in
{{- range .Subs}}
{{template "arguments" .}}
{{- end}}
		esac ;;
{{- else}}
{{template "arguments" .}}
{{- end}}{{end}}
	esac
}
{{- define "arguments"}}	{{.Word}}) _arguments -s{{range .Flags}} \
		{{quote (zflag .)}}{{end}}{{range .Args}}{{if .IsFile}} \
		'{{.At}}:file:_files'{{else if .Values}} \
		'{{.At}}:value:({{join .Values}})'{{end}}{{end}} ;;
{{- end}}
compdef _takoshome takoshome
`

const fishScript = `function __takoshome_given
	set -l words (commandline -opc)
	set -q words[2]; and string match -v -- '-*' $words[2..-1]
end
function __takoshome_at
	set -l given (__takoshome_given)
	test (count $given) -ge (count $argv); and test "$given[1..$(count $argv)]" = "$argv"
end
function __takoshome_only
	__takoshome_at $argv; and test (count (__takoshome_given)) -eq (count $argv)
end
complete -c takoshome -f
{{- range .Top}}
complete -c takoshome -n __fish_use_subcommand -a {{.Word}} -d {{quote .Help}}
{{- end}}
{{- range $c := .All}}
{{- range .Subs}}
complete -c takoshome -n '__takoshome_only {{$c.Name}}' -a {{.Word}} -d {{quote .Help}}
{{- end}}
{{- if .TakesFile}}
complete -c takoshome -n '__takoshome_at {{.Name}}' -F
{{- else if .Values}}
complete -c takoshome -n '__takoshome_at {{.Name}}' -a '{{join .Values}}'
{{- end}}
{{- range .Flags}}
complete -c takoshome -n '__takoshome_at {{$c.Name}}' -l {{.Name}} {{- if or .IsFolder .IsFile}} -r -F{{else if .Values}} -x -a '{{join .Values}}'{{else if not .IsSwitch}} -x{{end}} -d {{quote .Help}}
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
	top := completedCommands(nil, model.Children)
	return script.Execute(w, struct{ Top, All []completedCommand }{top, withSubs(top)})
}

// withSubs has each command before those below it.
func withSubs(commands []completedCommand) []completedCommand {
	var all []completedCommand
	for _, c := range commands {
		all = append(append(all, c), withSubs(c.Subs)...)
	}
	return all
}

func completedCommands(above []string, nodes []*kong.Node) []completedCommand {
	var commands []completedCommand
	for _, node := range nodes {
		c := completedCommand{Path: append(slices.Clone(above), node.Name), Help: node.Help}
		c.Subs = completedCommands(c.Path, node.Children)
		for _, f := range node.Flags {
			c.Flags = append(c.Flags, completedFlag{
				Name:     f.Name,
				Help:     f.Help,
				Values:   flagValues(f),
				IsSwitch: f.IsBool(),
				IsFolder: f.Tag.Type == "path" && f.PlaceHolder == "DIR",
				IsFile:   f.Tag.Type == "path" && f.PlaceHolder != "DIR",
			})
		}
		for i, p := range node.Positional {
			a := completedArg{At: len(c.Path) + 1 + i, IsFile: p.Tag.Type == "path"}
			if p.Enum != "" {
				a.Values = p.EnumSlice()
			}
			c.Args = append(c.Args, a)
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
	case f.IsFolder:
		return "--" + f.Name + "[" + help + "]:folder:_files -/"
	case f.IsFile:
		return "--" + f.Name + "[" + help + "]:file:_files"
	case len(f.Values) > 0:
		return "--" + f.Name + "[" + help + "]:value:(" + strings.Join(f.Values, " ") + ")"
	}
	return "--" + f.Name + "[" + help + "]:value: "
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
