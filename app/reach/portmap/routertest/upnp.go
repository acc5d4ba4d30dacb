package routertest

import (
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

const (
	wanKind      = "urn:schemas-upnp-org:service:WANIPConnection:1"
	firewallKind = "urn:schemas-upnp-org:service:WANIPv6FirewallControl:1"
)

// serve starts the web server, on a port of its own choice.
func (r *Router) serve() error {
	listener, err := net.Listen("tcp", netip.AddrPortFrom(r.Addr, 0).String())
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(r.web), ReadHeaderTimeout: 10 * time.Second}
	r.mu.Lock()
	r.listener, r.server = listener, server
	r.mu.Unlock()
	r.work.Go(func() { _ = server.Serve(listener) })
	return nil
}

// Location is where the router describes itself.
func (r *Router) Location() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return "http://" + r.listener.Addr().String() + "/desc.xml"
}

func (r *Router) answerSearch(b []byte, _ netip.AddrPort) []byte {
	if !r.Behaviour().UPnP || !strings.HasPrefix(string(b), "M-SEARCH * HTTP/1.1\r\n") {
		return nil
	}
	_, after, _ := strings.Cut(string(b), "\r\nST: ")
	what, _, _ := strings.Cut(after, "\r\n")
	if what != "urn:schemas-upnp-org:device:InternetGatewayDevice:1" {
		return nil
	}
	r.note("search")
	location := r.Location()
	if other := r.Behaviour().Location; other != nil {
		location = other(location)
	}
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: %s\r\nEXT:\r\nLOCATION: %s\r\n\r\n", what, location)
}

// Description is what a plain router says of itself.
func Description(control string) string {
	return `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><friendlyName>Test Router</friendlyName>
<deviceList><device><deviceList><device><serviceList>
<service><serviceType>` + wanKind + `</serviceType><controlURL>` + control + `</controlURL></service>
<service><serviceType>` + firewallKind + `</serviceType><controlURL>/firewall</controlURL></service>
</serviceList></device></deviceList></device></deviceList></device></root>`
}

func (r *Router) web(w http.ResponseWriter, request *http.Request) {
	if r.Behaviour().Silent {
		panic(http.ErrAbortHandler)
	}
	if request.URL.Path == "/desc.xml" {
		describe := Description
		if other := r.Behaviour().Description; other != nil {
			describe = other
		}
		_, _ = io.WriteString(w, describe("/control"))
		return
	}
	_, action, _ := strings.Cut(strings.Trim(request.Header.Get("Soapaction"), `"`), "#")
	text, err := io.ReadAll(io.LimitReader(request.Body, 1<<16))
	if err != nil {
		return
	}
	from, err := netip.ParseAddrPort(request.RemoteAddr)
	if err != nil {
		return
	}
	results, code := r.act(action, arguments(text), from.Addr().Unmap())
	if code != 0 {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprintf(w, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>`+
			`<detail><UPnPError><errorCode>%d</errorCode><errorDescription>no</errorDescription></UPnPError></detail></s:Fault></s:Body></s:Envelope>`, code)
		return
	}
	_, _ = fmt.Fprintf(w, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:%sResponse>`, action)
	for name, value := range results {
		_, _ = fmt.Fprintf(w, "<%s>%s</%s>", name, value, name)
	}
	_, _ = fmt.Fprintf(w, `</u:%sResponse></s:Body></s:Envelope>`, action)
}

func arguments(text []byte) map[string]string {
	found := map[string]string{}
	decoder := xml.NewDecoder(strings.NewReader(string(text)))
	var name string
	for {
		token, err := decoder.Token()
		if err != nil {
			return found
		}
		switch token := token.(type) {
		case xml.StartElement:
			name = token.Name.Local
		case xml.CharData:
			found[name] += strings.TrimSpace(string(token))
		}
	}
}

func (r *Router) act(action string, args map[string]string, from netip.Addr) (map[string]string, int) {
	external := portOf(args["NewExternalPort"])
	r.note("upnp %s %s%s %d %s", action, args["NewProtocol"], args["UniqueID"], external, args["NewLeaseDuration"])
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expireLocked()
	at := key{args["NewProtocol"], external}
	found, known := r.entries[at]
	switch action {
	case "GetExternalIPAddress":
		return map[string]string{"NewExternalIPAddress": r.behaviour.External.String()}, 0
	case "GetSpecificPortMappingEntry":
		if r.behaviour.NoGet {
			return nil, 401
		}
		if !known {
			return nil, 714
		}
		return map[string]string{
			"NewInternalPort": strconv.Itoa(int(found.Internal.Port())), "NewInternalClient": found.Internal.Addr().String(),
			"NewEnabled": "1", "NewPortMappingDescription": found.Description, "NewLeaseDuration": strconv.Itoa(int(found.Lease / time.Second)),
		}, 0
	case "DeletePortMapping":
		if !known {
			return nil, 714
		}
		delete(r.entries, at)
		return nil, 0
	case "AddPortMapping":
		return nil, r.addLocked(at, args)
	case "GetFirewallStatus", "AddPinhole", "UpdatePinhole", "DeletePinhole":
		return r.pinholeLocked(action, args, from)
	default:
		return nil, 401
	}
}

func (r *Router) addLocked(at key, args map[string]string) int {
	b := &r.behaviour
	seconds, err := strconv.Atoi(args["NewLeaseDuration"])
	client, badClient := netip.ParseAddr(args["NewInternalClient"])
	e := Entry{
		Proto: at.proto, External: at.external, Internal: netip.AddrPortFrom(client, portOf(args["NewInternalPort"])),
		Description: args["NewPortMappingDescription"], Lease: time.Duration(seconds) * time.Second,
	}
	found, known := r.entries[at]
	switch {
	case err != nil || badClient != nil || e.External == 0 || e.Internal.Port() == 0:
		return 402
	case b.Refuse != 0:
		return b.Refuse
	case b.PermanentOnly && seconds != 0:
		return 725
	case b.SamePortsOnly && e.External != e.Internal.Port():
		return 724
	case known && (found.Internal.Addr() != client || b.RenewIsConflict):
		return 718
	case b.AddDoesNothing || (b.LeaseForgotten && seconds != 0):
		return 0
	}
	if b.ForgetsInside && known {
		e.Internal = netip.AddrPortFrom(client, e.External)
	}
	if seconds != 0 {
		e.Expires = r.now().Add(e.Lease)
	}
	r.entries[at] = e
	return 0
}

func (r *Router) pinholeLocked(action string, args map[string]string, from netip.Addr) (map[string]string, int) {
	id := portOf(args["UniqueID"])
	_, known := r.pinholes[id]
	switch {
	case action == "GetFirewallStatus":
		allowed := "1"
		if r.behaviour.NoPinholes {
			allowed = "0"
		}
		return map[string]string{"FirewallEnabled": "1", "InboundPinholeAllowed": allowed}, 0
	case action == "AddPinhole":
		if args["InternalClient"] != from.String() {
			return nil, 606
		}
		r.lastHole++
		r.pinholes[r.lastHole] = Entry{Proto: args["Protocol"], Internal: netip.AddrPortFrom(from, portOf(args["InternalPort"]))}
		return map[string]string{"UniqueID": strconv.Itoa(int(r.lastHole))}, 0
	case !known:
		return nil, 704
	case action == "DeletePinhole":
		delete(r.pinholes, id)
	}
	return nil, 0
}

func portOf(text string) uint16 {
	n, _ := strconv.ParseUint(text, 10, 16) // 0 is no port
	return uint16(n)
}
