package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/alecthomas/kong"

	"takoshome/app"
	"takoshome/app/config"
	"takoshome/app/media"
)

const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitNobody = 3 // a call that nobody took
	exitWarned = 4 // the doctor has a warning
	exitShut   = 5 // the doctor has found what keeps friends out
)

// Config is what main brings along.
type Config struct {
	Args           []string // without the program's name
	Stdout, Stderr io.Writer
	// Stdin is where passwords and answers come from; nil: from nowhere.
	Stdin io.Reader
	// Version is what `takoshome version` tells besides the build's own marks.
	Version string
	// Page has the join page's files.
	Page fs.FS
	// Window shows tray and window until the person quits; nil: there is none.
	Window Window
	// CheckDisplay says before anything has started whether Window could show
	// anything; nil: Window alone finds out.
	CheckDisplay func() error
	// Icon is what desktops show for links to calls, a PNG of 256 by 256; nil:
	// the window's start registers no links.
	Icon []byte
	// OpenDevices opens sound and camera for a call; nil: there are none.
	OpenDevices func(*slog.Logger) (media.Capture, media.Playback, error)
	// NoDisplay is what the errors of both wrap where there is no display.
	NoDisplay error
}

// Window shows tray and window of a started app until the person quits, and
// closes the app.
type Window func(a *app.App, options WindowOptions) error

// WindowOptions are the settings that concern the window.
type WindowOptions struct {
	Version  string
	Language config.Language
	// Minimised leaves the window in the tray, where there is one.
	Minimised bool
	Logger    *slog.Logger
}

// commandLine is all there is to say on the command line.
type commandLine struct {
	Window     windowCommand     `cmd:"" default:"withargs" help:"${help_window}"`
	Serve      serveCommand      `cmd:"" help:"${help_serve}"`
	Invite     inviteCommand     `cmd:"" help:"${help_invite}"`
	Join       joinCommand       `cmd:"" help:"${help_join}"`
	Mute       muteCommand       `cmd:"" help:"${help_mute}"`
	Unmute     unmuteCommand     `cmd:"" help:"${help_unmute}"`
	PTT        pttCommand        `cmd:"" name:"ptt" help:"${help_ptt}"`
	HangUp     hangUpCommand     `cmd:"" name:"hangup" help:"${help_hangup}"`
	Call       callCommand       `cmd:"" help:"${help_call}"`
	Answer     answerCommand     `cmd:"" help:"${help_answer}"`
	Decline    declineCommand    `cmd:"" help:"${help_decline}"`
	Cancel     cancelCommand     `cmd:"" help:"${help_cancel}"`
	Friend     friendCommand     `cmd:"" help:"${help_friend}"`
	Group      groupCommand      `cmd:"" help:"${help_group}"`
	History    historyCommand    `cmd:"" help:"${help_history}"`
	Account    accountCommand    `cmd:"" help:"${help_account}"`
	Identity   identityCommand   `cmd:"" help:"${help_identity}"`
	Status     statusCommand     `cmd:"" help:"${help_status}"`
	Doctor     doctorCommand     `cmd:"" help:"${help_doctor}"`
	Loadtest   loadtestCommand   `cmd:"" help:"${help_loadtest}"`
	Autostart  autostartCommand  `cmd:"" help:"${help_autostart}"`
	Bundle     bundleCommand     `cmd:"" name:"debug-bundle" help:"${help_bundle}"`
	Version    versionCommand    `cmd:"" help:"${help_version}"`
	Completion completionCommand `cmd:"" help:"${help_completion}"`
}

// session is one run of a command.
type session struct {
	Config
	ctx   context.Context
	model *kong.Application
	words words
	// dataDir is the folder in use, once it is known, for sentences about it.
	dataDir string
}

// Run carries out a command line and gives the exit status. ctx ends it early.
func Run(ctx context.Context, c Config) int {
	s := &session{Config: c, ctx: ctx}
	var err error
	if s.words, err = wordsFor(config.LanguageAuto); err != nil {
		_, _ = fmt.Fprintln(c.Stderr, err)
		return exitFailed
	}
	helped, err := s.run()
	if helped || err == nil {
		return exitDone
	}
	if found := (*foundError)(nil); errors.As(err, &found) {
		return found.status
	}
	_, _ = fmt.Fprintln(c.Stderr, s.words.say("error", "sentence", s.sentence(err)))
	return statusOf(err)
}

func statusOf(err error) int {
	usage, nobody := (usageError{}), (*nobodyCameError)(nil)
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &nobody):
		return exitNobody
	}
	return exitFailed
}

func (s *session) run() (helped bool, err error) {
	var line commandLine
	parser, err := kong.New(&line,
		kong.Name("takoshome"),
		kong.Description(s.words.say("help.app")),
		kong.Writers(s.Stdout, s.Stderr),
		// Kong asks to end the program once it has printed the help.
		kong.Exit(func(int) { helped = true }),
		kong.PostBuild(s.helpTexts),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.ValueFormatter(func(v *kong.Value) string { return v.Help }),
	)
	if err != nil {
		return false, fmt.Errorf("set up the command line: %w", err)
	}
	s.model = parser.Model
	s.model.HelpFlag.Help = s.words.say("help.help")
	parsed, err := parser.Parse(withBareLink(s.Args))
	switch {
	case helped:
		return true, nil
	case err != nil:
		return false, usageError{err}
	}
	return false, parsed.Run(s)
}

// helpTexts hands the sentences to the tags of the commands. Kong's own variables
// do the same, but looks at all of them for each argument there is, which
// takes most of the time of every command.
func (s *session) helpTexts(k *kong.Kong) error {
	fill := func(help *string) {
		name, _ := strings.CutPrefix(*help, "${help_")
		if sentence, ok := s.words["help."+strings.TrimSuffix(name, "}")]; ok {
			*help = sentence
		}
	}
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		switch node := node.(type) {
		case *kong.Node:
			fill(&node.Help)
		case *kong.Value:
			fill(&node.Help)
		case *kong.Flag:
			fill(&node.Help)
		}
		return next(nil)
	})
}
