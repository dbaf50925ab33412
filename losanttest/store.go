package losanttest

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
)

// store is the state of the server and the rules that keep it consistent.
type store struct {
	mu           sync.RWMutex
	applications map[string]*application // the experience of each, by its id
	collections  map[place]*collection
	created      int64               // how many documents there have been
	reports      map[string]*reports // by device
	accounts     map[string]*account // by email
}

func newStore() store {
	return store{
		applications: map[string]*application{}, collections: map[place]*collection{}, reports: map[string]*reports{},
		accounts: map[string]*account{},
	}
}

// newID returns an id as Losant's database makes them: twelve bytes, too many to come twice.
func newID() string {
	id := make([]byte, 12)
	_, _ = rand.Read(id) // never fails
	return hex.EncodeToString(id)
}
