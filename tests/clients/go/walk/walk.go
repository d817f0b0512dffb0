// SPDX-License-Identifier: Apache-2.0

// Package walk is what the walks in Go share: the checks one after the other, a line for each, and schemas.
package walk

import (
	"fmt"
	"reflect"
	"strings"
)

const (
	fields = `{"name":"name","type":"string"},{"name":"age","type":["null","int"],"default":null}`
	start  = `{"type":"record","name":"User","namespace":"test","doc":"naïve ☃","fields":[`

	User    = start + fields + `]}`
	Wider   = start + fields + `,{"name":"city","type":"string","default":"?"}]}`
	Broken  = start + fields + `,{"name":"city","type":"string"}]}`
	Other   = `{"type":"record","name":"Other","fields":[{"name":"x","type":"int"}]}`
	Address = `{"type":"record","name":"Address","namespace":"test","fields":[{"name":"city","type":"string"}]}`
	House   = `{"type":"record","name":"House","namespace":"test","fields":[{"name":"at","type":"test.Address"}]}`
)

// Check is one of them.
type Check struct {
	Name string
	Run  func()
}

// Run makes the checks in order.
func Run(checks []Check) {
	for _, check := range checks {
		one(check)
	}
}

func one(check Check) {
	defer func() {
		if wrong := recover(); wrong != nil {
			fmt.Printf("not ok %s: %s\n", check.Name, strings.ReplaceAll(fmt.Sprint(wrong), "\n", " "))
			return
		}
		fmt.Printf("ok %s\n", check.Name)
	}()
	check.Run()
}

// Must is the value of a call that is to succeed.
func Must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Same panics when the two differ.
func Same(got, wanted any) {
	if !reflect.DeepEqual(got, wanted) {
		panic(fmt.Sprintf("got %v, not %v", got, wanted))
	}
}

// Contains panics when the text lacks the words.
func Contains(text, words string) {
	if !strings.Contains(text, words) {
		panic(fmt.Sprintf("%q is not in %q", words, text))
	}
}
