package federation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"takoshome/app/identity"
)

const (
	// maxFetches bounds the keys that are being asked for at the same moment.
	maxFetches = 32
	// keyPath is where every server has its keys.
	keyPath = "/_takos/v1/key/server"
)

// Who makes this host ask for keys, and who is asked, how often: an origin that
// is named by many is asked no more than that.
func fetchRates() (perAddress, perOrigin rate) {
	return rate{perSecond: 0.2, burst: 10}, rate{perSecond: 1, burst: 30}
}

// fetcher asks origins for their keys, once for all who wait for the same.
type fetcher struct {
	client  *http.Client
	cache   *keyCache
	timeout time.Duration
	now     func() time.Time
	log     *slog.Logger

	byAddress *buckets[netip.Addr]
	byOrigin  *buckets[string]

	end     context.Context // the fetches', which close cancels
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	flights map[keyName]*flight // mu protects it; at most maxFetches
	closed  bool                // mu protects it
}

// flight is a key that is being asked for; key and err are there once done is closed.
// It is known until the last of its users has gone, so that whoever comes while the
// key is being tried does not ask for it once more.
type flight struct {
	done  chan struct{}
	key   []byte
	err   error
	users int // with fly itself; fetcher.mu protects it
}

func newFetcher(client *http.Client, cache *keyCache, config *Config, timeout time.Duration) *fetcher {
	perAddress, perOrigin := fetchRates()
	end, cancel := context.WithCancel(context.Background())
	return &fetcher{
		client: client, cache: cache, timeout: timeout, now: config.Now, log: config.Logger,
		byAddress: newBuckets[netip.Addr](perAddress), byOrigin: newBuckets[string](perOrigin),
		end: end, cancel: cancel, flights: map[keyName]*flight{},
	}
}

// close ends what is being asked, and waits for it.
func (f *fetcher) close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.cancel()
	f.running.Wait()
}

// fetch gives a key, because somebody at asker named it. It is not kept: that it
// came from the origin does not say that anything was signed by it. Without an
// error, leave is to be called when it is kept or of no use.
func (f *fetcher) fetch(ctx context.Context, asker netip.Addr, name keyName) (key []byte, leave func(), err error) {
	flight, err := f.join(asker, name)
	if err != nil {
		return nil, nil, err
	}
	leave = func() { f.leave(name, flight) }
	select {
	case <-flight.done:
		key, err = flight.key, flight.err
	case <-ctx.Done():
		err = fmt.Errorf("%w: %w", errNoKey, ctx.Err())
	}
	if err != nil {
		leave()
		return nil, nil, err
	}
	return key, leave, nil
}

// join gives the flight of a key, after starting it where there is none.
func (f *fetcher) join(asker netip.Addr, name keyName) (*flight, error) {
	if f.cache.hasFailed(f.now(), name) {
		return nil, errNoKey
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if known := f.flights[name]; known != nil {
		known.users++
		return known, nil
	}
	if key := f.cache.get(f.now(), name); key != nil { // kept a moment ago
		return landed(key), nil
	}
	switch {
	case f.closed:
		return nil, errClosed
	case len(f.flights) >= maxFetches:
		return nil, errOverload
	case !f.byAddress.take(f.now(), asker), !f.byOrigin.take(f.now(), name.origin):
		return nil, errTooManyFetches
	}
	started := &flight{done: make(chan struct{}), users: 2}
	f.flights[name] = started
	f.running.Go(func() { f.fly(name, started) })
	return started, nil
}

func (f *fetcher) fly(name keyName, flight *flight) {
	ctx, cancel := context.WithTimeout(f.end, f.timeout)
	defer cancel()
	key, answered, err := f.ask(ctx, name)
	if err != nil {
		f.log.Debug("key of another server could not be had", "origin", name.origin, "error", err)
		f.cache.fail(f.now(), name, !answered)
		err = fmt.Errorf("%w: %w", errNoKey, err)
	}
	flight.key, flight.err = key, err
	close(flight.done)
	f.leave(name, flight)
}

// landed is the flight of a key that needs none.
func landed(key []byte) *flight {
	done := make(chan struct{})
	close(done)
	return &flight{done: done, key: key, users: 1}
}

// leave forgets a flight with its last user.
func (f *fetcher) leave(name keyName, flight *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if flight.users--; flight.users == 0 && f.flights[name] == flight {
		delete(f.flights, name)
	}
}

// ask says besides whether the origin answered at all.
func (f *fetcher) ask(ctx context.Context, name keyName) (key []byte, answered bool, err error) {
	query := url.Values{"expire": {formatExpire(time.UnixMilli(name.expireMs))}}
	target := url.URL{Scheme: "https", Host: name.origin, Path: keyPath, RawQuery: query.Encode()}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, false, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := f.client.Do(request)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = response.Body.Close() }()
	switch {
	case response.StatusCode >= 300 && response.StatusCode < 400:
		return nil, true, errRedirect
	case response.StatusCode != http.StatusOK:
		return nil, true, fmt.Errorf("%w: status %d", errKeyAnswer, response.StatusCode)
	}
	body, err := readAll(response.Body)
	if err != nil {
		return nil, errors.Is(err, errKeyTooLarge), err
	}
	key, err = parseKeyAnswer(body)
	return key, true, err
}

// readAll reads an answer of bounded size.
func readAll(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxAnswerBytes+1))
	if err == nil && len(body) > maxAnswerBytes {
		err = errKeyTooLarge
	}
	return body, err
}

// parseKeyAnswer takes {"key":…} with the key raw, or as JSON in a string, or as
// a JSON object.
func parseKeyAnswer(body []byte) ([]byte, error) {
	fields, err := parseObject(body)
	if err != nil {
		return nil, errKeyAnswer
	}
	text, isText := textOf(fields, "key")
	if !isText {
		text = string(fields["key"])
	}
	key, err := identity.ParsePublicKey(text)
	if err != nil {
		return nil, errors.Join(errKeyAnswer, err)
	}
	return key, nil
}
