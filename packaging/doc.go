// Package packaging has files for installing the program, and what tests them:
// units for systemd and a file to build a container from. docs/server.md says how to
// use them.
package packaging
