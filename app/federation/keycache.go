package federation

import (
	"sync"
	"time"
)

const (
	maxKeys          = 1024
	maxKeysPerOrigin = 8
	// keyLife is how long a key is taken without asking its origin again.
	keyLife = 24 * time.Hour

	maxFailures = 4096
	// keyPause is how long nobody is asked again for a key that they do not have,
	// originPause for any key where nobody answered.
	keyPause    = 30 * time.Second
	originPause = 15 * time.Second
)

// keyName is what a key is asked for by.
type keyName struct {
	origin   string
	expireMs int64
}

// keyCache keeps keys that a signature has verified by, and, for a short time,
// which keys could not be had.
type keyCache struct {
	mu       sync.Mutex            // protects all that follows
	keys     map[keyName]*knownKey // at most maxKeys
	failures map[keyName]time.Time // until when; expireMs 0: all of the origin's
	uses     uint64                // counts them, for want of a clock that never goes back
}

type knownKey struct {
	public []byte
	until  time.Time
	used   uint64 // the number of its last use
}

func newKeyCache() *keyCache {
	return &keyCache{keys: map[keyName]*knownKey{}, failures: map[keyName]time.Time{}}
}

// get gives a key that was kept, or nil.
func (c *keyCache) get(now time.Time, name keyName) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := c.keys[name]
	if key == nil {
		return nil
	}
	if !now.Before(key.until) {
		delete(c.keys, name)
		return nil
	}
	c.uses++
	key.used = c.uses
	return key.public
}

// keep takes a key that has just verified a signature. The longest unused of the
// origin, or of all, gives way.
func (c *keyCache) keep(now time.Time, name keyName, public []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys[name] == nil {
		c.makeRoomLocked(maxKeysPerOrigin, func(other keyName) bool { return other.origin == name.origin })
		c.makeRoomLocked(maxKeys, func(keyName) bool { return true })
	}
	c.uses++
	c.keys[name] = &knownKey{public: public, until: now.Add(keyLife), used: c.uses}
}

func (c *keyCache) makeRoomLocked(limit int, isOne func(keyName) bool) {
	count := 0
	var oldest keyName
	var oldestKey *knownKey
	for name, key := range c.keys {
		if !isOne(name) {
			continue
		}
		if count++; oldestKey == nil || key.used < oldestKey.used {
			oldest, oldestKey = name, key
		}
	}
	if count >= limit {
		delete(c.keys, oldest)
	}
}

// hasFailed says whether a key is not to be asked for just now.
func (c *keyCache) hasFailed(now time.Time, name keyName) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return now.Before(c.failures[name]) || now.Before(c.failures[keyName{origin: name.origin}])
}

// fail remembers that a key could not be had; isOrigin: that nobody answered.
func (c *keyCache) fail(now time.Time, name keyName, isOrigin bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	until := now.Add(keyPause)
	if isOrigin {
		name, until = keyName{origin: name.origin}, now.Add(originPause)
	}
	if len(c.failures) >= maxFailures {
		c.forgetFailuresLocked(now)
	}
	c.failures[name] = until
}

// forgetFailuresLocked forgets what is over, or, where nothing is, any eighth.
func (c *keyCache) forgetFailuresLocked(now time.Time) {
	for name, until := range c.failures {
		if !now.Before(until) {
			delete(c.failures, name)
		}
	}
	for name := range c.failures {
		if len(c.failures) <= maxFailures*7/8 {
			return
		}
		delete(c.failures, name)
	}
}
