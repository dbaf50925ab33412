package losanttest

// reports are what a device has reported, and the commands that were sent to it.
type reports struct{}
