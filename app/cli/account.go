package cli

import (
	"strings"

	"takoshome/app"
	"takoshome/app/control"
)

// accountCommand has the commands about the people of this host.
type accountCommand struct {
	Add      addAccountCommand    `cmd:"" help:"${help_accountAdd}"`
	List     listAccountsCommand  `cmd:"" help:"${help_accountList}"`
	Remove   removeAccountCommand `cmd:"" help:"${help_accountRemove}"`
	Password passwordCommand      `cmd:"" help:"${help_accountPassword}"`
}

// accountArg says whose account.
type accountArg struct {
	askFlags
	Name string `arg:"" help:"${help_accountArg}"`
}

type (
	addAccountCommand    struct{ accountArg }
	listAccountsCommand  struct{ askFlags }
	removeAccountCommand struct{ accountArg }
	passwordCommand      struct{ accountArg }
)

// Run makes an account.
func (c *addAccountCommand) Run(s *session) error {
	return s.withPassword(c.accountArg, control.VerbAddAccount, "account.added")
}

// Run gives an account another password.
func (c *passwordCommand) Run(s *session) error {
	return s.withPassword(c.accountArg, control.VerbSetPassword, "account.password")
}

// Run removes an account.
func (c *removeAccountCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	if _, err := a.ask(control.Wish{Verb: control.VerbRemoveAccount, Name: c.Name}); err != nil {
		return err
	}
	return a.tell(map[string]string{"name": c.Name}, "account.removed", "name", c.Name)
}

// Run lists accounts.
func (c *listAccountsCommand) Run(s *session) error {
	a, err := s.asker(c.askFlags)
	if err != nil {
		return err
	}
	e, err := a.everybody()
	if err != nil {
		return err
	}
	return show(a, e.People.Accounts, func() string { return a.accountTable(e.People.Accounts) })
}

// withPassword asks the app first whether it is there: nobody likes to type a
// password for nothing.
func (s *session) withPassword(arg accountArg, verb control.Verb, key string) error {
	a, err := s.asker(arg.askFlags)
	if err != nil {
		return err
	}
	if _, err := a.everybody(); err != nil {
		return err
	}
	password, err := s.password(arg.Name)
	if err != nil {
		return err
	}
	if _, err := a.ask(control.Wish{Verb: verb, Name: arg.Name, Password: password}); err != nil {
		return err
	}
	return a.tell(map[string]string{"name": arg.Name}, key, "name", arg.Name)
}

func (s *session) accountTable(accounts []app.Account) string {
	if len(accounts) == 0 {
		return s.words.say("account.none") + "\n"
	}
	var t table
	t.row(strings.Split(s.words.say("account.columns"), "\t")...)
	for _, account := range accounts {
		who, password := s.words.say("account.family"), s.words.say("account.noPassword")
		if account.Owner {
			who = s.words.say("account.owner")
		}
		if account.HasPassword {
			password = s.words.say("account.hasPassword")
		}
		t.row(plain(account.Name), who, password, day(account.CreatedAt))
	}
	return t.String()
}
