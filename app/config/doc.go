// Package config reads the one settings file and gives every setting a type of
// its own, so that a bad value is refused where it is written down: a file
// names its file, line and key, a flag its name.
//
// The file is TOML in the system's place for settings
// ($XDG_CONFIG_HOME/takoshome/config.toml on Linux). At the first start it is
// made with every default as a comment, see default.toml. Flags of the command
// line win over it.
//
// The package is pure but for reading and making that file; it starts nothing.
package config
