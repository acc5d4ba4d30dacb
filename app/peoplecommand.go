package app

import (
	"context"
	"errors"
	"os"
	"time"

	"takoshome/app/identity"
)

// task is a command that may take its time, because another server or a disk does.
type task func(context.Context) error

// task gives what does not wait behind the commands of the host.
func (a *App) task(command Command) (task, bool) {
	if t := a.callTask(command); t != nil {
		return t, true
	}
	if t := a.doctorTask(command); t != nil {
		return t, true
	}
	if t := a.stayingTask(command); t != nil {
		return t, true
	}
	for _, find := range []func(Command) task{a.friendTask, a.groupTask, a.accountTask} {
		if t := find(command); t != nil {
			return a.changing(t), true
		}
	}
	return nil, false
}

// changing has the Snapshot look at what is stored once more.
func (a *App) changing(t task) task {
	return func(ctx context.Context) error {
		defer a.peopleChanged()
		return t(ctx)
	}
}

func (a *App) callTask(command Command) task {
	switch c := command.(type) {
	case AnswerCall:
		return func(ctx context.Context) error { _, err := a.answer(ctx, c.ID); return err }
	case DeclineCall:
		return func(ctx context.Context) error { return a.decline(ctx, c.ID) }
	case CallFriend:
		return func(ctx context.Context) error { _, err := a.callFriend(ctx, c); return err }
	case CancelCall:
		return a.cancelCall
	case CallGroup:
		return func(ctx context.Context) error { _, err := a.callGroup(ctx, c); return err }
	}
	return nil
}

// friendStep is what an account does with somebody.
type friendStep func(ctx context.Context, account string, id identity.ID) error

func (a *App) friendTask(command Command) task {
	if a.friends == nil {
		return a.refusal(isFriendCommand(command))
	}
	switch c := command.(type) {
	case AddFriend:
		return a.withFriend(c.ID, a.friends.Request)
	case AcceptFriend:
		return a.withFriend(c.ID, a.friends.Accept)
	case DeclineFriend:
		return a.withFriend(c.ID, a.friends.Decline)
	case RemoveFriend:
		return a.withFriend(c.ID, a.friends.Remove)
	case BlockFriend:
		return a.withFriend(c.ID, a.friends.Block)
	case UnblockFriend:
		return a.withFriend(c.ID, a.friends.Unblock)
	case NameFriend:
		return a.withFriend(c.ID, func(ctx context.Context, account string, id identity.ID) error {
			return a.friends.Name(ctx, account, id, c.Title)
		})
	}
	return nil
}

func isFriendCommand(command Command) bool {
	switch command.(type) {
	case AddFriend, AcceptFriend, DeclineFriend, RemoveFriend, BlockFriend, UnblockFriend, NameFriend:
		return true
	}
	return false
}

// refusal answers what needs the stored state where there is none.
func (a *App) refusal(concerned bool) task {
	if !concerned {
		return nil
	}
	return func(context.Context) error { _, err := a.asOwner(); return err }
}

func (a *App) withFriend(text string, step friendStep) task {
	return func(ctx context.Context) error {
		id, err := identity.ParseID(text)
		if err != nil {
			return err
		}
		account, err := a.asOwner()
		if err != nil {
			return err
		}
		return step(ctx, account, id)
	}
}

func (a *App) groupTask(command Command) task {
	switch c := command.(type) {
	case NewGroup:
		return func(context.Context) error { _, err := a.newGroup(c.Title); return err }
	case FollowGroup:
		return a.withGroup(c.ID, func(id identity.GroupID, me identity.ID) error {
			return a.store.FollowGroup(time.Now(), id, c.Title, me)
		})
	case RenameGroup:
		return a.withGroup(c.ID, func(id identity.GroupID, me identity.ID) error {
			// What another server's group is called here is the owner's own matter.
			if id.Domain() == me.Domain() {
				if err := a.may(id, me, identity.RightManage); err != nil {
					return err
				}
			}
			return a.store.RenameGroup(id, c.Title)
		})
	case LeaveGroup:
		return a.withGroup(c.ID, a.removeMember)
	case DeleteGroup:
		return a.managing(c.ID, identity.RightManage, a.deleteGroup)
	case AddMember:
		return a.withMember(c.Group, c.ID, identity.RightInvite, func(group identity.GroupID, id identity.ID) error {
			return a.store.AddMember(time.Now(), group, id, identity.RoleMember)
		})
	case RemoveMember:
		return a.withMember(c.Group, c.ID, identity.RightInvite, a.removeMember)
	case SetRole:
		return a.withMember(c.Group, c.ID, identity.RightManage, func(group identity.GroupID, id identity.ID) error {
			return a.store.SetRole(group, id, c.Role)
		})
	}
	return nil
}

// removeMember takes somebody out of a group, and out of its call.
func (a *App) removeMember(group identity.GroupID, id identity.ID) error {
	if err := a.store.RemoveMember(group, id); err != nil {
		return err
	}
	a.exchange.ForgetMember(group, id)
	return nil
}

// deleteGroup ends a group with its call.
func (a *App) deleteGroup(id identity.GroupID) error {
	if err := a.store.DeleteGroup(id); err != nil {
		return err
	}
	a.exchange.ForgetGroup(id)
	return nil
}

// newGroup makes a group of the owner's.
func (a *App) newGroup(title string) (group identity.Group, err error) {
	err = a.asMember(func(me identity.ID) error {
		group, err = a.store.CreateGroup(time.Now(), title, me)
		return err
	})
	a.peopleChanged()
	return group, err
}

// asMember runs what a takos id is needed for.
func (a *App) asMember(do func(me identity.ID) error) error {
	if _, err := a.asOwner(); err != nil {
		return err
	}
	me, err := a.record.get(a.store).profile.ID()
	if err != nil {
		return err
	}
	return do(me)
}

func (a *App) withGroup(text string, do func(id identity.GroupID, me identity.ID) error) task {
	return func(context.Context) error {
		id, err := identity.ParseGroupID(text)
		if err != nil {
			return err
		}
		return a.asMember(func(me identity.ID) error { return do(id, me) })
	}
}

// managing is for what not everybody in a group of this host may do.
func (a *App) managing(text string, right identity.Right, do func(identity.GroupID) error) task {
	return a.withGroup(text, func(id identity.GroupID, me identity.ID) error {
		if err := a.may(id, me, right); err != nil {
			return err
		}
		return do(id)
	})
}

func (a *App) withMember(group, text string, right identity.Right, do func(identity.GroupID, identity.ID) error) task {
	return a.managing(group, right, func(id identity.GroupID) error {
		member, err := identity.ParseID(text)
		if err != nil {
			return err
		}
		return do(id, member)
	})
}

// may is ErrNotAllowed for a group that another server keeps, too.
func (a *App) may(id identity.GroupID, me identity.ID, right identity.Right) error {
	group, err := a.store.Group(id)
	if err != nil {
		return err
	}
	if role, member := group.Role(me); !member || id.Domain() != me.Domain() || !role.May(right) {
		return ErrNotAllowed
	}
	return nil
}

func (a *App) accountTask(command Command) task {
	switch c := command.(type) {
	case SeeCalls:
		return a.asAccount(func(_ context.Context, account string) error { return a.store.SeeCalls(account) })
	case ForgetCalls:
		return a.asAccount(func(_ context.Context, account string) error { return a.store.ForgetCalls(account) })
	case AddAccount:
		return a.asAccount(func(ctx context.Context, _ string) error { return a.addAccount(ctx, c) })
	case RemoveAccount:
		return a.asAccount(func(context.Context, string) error {
			defer a.recheck()
			if err := a.store.RemoveAccount(c.Name); err != nil {
				return err
			}
			a.exchange.ForgetAccount(c.Name)
			return nil
		})
	case SetPassword:
		return a.asAccount(func(ctx context.Context, _ string) error { return a.setPassword(ctx, c) })
	case ExportIdentity:
		return a.asAccount(func(context.Context, string) error { return a.exportIdentity(c) })
	}
	return nil
}

func (a *App) asAccount(do func(ctx context.Context, account string) error) task {
	return func(ctx context.Context) error {
		account, err := a.asOwner()
		if err != nil {
			return err
		}
		return do(ctx, account)
	}
}

// addAccount leaves no account behind whose password was refused.
func (a *App) addAccount(ctx context.Context, c AddAccount) error {
	if err := a.store.AddAccount(time.Now(), c.Name); err != nil {
		return err
	}
	if c.Password == "" {
		return nil
	}
	if err := a.store.SetPassword(ctx, c.Name, c.Password); err != nil {
		return errors.Join(err, a.store.RemoveAccount(c.Name))
	}
	return nil
}

func (a *App) setPassword(ctx context.Context, c SetPassword) error {
	if err := a.store.SetPassword(ctx, c.Name, c.Password); err != nil {
		return err
	}
	a.recheck()
	a.tell(&Notice{Key: "notice.passwordSet", Args: map[string]string{"name": c.Name}, At: time.Now()})
	return nil
}

// recheck has devices leave whose sessions are over.
func (a *App) recheck() {
	if l := a.currentLine(); l != nil {
		l.api.Recheck()
	}
}

func (a *App) exportIdentity(c ExportIdentity) error {
	if err := a.store.ExportFile(time.Now(), c.Path); err != nil {
		return &ExportError{Path: c.Path, Err: err}
	}
	a.tell(&Notice{Key: "notice.exported", Args: map[string]string{"path": c.Path}, At: time.Now()})
	return nil
}

// setIdentity chooses name and domain.
func (a *App) setIdentity(c SetIdentity) error {
	if _, err := identity.MakeID(c.Name, orElse(c.Domain, "a.example")); err != nil {
		return err // before anything is interrupted
	}
	if p := a.record.get(a.store).profile; p.Name == c.Name && p.Domain == c.Domain {
		return nil
	}
	return a.reidentify(func() error { return a.store.SetProfile(time.Now(), c.Name, c.Domain) })
}

func (a *App) importIdentity(c ImportIdentity) error {
	file, err := os.Open(c.Path)
	if err != nil {
		return &ImportError{Path: c.Path, Err: err}
	}
	defer func() { _ = file.Close() }()
	err = a.reidentify(func() error {
		if err := a.store.Import(time.Now(), file); err != nil {
			return &ImportError{Path: c.Path, Err: err}
		}
		return nil
	})
	if err == nil {
		a.tell(&Notice{Key: "notice.imported", At: time.Now()})
	}
	return err
}
