package records

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

const secret = "s3cr3t-t0ken"

// zone is example.org at a provider, with the provider's interface as far as it is
// used, after its documentation.
type zone struct {
	mu     sync.Mutex
	sets   map[string][]string // "TYPE name" → values, plain; mu protects it
	status int                 // what is answered to everything; 0: what is right
	nextID int
	ids    map[int]string // id → "TYPE name value"
}

func newZone() *zone { return &zone{sets: map[string][]string{}, ids: map[int]string{}} }

func (z *zone) values(kind, name string) []string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.sets[kind+" "+name])
}

func (z *zone) add(kind, name, value string) int {
	z.nextID++
	z.ids[z.nextID] = kind + " " + name + " " + value
	z.sets[kind+" "+name] = append(z.sets[kind+" "+name], value)
	return z.nextID
}

func (z *zone) remove(id int) {
	parts := strings.SplitN(z.ids[id], " ", 3)
	key := parts[0] + " " + parts[1]
	z.sets[key] = slices.DeleteFunc(z.sets[key], func(v string) bool { return v == parts[2] })
	delete(z.ids, id)
}

// serve answers with what answer gives, to those who have the token.
func (z *zone) serve(t *testing.T, authorization string, answer func(w http.ResponseWriter, r *http.Request)) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		z.mu.Lock()
		defer z.mu.Unlock()
		switch {
		case z.status != 0:
			w.WriteHeader(z.status)
			_, _ = fmt.Fprint(w, "you sent ", r.Header.Get("Authorization"), r.URL)
		case r.Header.Get("Authorization") != authorization:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			answer(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func say(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func hear[T any](r *http.Request) (value T) {
	_ = json.NewDecoder(r.Body).Decode(&value)
	return value
}

func (z *zone) cloudflare(t *testing.T) string {
	type record map[string]any
	mux := http.NewServeMux()
	mux.HandleFunc("GET /zones", func(w http.ResponseWriter, r *http.Request) {
		result := []record{}
		if r.FormValue("name") == "example.org" {
			result = append(result, record{"id": "z1"})
		}
		say(w, record{"success": true, "result": result})
	})
	mux.HandleFunc("GET /zones/z1/dns_records", func(w http.ResponseWriter, r *http.Request) {
		result := []record{}
		for _, id := range slices.Sorted(maps.Keys(z.ids)) {
			parts := strings.SplitN(z.ids[id], " ", 3)
			if parts[0] == r.FormValue("type") && parts[1] == r.FormValue("name") {
				content := parts[2]
				if parts[0] == "TXT" {
					content = `"` + content + `"`
				}
				result = append(result, record{"id": fmt.Sprint(id), "type": parts[0], "name": parts[1], "content": content})
			}
		}
		say(w, record{"success": true, "result": result})
	})
	mux.HandleFunc("POST /zones/z1/dns_records", func(w http.ResponseWriter, r *http.Request) {
		sent := hear[cloudflareRecord](r)
		z.add(sent.Type, sent.Name, strings.Trim(sent.Content, `"`))
		say(w, record{"success": true})
	})
	mux.HandleFunc("PATCH /zones/z1/dns_records/{id}", func(w http.ResponseWriter, r *http.Request) {
		id := idOf(r)
		parts := strings.SplitN(z.ids[id], " ", 3)
		z.remove(id)
		z.add(parts[0], parts[1], hear[cloudflareRecord](r).Content)
		say(w, record{"success": true})
	})
	mux.HandleFunc("DELETE /zones/z1/dns_records/{id}", func(w http.ResponseWriter, r *http.Request) {
		z.remove(idOf(r))
		say(w, record{"success": true})
	})
	return z.serve(t, "Bearer "+secret, mux.ServeHTTP)
}

func idOf(r *http.Request) (id int) {
	_, _ = fmt.Sscan(r.PathValue("id"), &id)
	return id
}

func (z *zone) desec(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /domains/{$}", func(w http.ResponseWriter, r *http.Request) {
		domains := []map[string]string{}
		if name := r.FormValue("owns_qname"); name == "example.org" || strings.HasSuffix(name, ".example.org") {
			domains = append(domains, map[string]string{"name": "example.org"})
		}
		say(w, domains)
	})
	mux.HandleFunc("GET /domains/example.org/rrsets/{sub}/TXT/", func(w http.ResponseWriter, r *http.Request) {
		key := "TXT " + absolute(r.PathValue("sub"))
		if len(z.sets[key]) == 0 {
			http.NotFound(w, r)
			return
		}
		say(w, desecSet{Type: "TXT", TTL: desecTTLSeconds, Records: quotedAll(z.sets[key])})
	})
	mux.HandleFunc("PATCH /domains/example.org/rrsets/{$}", func(w http.ResponseWriter, r *http.Request) {
		for _, set := range hear[[]desecSet](r) {
			if set.TTL < 3600 {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			name := set.Subname
			if name == "" {
				name = "@"
			}
			z.sets["TXT "+absolute(name)] = unquotedAll(set.Records)
		}
		say(w, nil)
	})
	return z.serve(t, "Token "+secret, mux.ServeHTTP)
}

func (z *zone) gandi(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /domains/example.org", func(w http.ResponseWriter, _ *http.Request) { say(w, map[string]string{}) })
	mux.HandleFunc("/domains/example.org/records/{sub}/TXT", func(w http.ResponseWriter, r *http.Request) {
		key := "TXT " + absolute(r.PathValue("sub"))
		switch {
		case r.Method == http.MethodPut:
			z.sets[key] = unquotedAll(hear[gandiSet](r).Values)
			w.WriteHeader(http.StatusCreated)
		case len(z.sets[key]) == 0:
			http.NotFound(w, r)
		case r.Method == http.MethodDelete:
			delete(z.sets, key)
			w.WriteHeader(http.StatusNoContent)
		default:
			say(w, gandiSet{gandiTTLSeconds, quotedAll(z.sets[key])})
		}
	})
	return z.serve(t, "Bearer "+secret, mux.ServeHTTP)
}

func (z *zone) digitalOcean(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /domains/example.org", func(w http.ResponseWriter, _ *http.Request) { say(w, map[string]string{}) })
	mux.HandleFunc("POST /domains/example.org/records", func(w http.ResponseWriter, r *http.Request) {
		sent := hear[digitalOceanRecord](r)
		z.add(sent.Type, absolute(sent.Name), sent.Data)
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("GET /domains/example.org/records", func(w http.ResponseWriter, r *http.Request) {
		list := []digitalOceanRecord{}
		for id, text := range z.ids {
			parts := strings.SplitN(text, " ", 3)
			if parts[0] == r.FormValue("type") && parts[1] == r.FormValue("name") {
				list = append(list, digitalOceanRecord{ID: int64(id), Type: parts[0], Data: parts[2]})
			}
		}
		say(w, map[string]any{"domain_records": list})
	})
	mux.HandleFunc("DELETE /domains/example.org/records/{id}", func(w http.ResponseWriter, r *http.Request) {
		z.remove(idOf(r))
		w.WriteHeader(http.StatusNoContent)
	})
	return z.serve(t, "Bearer "+secret, mux.ServeHTTP)
}

func absolute(name string) string {
	if name == "@" {
		return "example.org"
	}
	return name + ".example.org"
}

func quotedAll(values []string) (all []string) {
	for _, v := range values {
		all = append(all, quoted(v))
	}
	return all
}

func unquotedAll(values []string) (all []string) {
	for _, v := range values {
		all = append(all, unquoted(v))
	}
	return all
}
