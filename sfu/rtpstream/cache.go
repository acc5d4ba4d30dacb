package rtpstream

import (
	"fmt"
	"math/bits"
	"time"
)

const (
	cacheChunkSize  = 32 << 10
	minCacheChunks  = 2 // one being filled, one still served
	maxCachePackets = 1 << 15
	defaultCacheAge = 2 * time.Second
)

// Cache keeps the newest packets of one received stream for retransmission; all
// of the stream's consumers share it. It is bounded in packets and in bytes,
// and does not serve packets older than two seconds, counted at the last Put.
//
// The bytes lie in chunks that are filled one after the other. The oldest one
// is filled anew when all are in use, or when none of its packets would be
// served any more, so that a slow stream holds little memory.
type Cache struct {
	entries   []cacheEntry // ring by sequence number; a power of two
	chunks    []cacheChunk
	maxChunks int
	current   int    // the chunk being filled
	fills     uint64 // counts chunks filled
	maxAge    time.Duration
	epoch     time.Time     // of the first Put
	newest    time.Duration // the last Put, since epoch
}

// cacheEntry says where a packet lies.
type cacheEntry struct {
	at     time.Duration // since the cache's epoch
	fill   uint64        // of its chunk; another one there means overwritten
	chunk  uint32
	offset uint16
	size   uint16
	seq    uint16
}

// cacheChunk holds the bytes of packets that came one after the other.
type cacheChunk struct {
	buf    []byte
	used   int
	live   int           // entries that point into it
	fill   uint64        // which filling this is, counted over all chunks from 1
	newest time.Duration // its last packet
}

// NewCache returns an empty cache for maxPackets packets, rounded up to a power
// of two, and maxBytes bytes, rounded down to whole chunks of 32 KiB, of which
// it has two at least. It allocates the chunks as the stream needs them.
func NewCache(maxPackets, maxBytes int) (*Cache, error) {
	if maxPackets < 1 || maxPackets > maxCachePackets {
		return nil, fmt.Errorf("%w: cache of %d packets", ErrConfig, maxPackets)
	}
	if maxBytes < minCacheChunks*cacheChunkSize {
		return nil, fmt.Errorf("%w: cache of %d bytes", ErrConfig, maxBytes)
	}
	return &Cache{
		entries:   make([]cacheEntry, 1<<bits.Len(uint(maxPackets-1))),
		maxChunks: maxBytes / cacheChunkSize,
		maxAge:    defaultCacheAge,
	}, nil
}

// SetMaxAge changes how long packets are served; mediasoup keeps audio for one
// second, video for two.
func (c *Cache) SetMaxAge(d time.Duration) {
	c.maxAge = max(d, 0)
}

// Put copies a packet, header included, under its sequence number. It returns
// false for a packet that it does not keep: an empty one, one that no network
// carries, or one so late that newer ones have its place.
func (c *Cache) Put(now time.Time, seq uint16, packet []byte) bool {
	if len(packet) == 0 || len(packet) > cacheChunkSize {
		return false
	}
	if c.epoch.IsZero() {
		c.epoch = now
	}
	c.newest = max(c.newest, now.Sub(c.epoch))

	entry := &c.entries[int(seq)%len(c.entries)]
	if newer := SeqDiff(entry.seq, seq); c.serves(entry) && newer > 0 && newer <= maxMisorder {
		return false
	}
	c.release(entry)
	chunk := c.room(len(packet))
	*entry = cacheEntry{
		at:     c.newest,
		fill:   chunk.fill,
		chunk:  uint32(c.current),
		offset: uint16(chunk.used),
		size:   uint16(len(packet)),
		seq:    seq,
	}
	chunk.used += copy(chunk.buf[chunk.used:], packet)
	chunk.newest = c.newest
	chunk.live++
	return true
}

// Get returns the packet with the given sequence number. It is shared memory,
// to be read only, and valid until the next Put.
func (c *Cache) Get(seq uint16) (packet []byte, ok bool) {
	entry := &c.entries[int(seq)%len(c.entries)]
	if entry.seq != seq || !c.serves(entry) {
		return nil, false
	}
	start, end := int(entry.offset), int(entry.offset)+int(entry.size)
	return c.chunks[entry.chunk].buf[start:end:end], true
}

// serves reports whether the entry's packet is still there and not too old.
func (c *Cache) serves(entry *cacheEntry) bool {
	return entry.fill != 0 &&
		c.chunks[entry.chunk].fill == entry.fill &&
		c.newest-entry.at <= c.maxAge
}

// room returns the chunk to put size bytes into, and makes it the current one.
func (c *Cache) room(size int) *cacheChunk {
	if len(c.chunks) > 0 {
		if chunk := &c.chunks[c.current]; chunk.used+size <= len(chunk.buf) {
			return chunk
		}
	}
	oldest := c.oldest()
	if oldest < 0 || len(c.chunks) < c.maxChunks && c.inUse(&c.chunks[oldest]) {
		c.chunks = append(c.chunks, cacheChunk{buf: make([]byte, cacheChunkSize)})
		oldest = len(c.chunks) - 1
	}
	c.fills++
	chunk := &c.chunks[oldest]
	chunk.used, chunk.live, chunk.fill = 0, 0, c.fills
	c.current = oldest
	return chunk
}

// release notes that an entry is about to be overwritten.
func (c *Cache) release(entry *cacheEntry) {
	if entry.fill != 0 && c.chunks[entry.chunk].fill == entry.fill {
		c.chunks[entry.chunk].live--
	}
}

// inUse reports whether any packet of the chunk would still be served.
func (c *Cache) inUse(chunk *cacheChunk) bool {
	return chunk.live > 0 && c.newest-chunk.newest <= c.maxAge
}

// oldest returns the chunk filled longest ago, -1 without chunks.
func (c *Cache) oldest() int {
	found := -1
	for i := range c.chunks {
		if found < 0 || c.chunks[i].fill < c.chunks[found].fill {
			found = i
		}
	}
	return found
}
