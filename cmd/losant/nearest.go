package main

import (
	"slices"
	"strings"
)

// suggestion names those of some words that are nearest to one that is none of them.
func suggestion(word string, words []string) string {
	near := nearest(word, words)
	if len(near) == 0 {
		return ""
	}
	return " (did you mean " + strings.Join(near, ", ") + "?)"
}

// nearest are up to three words that are nearest to another one, the nearest first: those that differ in capitals, in a few
// letters, or have it in them.
func nearest(word string, words []string) []string {
	const most = 3
	type candidate struct {
		word string
		far  int
	}
	var candidates []candidate
	small := strings.ToLower(word)
	for _, w := range words {
		lower := strings.ToLower(w)
		far := distance(small, lower)
		if len(small) >= most && strings.Contains(lower, small) {
			far = min(far, most)
		}
		if far <= max(2, len(word)/most) {
			candidates = append(candidates, candidate{w, far})
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return a.far - b.far })
	var near []string
	for _, c := range candidates {
		if len(near) < most && !slices.Contains(near, c.word) {
			near = append(near, c.word)
		}
	}
	return near
}

// distance is the number of letters that have to be added, removed or replaced, or be swapped with their neighbour, to make b
// of a.
func distance(a, b string) int {
	var before []int // the row before the last one
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			changed := last[j]
			if a[i] != b[j] {
				changed++
			}
			row[j+1] = min(changed, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
