package config

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

func TestPublic(t *testing.T) {
	path := write(t, `
http = ":8443"
public_url = "https://home.example"
tls = "/etc/a.pem,/etc/b.pem"
announce = ["192.0.2.1"]
[limits]
room_people = 3
[takos_call]
listen = "127.0.0.1:3000"
api_key = "SECRET1"
[dyndns]
provider = "url"
hostname = "home.example"
url = "https://dyn.example/u/SECRET2"
user = "SECRET3"
password = "SECRET4"
hook = ["x", "SECRET5"]
[acme]
email = "SECRET0@example.com"
dns = { api_token = "SECRET6", other = "SECRET7" }
dns_hook = ["SECRET8"]
[unknown]
my_token = "SECRET9"
`)
	got, err := Public(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(got), "SECRET") {
		t.Errorf("got %s", got)
	}
	var all map[string]any
	if err := json.Unmarshal(got, &all); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"http":":8443"`, `"public_url":"https://home.example"`, `"tls":"/etc/a.pem,/etc/b.pem"`, `"announce":["192.0.2.1"]`,
		`"room_people":3`, `"provider":"url"`, `"hostname":"home.example"`, `"listen":"127.0.0.1:3000"`, `"api_key":"[removed]"`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	if got, err := Public(filepath.Join(t.TempDir(), "none")); err != nil || string(got) != "{}" {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := Public(write(t, "a = \"b\"\napi_key = \"SECRET\nx")); err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
}
