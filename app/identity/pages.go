package identity

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"io"
	"math/bits"
)

// The file format of bbolt, version 2, in the byte order of the machine:
//
//	page     id u64 | flags u16 | count u16 | overflow u32 | elements and data
//	branch   pos u32 | ksize u32 | page u64                  (each element)
//	leaf     flags u32 | pos u32 | ksize u32 | vsize u32     (each element)
//	freelist page u64 …; where count is 0xffff the first says how many follow
//	meta     magic u32 | version u32 | page size u32 | flags u32 |
//	         root u64 | sequence u64 | freelist u64 | end u64 | txid u64 | FNV-1a u64
//	bucket   root u64 | sequence u64 | where root is 0, a leaf page
//
// pos counts from the element's own first byte.
const (
	pageHeader   = 16
	pageElement  = 16
	bucketHeader = 16
	metaBytes    = 64
	metaChecked  = 56
	boltMagic    = 0xED0CDAED
	boltVersion  = 2
	noFreelist   = 1<<64 - 1
	manyFree     = 0xFFFF
	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10
	flagBucket   = 0x01 // of a leaf's element
	maxPageDepth = 32   // of pages and buckets within each other
	minPageBytes = 1 << 10
	maxPageBytes = 1 << 24
	maxFileBytes = 256 << 20
	maxOverBytes = 64 << 20 // of one page with what it overflows into
	maxKeyBytes  = 4 << 10
)

// checkPages says whether bbolt can be let at a file: whether every page is
// where its parent says, of the kind it says, within its bounds and in order,
// and reached or free exactly once. bbolt itself takes all of that for granted.
func checkPages(file io.ReaderAt, size int64) error {
	if size > maxFileBytes {
		return corrupt("%d bytes are too many", size)
	}
	m, err := newestMeta(file, size)
	if err != nil {
		return err
	}
	if m.end < 2 || m.end > uint64(size)/m.pageSize {
		return corrupt("%d pages of %d bytes do not fit into %d bytes", m.end, m.pageSize, size)
	}
	w := &pageWalk{file: file, meta: m, seen: make([]bool, m.end)}
	w.seen[0], w.seen[1] = true, true
	if err := w.freelist(); err != nil {
		return err
	}
	if err := w.page(m.root, nil, nil, 0); err != nil {
		return err
	}
	for id, seen := range w.seen {
		if !seen {
			return corrupt("page %d belongs nowhere", id)
		}
	}
	return nil
}

type boltMeta struct {
	pageSize, root, freelist, end, txid uint64
}

// newestMeta gives the meta page that bbolt would go by.
func newestMeta(file io.ReaderAt, size int64) (boltMeta, error) {
	first, ok := readMeta(file, 0)
	if !ok {
		return secondMeta(file, size)
	}
	switch second, ok := readMeta(file, int64(first.pageSize)); {
	case ok && second.pageSize != first.pageSize:
		return boltMeta{}, corrupt("pages of %d bytes and of %d", first.pageSize, second.pageSize)
	case ok && second.txid > first.txid:
		return second, nil
	}
	return first, nil
}

// secondMeta looks for the second meta page where the first, which has the page
// size, was being written when the power went.
func secondMeta(file io.ReaderAt, size int64) (boltMeta, error) {
	for at := int64(minPageBytes); at <= maxPageBytes && at < size; at *= 2 {
		if m, ok := readMeta(file, at); ok && int64(m.pageSize) == at {
			return m, nil
		} else if ok {
			break
		}
	}
	return boltMeta{}, corrupt("no page says what is in the file")
}

func readMeta(file io.ReaderAt, at int64) (boltMeta, bool) {
	var page [pageHeader + metaBytes]byte
	if _, err := file.ReadAt(page[:], at); err != nil {
		return boltMeta{}, false
	}
	meta := page[pageHeader:]
	sum := fnv.New64a()
	_, _ = sum.Write(meta[:metaChecked])
	order := binary.NativeEndian
	if order.Uint32(meta) != boltMagic || order.Uint32(meta[4:]) != boltVersion ||
		order.Uint64(meta[metaChecked:]) != sum.Sum64() {
		return boltMeta{}, false
	}
	m := boltMeta{
		pageSize: uint64(order.Uint32(meta[8:])),
		root:     order.Uint64(meta[16:]),
		freelist: order.Uint64(meta[32:]),
		end:      order.Uint64(meta[40:]),
		txid:     order.Uint64(meta[48:]),
	}
	isSize := bits.OnesCount64(m.pageSize) == 1 && m.pageSize >= minPageBytes && m.pageSize <= maxPageBytes
	return m, isSize
}

// pageWalk goes through all pages from the root.
type pageWalk struct {
	file io.ReaderAt
	meta boltMeta
	seen []bool // by page, whether something has it
}

// claim marks count pages from id on, which nothing else may have.
func (w *pageWalk) claim(id, count uint64) error {
	if id < 2 || id >= w.meta.end || count > w.meta.end-id {
		return corrupt("page %d with %d is outside the file", id, count)
	}
	for n := id; n < id+count; n++ {
		if w.seen[n] {
			return corrupt("page %d is used twice", n)
		}
		w.seen[n] = true
	}
	return nil
}

// read gives a page with all it overflows into.
func (w *pageWalk) read(id uint64) (page []byte, flags, count uint16, err error) {
	if id < 2 || id >= w.meta.end {
		return nil, 0, 0, corrupt("page %d is outside the file", id)
	}
	var header [pageHeader]byte
	at := int64(id * w.meta.pageSize)
	if _, err := w.file.ReadAt(header[:], at); err != nil {
		return nil, 0, 0, corrupt("page %d cannot be read: %v", id, err)
	}
	order := binary.NativeEndian
	if order.Uint64(header[:]) != id {
		return nil, 0, 0, corrupt("page %d says it is another", id)
	}
	pages := 1 + uint64(order.Uint32(header[12:]))
	if pages*w.meta.pageSize > max(maxOverBytes, w.meta.pageSize) {
		return nil, 0, 0, corrupt("page %d goes over %d pages", id, pages)
	}
	if err := w.claim(id, pages); err != nil {
		return nil, 0, 0, err
	}
	page = make([]byte, pages*w.meta.pageSize)
	if _, err := w.file.ReadAt(page, at); err != nil {
		return nil, 0, 0, corrupt("page %d cannot be read: %v", id, err)
	}
	return page, order.Uint16(page[8:]), order.Uint16(page[10:]), nil
}

func (w *pageWalk) freelist() error {
	if w.meta.freelist == noFreelist {
		return corrupt("it has no list of free pages")
	}
	page, flags, short, err := w.read(w.meta.freelist)
	if err != nil {
		return err
	}
	if flags != flagFreelist {
		return corrupt("page %d is no list of free pages", w.meta.freelist)
	}
	ids, count := page[pageHeader:], uint64(short)
	if short == manyFree {
		count, ids = binary.NativeEndian.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids))/8 {
		return corrupt("the list of free pages is cut off")
	}
	for n := range count {
		if err := w.claim(binary.NativeEndian.Uint64(ids[n*8:]), 1); err != nil {
			return err
		}
	}
	return nil
}

// page checks one page and all below it: keys are from, or above, low and below
// high, where these are not nil.
func (w *pageWalk) page(id uint64, low, high []byte, depth int) error {
	if depth > maxPageDepth {
		return corrupt("pages lie too deep")
	}
	page, flags, count, err := w.read(id)
	switch {
	case err != nil:
		return err
	case flags == flagLeaf:
		return w.leaf(page, int(count), low, high, depth)
	case flags == flagBranch && count > 0:
		return w.branch(page, int(count), low, high, depth)
	}
	return corrupt("page %d is neither branch nor leaf", id)
}

func (w *pageWalk) branch(page []byte, count int, low, high []byte, depth int) error {
	order := binary.NativeEndian
	keys := make([][]byte, 0, count+1)
	for n := range count {
		key, _, err := element(page, n, order.Uint32, low, high, false)
		if err != nil {
			return err
		}
		keys, low = append(keys, key), after(key)
	}
	keys = append(keys, high)
	for n := range count {
		child := order.Uint64(page[pageHeader+n*pageElement+8:])
		if err := w.page(child, keys[n], keys[n+1], depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *pageWalk) leaf(page []byte, count int, low, high []byte, depth int) error {
	order := binary.NativeEndian
	for n := range count {
		key, value, err := element(page, n, order.Uint32, low, high, true)
		if err != nil {
			return err
		}
		low = after(key)
		switch flags := order.Uint32(page[pageHeader+n*pageElement:]); flags {
		case 0:
		case flagBucket:
			if err := w.bucket(value, depth+1); err != nil {
				return err
			}
		default:
			return corrupt("an element is neither value nor bucket")
		}
	}
	return nil
}

func (w *pageWalk) bucket(value []byte, depth int) error {
	if len(value) < bucketHeader || depth > maxPageDepth {
		return corrupt("a bucket is cut off")
	}
	order := binary.NativeEndian
	if root := order.Uint64(value); root != 0 {
		return w.page(root, nil, nil, depth)
	}
	page := value[bucketHeader:]
	if len(page) < pageHeader || order.Uint64(page) != 0 || order.Uint16(page[8:]) != flagLeaf || order.Uint32(page[12:]) != 0 {
		return corrupt("a small bucket is no leaf")
	}
	return w.leaf(page, int(order.Uint16(page[10:])), nil, nil, depth)
}

// element gives the key of a page's n-th element, and the value of a leaf's.
func element(page []byte, n int, number func([]byte) uint32, low, high []byte, isLeaf bool) (key, value []byte, err error) {
	at := pageHeader + n*pageElement
	if at+pageElement > len(page) {
		return nil, nil, corrupt("a page is cut off")
	}
	fields, values := page[at:], uint64(0)
	if isLeaf {
		fields, values = fields[4:], uint64(number(fields[12:]))
	}
	from := uint64(at) + uint64(number(fields))
	middle := from + uint64(number(fields[4:]))
	if from < uint64(pageHeader) || middle+values > uint64(len(page)) {
		return nil, nil, corrupt("an element lies outside its page")
	}
	key, value = page[from:middle], page[middle:middle+values]
	switch {
	case len(key) == 0 || len(key) > maxKeyBytes:
		return nil, nil, corrupt("a key of %d bytes", len(key))
	case low != nil && bytes.Compare(key, low) < 0, high != nil && bytes.Compare(key, high) >= 0:
		return nil, nil, corrupt("keys are out of order")
	}
	return key, value, nil
}

// after is the least key above key.
func after(key []byte) []byte { return append(bytes.Clone(key), 0) }
