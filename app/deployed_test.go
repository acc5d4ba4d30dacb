package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"takoshome/app/identity"
)

// deployed is a scripted server that behaves as takos servers of April 2025 did,
// with what they got wrong: a key that is never renewed, JSON of its own kinds, a
// request that can be accepted again, tokens bound to the wrong one of both, and
// no taking back. It shares no code with app/federation.
type deployed struct {
	domain string
	key    identity.ServerKey
	client *http.Client

	mu       sync.Mutex
	friends  map[[2]string]bool
	rings    map[[2]string]bool     // by caller and callee; accepting leaves them
	keys     map[[2]string]string   // of other servers, by domain and expire
	tokens   map[string]deployToken // what it gave out
	received []deployedEvent
	// refuse answers an event in place of what it would do; nil: nothing.
	refuse func(event string) (status int, body any)
	// lost says whose answers do not arrive.
	lost map[string]bool
}

// deployToken is whom a token of the deployed server lets in, and to whom it went.
type deployToken struct{ boundTo, given string }

// deployedEvent is an event as it is on the wire.
type deployedEvent struct {
	Event   string         `json:"event"`
	EventID string         `json:"eventId"`
	Payload map[string]any `json:"payload"`
}

// newDeployed starts one. age is how long past its end the server's only key is.
func newDeployed(t *testing.T, ca *authority, domain string, age time.Duration) *deployed {
	t.Helper()
	store := must(identity.Open(identity.Config{Path: filepath.Join(t.TempDir(), "keys.db")}))(t)
	t.Cleanup(func() { _ = store.Close() })
	made := time.Now().Add(-age - identity.DefaultKeyTimes().Life)
	d := &deployed{
		domain: domain, key: must(store.SigningKey(made))(t), client: ca.client(),
		friends: map[[2]string]bool{}, rings: map[[2]string]bool{},
		keys: map[[2]string]string{}, tokens: map[string]deployToken{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_takos/v1/key/server", d.serveKey)
	mux.HandleFunc("POST /_takos/v1/event", d.serveEvent)
	mux.HandleFunc("GET /_takos/v1/version", func(w http.ResponseWriter, _ *http.Request) {
		deployedJSON(w, http.StatusOK, map[string]string{"version": "0.2.0", "name": "takos"})
	})
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = ca.clientTLS()
	server.TLS.Certificates = append(server.TLS.Certificates, ca.certificate(t, domain))
	server.StartTLS()
	t.Cleanup(server.Close)
	ca.gate(t, domain).lead(server.Listener.Addr().String())
	return d
}

func deployedJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func deployedError(message string) map[string]string {
	return map[string]string{"status": "error", "message": message}
}

func (d *deployed) expire() string { return d.key.Expire.UTC().Format("2006-01-02T15:04:05.000Z") }

func (d *deployed) serveKey(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	if r.URL.Query().Get("expire") != d.expire() {
		deployedJSON(w, http.StatusBadRequest, map[string]string{"error": "Invalid expire"})
		return
	}
	deployedJSON(w, http.StatusOK, map[string]string{"key": base64.StdEncoding.EncodeToString(d.key.Public)})
}

func (d *deployed) serveEvent(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	origin, problem := d.authorize(r.Header.Get("Authorization"), body)
	if problem != "" {
		deployedJSON(w, http.StatusUnauthorized, map[string]string{"error": problem})
		return
	}
	var event deployedEvent
	if json.Unmarshal(body, &event) != nil || event.Event == "" || event.EventID == "" || event.Payload == nil {
		deployedJSON(w, http.StatusBadRequest, map[string]string{"error": "Invalid payload"})
		return
	}
	d.mu.Lock()
	d.received = append(d.received, event)
	refuse := d.refuse
	d.mu.Unlock()
	if refuse != nil {
		if status, answer := refuse(event.Event); status != 0 {
			deployedJSON(w, status, answer)
			return
		}
	}
	d.handle(w, origin, event)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lost[event.Event] {
		panic(http.ErrAbortHandler)
	}
}

var (
	deployedSign   = regexp.MustCompile(`sign="(.+?)"`)
	deployedExpire = regexp.MustCompile(`expire="(.+?)"`)
	deployedOrigin = regexp.MustCompile(`origin="(.+?)"`)
)

// authorize reads the header by the deployed server's own patterns, and fetches
// the key from wherever the header says.
func (d *deployed) authorize(header string, body []byte) (origin, problem string) {
	if header == "" {
		return "", "Authorization header is missing"
	}
	sign, expire, from := deployedSign.FindStringSubmatch(header), deployedExpire.FindStringSubmatch(header), deployedOrigin.FindStringSubmatch(header)
	if sign == nil || expire == nil || from == nil {
		return "", "Invalid Authorization header"
	}
	key, err := d.keyOf(from[1], expire[1])
	if err != nil {
		return "", "Invalid Authorization"
	}
	public, keyErr := base64.StdEncoding.DecodeString(key)
	signature, err := base64.StdEncoding.DecodeString(sign[1])
	if err != nil || keyErr != nil || !identity.Verify(public, body, signature) {
		return "", "Invalid Authorization"
	}
	return from[1], ""
}

func (d *deployed) keyOf(origin, expire string) (string, error) {
	name := [2]string{origin, expire}
	d.mu.Lock()
	known := d.keys[name]
	d.mu.Unlock()
	if known != "" {
		return known, nil
	}
	response, err := d.client.Get("https://" + origin + "/_takos/v1/key/server?expire=" + expire)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct{ Key string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Key == "" {
		return "", errors.Join(err, errors.New("no key"))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keys[name] = answer.Key
	return answer.Key, nil
}

// handle does what the deployed server did with each event.
func (d *deployed) handle(w http.ResponseWriter, origin string, event deployedEvent) {
	user, isUser := event.Payload["userId"].(string)
	friend, isFriend := event.Payload["friendId"].(string)
	if !isUser || !isFriend || !strings.Contains(user, "@") || !strings.Contains(friend, "@") {
		deployedJSON(w, http.StatusBadRequest, map[string]string{"error": "Invalid payload"})
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch event.Event {
	case "t.friend.request", "t.friend.cancel", "t.friend.remove":
		deployedJSON(w, http.StatusOK, http.StatusOK)
	case "t.friend.accept":
		d.friends[[2]string{friend, user}] = true
		deployedJSON(w, http.StatusOK, http.StatusOK)
	case "t.friend.call.request":
		d.ringLocked(w, event, user, friend)
	case "t.friend.call.accept":
		d.acceptLocked(w, user, friend)
	case "t.friend.call.reject":
		if !d.rings[[2]string{user, friend}] {
			deployedJSON(w, http.StatusBadRequest, deployedError("Invalid request"))
			return
		}
		delete(d.rings, [2]string{user, friend})
		deployedJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	default:
		deployedJSON(w, http.StatusBadRequest, map[string]string{"error": "Invalid event"})
	}
}

func (d *deployed) ringLocked(w http.ResponseWriter, event deployedEvent, user, friend string) {
	_, hasHash := event.Payload["roomKeyHash"].(string)
	callType, hasType := event.Payload["callType"]
	isType := !hasType || callType == "audio" || callType == "video"
	isEncrypt, hasEncrypt := event.Payload["isEncrypt"]
	if _, isBool := isEncrypt.(bool); !hasHash || !isType || (hasEncrypt && !isBool) {
		deployedJSON(w, http.StatusBadRequest, map[string]string{"error": "Invalid payload"})
		return
	}
	if !d.friends[[2]string{friend, user}] {
		deployedJSON(w, http.StatusBadRequest, deployedError("Invalid friend"))
		return
	}
	d.rings[[2]string{user, friend}] = true
	deployedJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// acceptLocked makes two tokens, and gives each to the wrong one.
func (d *deployed) acceptLocked(w http.ResponseWriter, caller, callee string) {
	if !d.rings[[2]string{caller, callee}] {
		deployedJSON(w, http.StatusBadRequest, deployedError("Invalid request"))
		return
	}
	forCaller, forCallee := identity.NewUUID(time.Now()).String(), identity.NewUUID(time.Now()).String()
	d.tokens[forCaller] = deployToken{boundTo: callee, given: caller}
	d.tokens[forCallee] = deployToken{boundTo: caller, given: callee}
	deployedJSON(w, http.StatusOK, map[string]string{"status": "ok", "token": forCallee})
}

// send signs an event and brings it to a server, as utils/foundationReq did.
func (d *deployed) send(t testing.TB, domain, event string, payload map[string]any) (status int, answer []byte) {
	t.Helper()
	body := must(json.Marshal(deployedEvent{event, identity.NewUUID(time.Now()).String(), payload}))(t)
	return d.post(t, domain, body)
}

func (d *deployed) post(t testing.TB, domain string, body []byte) (status int, answer []byte) {
	t.Helper()
	sign := base64.StdEncoding.EncodeToString(d.key.Sign(body))
	return d.postWith(t, domain, body, fmt.Sprintf("Signature sign=%q,expire=%q,origin=%q", sign, d.expire(), d.domain))
}

func (d *deployed) postWith(t testing.TB, domain string, body []byte, authorization string) (status int, answer []byte) {
	t.Helper()
	r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+domain+"/_takos/v1/event", bytes.NewReader(body)))(t)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", authorization)
	response, err := d.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode, must(io.ReadAll(response.Body))(t)
}

// ring is what a client's request makes the deployed server send: for audio
// without a type. What comes back it does not look at, but tests may.
func (d *deployed) ring(t testing.TB, caller, callee, callType string) (status int, answer []byte) {
	t.Helper()
	d.mu.Lock()
	d.rings[[2]string{caller, callee}] = true
	d.mu.Unlock()
	payload := map[string]any{"userId": caller, "friendId": callee, "roomKeyHash": "hash", "isEncrypt": true}
	if callType != "audio" {
		payload["callType"] = callType
	}
	return d.send(t, domainOf(callee), "t.friend.call.request", payload)
}

// accept answers a call from elsewhere, and gives the token in the answer.
func (d *deployed) accept(t testing.TB, caller, callee string) (status int, token string) {
	t.Helper()
	status, body := d.send(t, domainOf(caller), "t.friend.call.accept",
		map[string]any{"userId": caller, "friendId": callee, "callType": "audio"})
	var answer struct{ Status, Token string }
	if json.Unmarshal(body, &answer) != nil || answer.Status != "ok" {
		return status, ""
	}
	return status, answer.Token
}

// isRinging says whether somebody's call is open there.
func (d *deployed) isRinging(caller, callee string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rings[[2]string{caller, callee}]
}

// befriend makes the server's user a friend of somebody, as its records have it.
func (d *deployed) befriend(user, other string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.friends[[2]string{user, other}] = true
}

// loses lets the answers to an event get lost, though it is carried out.
func (d *deployed) loses(event string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost = map[string]bool{event: true}
}

// got counts the events of a name that came.
func (d *deployed) got(name string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, event := range d.received {
		if event.Event == name {
			n++
		}
	}
	return n
}

func domainOf(id string) string {
	_, domain, _ := strings.Cut(id, "@")
	return domain
}
