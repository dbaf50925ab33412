package main

// actionFiles are the files of the services, by name: device.go.
func actionFiles(*model) (map[string]string, error) { return map[string]string{}, nil }
