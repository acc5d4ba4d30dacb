package app

// recheckOutside looks anew at the way from the internet to the host, as after a
// sleep. It returns at once.
func (a *App) recheckOutside() {}
