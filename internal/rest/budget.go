package rest

import "sync/atomic"

// budget limits the retries of one Client. When the API is down, each call would otherwise add its retries to the
// load. The zero value is full.
type budget struct{ spent atomic.Int64 }

const (
	budgetSize  = 500
	budgetRetry = 5
)

// spend takes the price of a retry, unless too little is left.
func (b *budget) spend() bool {
	if b.spent.Add(budgetRetry) <= budgetSize {
		return true
	}
	b.spent.Add(-budgetRetry)
	return false
}

// earn gives back a little for a success.
func (b *budget) earn() {
	for {
		spent := b.spent.Load()
		if spent == 0 || b.spent.CompareAndSwap(spent, spent-1) {
			return
		}
	}
}
