package session

// Wishes are what somebody asks for on the command line, for one call: a part of
// a Device's name, or its ID; media.None; "tone:440" for a microphone; the
// path of a .y4m file for a camera. Empty: what is remembered.
type Wishes struct {
	Name       string `json:"name,omitempty"`
	Microphone string `json:"microphone,omitempty"`
	Speaker    string `json:"speaker,omitempty"`
	Camera     string `json:"camera,omitempty"`
}
