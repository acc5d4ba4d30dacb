package web

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// notTLS is what http.Server would answer (section 15.5.1 of RFC 9110).
const notTLS = "HTTP/1.0 400 Bad Request\r\n\r\nThis address begins with https://.\n"

// secure is the listener with TLS. Where the port has a relay, its clients are told
// apart by their first byte inside TLS: that of STUN is no letter. ALPN would say
// it too (RFC 7443), but browsers name no protocol to a TURN server.
func (s *Server) secure(listener net.Listener) net.Listener {
	l := &secureListener{Listener: listener, config: s.config.TLS}
	if whole, ok := s.config.Listener.(*webListener); ok {
		l.relay = whole.relay
	}
	return l
}

type secureListener struct {
	net.Listener
	config *tls.Config
	relay  *partListener // nil where there is none
}

// Accept waits for a connection, and for nothing that comes over it.
func (l *secureListener) Accept() (net.Conn, error) {
	below, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := tls.Server(below, l.config)
	c := &secureConn{tls: conn, below: below}
	c.Conn, c.partOf = conn, func(first []byte) *partListener {
		if l.relay == nil || first[0] > maxStunByte {
			return nil
		}
		if limited, ok := below.(*limitedConn); ok {
			limited.leave() // the relay has a limit of its own
		}
		return l.relay
	}
	return c, nil
}

// secureConn is a web client's or a relay's over TLS.
type secureConn struct {
	undecidedConn
	tls    *tls.Conn
	below  net.Conn
	shaken bool // the reader's
}

// Read begins with the handshake, as http.Server does where it sees that there is
// to be one.
func (c *secureConn) Read(b []byte) (int, error) {
	if !c.shaken {
		c.shaken = true
		if err := c.shake(); err != nil {
			return 0, io.EOF // there is nobody to be told
		}
	}
	return c.undecidedConn.Read(b)
}

// shake has as much time as a request's header, which has its own afterwards.
func (c *secureConn) shake() error {
	_ = c.tls.SetDeadline(time.Now().Add(headerTimeout)) // the handshake tells of a closed one
	err := c.tls.HandshakeContext(context.Background())
	var plain tls.RecordHeaderError
	if errors.As(err, &plain) && plain.Conn != nil && isHTTP(plain.RecordHeader[:]) {
		_, _ = io.WriteString(plain.Conn, notTLS)
	}
	if err != nil {
		return err
	}
	_ = c.tls.SetWriteDeadline(time.Time{})
	return c.tls.SetReadDeadline(time.Now().Add(headerTimeout))
}

// isHTTP tells a request by its first five bytes.
func isHTTP(header []byte) bool {
	for _, method := range []string{"GET /", "HEAD ", "POST ", "PUT /", "OPTIO"} {
		if bytes.Equal(header, []byte(method)) {
			return true
		}
	}
	return false
}

// CloseWrite lets the client read an answer to a request that was not read whole.
func (c *secureConn) CloseWrite() error {
	if c.gone.Load() {
		return nil
	}
	return c.tls.CloseWrite()
}

type tlsKey struct{}

// rememberTLS is http.Server.ConnContext.
func rememberTLS(ctx context.Context, conn net.Conn) context.Context {
	if secure, ok := conn.(*secureConn); ok {
		return context.WithValue(ctx, tlsKey{}, secure.tls)
	}
	return ctx
}

// withTLS sets Request.TLS, which http.Server does for a *tls.Conn alone.
func withTLS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(tlsKey{}).(*tls.Conn); ok {
			state := conn.ConnectionState()
			r.TLS = &state
		}
		next.ServeHTTP(w, r)
	})
}
