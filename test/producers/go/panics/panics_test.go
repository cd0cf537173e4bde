package panics

import "testing"

func TestPassedBefore(t *testing.T) {}
func TestPanics(t *testing.T)       { panic("no assertion was reached") }
func TestIsNotReached(t *testing.T) {}
