package config

import (
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"os"
	"os/exec"
)

// CheckPrograms says which program that the settings name cannot be started, with
// the line of the settings file at path that names it. Reading the settings alone
// does not look: whoever only asks the running app may have other rights and
// another PATH.
func (c *Config) CheckPrograms(path string) error {
	if c.TLS.Mode == TLSAcme && c.Acme.Provider == providerHook {
		if err := checkProgram(c.Acme.Hook); err != nil {
			return located(path, "acme.dns_hook", err)
		}
	}
	if c.Dyndns.Provider == providerHook {
		if err := checkProgram(c.Dyndns.Hook); err != nil {
			return located(path, "dyndns.hook", err)
		}
	}
	return nil
}

// CheckCertificates is CheckPrograms for the files of certificates and keys.
func (c *Config) CheckCertificates(path string) error {
	if c.TLS.Mode == TLSFiles {
		if err := checkPair(c.TLS); err != nil {
			return located(path, "tls", err)
		}
	}
	if c.TLS.Mode == TLSAcme {
		if err := checkAuthorities(c.Acme.CAFile); err != nil {
			return located(path, "acme.ca_file", err)
		}
	}
	if err := checkAuthorities(c.Federation.CAFile); err != nil {
		return located(path, "federation.ca_file", err)
	}
	return nil
}

func checkProgram(hook []string) error {
	if len(hook) == 0 {
		return ErrHook
	}
	if _, err := exec.LookPath(hook[0]); err != nil {
		return &fs.PathError{Op: "start", Path: hook[0], Err: ErrNoProgram}
	}
	return nil
}

// checkPair looks at both files before it looks at what is in them: then the error
// names the file.
func checkPair(pair TLS) error {
	for _, path := range []string{pair.Cert, pair.Key} {
		if _, err := os.ReadFile(path); err != nil {
			return err
		}
	}
	_, err := tls.LoadX509KeyPair(pair.Cert, pair.Key)
	return err
}

func checkAuthorities(path string) error {
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !x509.NewCertPool().AppendCertsFromPEM(text) {
		return &fs.PathError{Op: "read", Path: path, Err: ErrNoCertificates}
	}
	return nil
}

// located is an error with the line of its key.
func located(path, key string, err error) *FileError {
	e := &FileError{Path: path, Key: key, Err: err}
	if text, err := os.ReadFile(path); err == nil {
		e.Line = lineOf(text, key)
	}
	return e
}
