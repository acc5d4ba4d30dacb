package calls

import (
	"testing"

	"takoshome/app/identity"
)

func allStates() []State {
	return []State{
		StateCalling, StateRinging, StateAccepted, StateActive,
		StateRejected, StateCancelled, StateBusy, StateTimeout, StateFailed, StateEnded,
	}
}

func allSteps() []step {
	return []step{stepTaken, stepBusy, stepFail, stepAccept, stepReject, stepCancel, stepTimeout, stepEnter, stepEnd}
}

// Every step from every state; what is not listed leads nowhere.
func TestTransitions(t *testing.T) {
	ringing := map[step]State{
		stepBusy: StateBusy, stepFail: StateFailed, stepAccept: StateAccepted, stepReject: StateRejected,
		stepCancel: StateCancelled, stepTimeout: StateTimeout,
	}
	table := map[State]map[step]State{
		StateCalling: {stepTaken: StateRinging},
		StateRinging: ringing,
		StateAccepted: {
			stepEnter: StateActive, stepFail: StateFailed,
			stepReject: StateEnded, stepCancel: StateEnded, stepEnd: StateEnded,
		},
		StateActive: {stepReject: StateEnded, stepCancel: StateEnded, stepFail: StateEnded, stepEnd: StateEnded},
	}
	for by, to := range ringing {
		table[StateCalling][by] = to
	}
	for _, from := range allStates() {
		for _, by := range allSteps() {
			want, leads := table[from][by]
			got, ok := next(from, by)
			if ok != leads || (ok && got != want) || (from.IsOver() && ok) {
				t.Errorf("%s by %s: %s, %v, want %s, %v", from, by, got, ok, want, leads)
			}
		}
	}
}

func TestStates(t *testing.T) {
	for _, s := range allStates() {
		kinds := 0
		for _, is := range []bool{s.isUnanswered(), s.isTaken(), s.IsOver()} {
			if is {
				kinds++
			}
		}
		if kinds != 1 {
			t.Errorf("%s is %d kinds of state, want one", s, kinds)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for _, test := range []struct {
		state    State
		incoming bool
		want     identity.Outcome
	}{
		{StateRejected, false, identity.OutcomeDeclined},
		{StateRejected, true, identity.OutcomeDeclined},
		{StateCancelled, false, identity.OutcomeCancelled},
		{StateCancelled, true, identity.OutcomeMissed},
		{StateBusy, false, identity.OutcomeBusy},
		{StateBusy, true, identity.OutcomeMissed},
		{StateTimeout, false, identity.OutcomeMissed},
		{StateTimeout, true, identity.OutcomeMissed},
		{StateFailed, false, identity.OutcomeFailed},
		{StateFailed, true, identity.OutcomeFailed},
		{StateEnded, false, identity.OutcomeAnswered},
		{StateEnded, true, identity.OutcomeAnswered},
	} {
		if got := outcome(test.state, test.incoming); got != test.want {
			t.Errorf("%s, incoming %v: %s, want %s", test.state, test.incoming, got, test.want)
		}
	}
}
