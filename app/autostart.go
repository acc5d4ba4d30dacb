package app

// autostart is what is known of the system's start of the session.
func (a *App) autostart() Autostart { return Autostart{} }
