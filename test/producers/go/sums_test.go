package sums

import (
	"fmt"
	"os"
	"testing"
)

func TestPasses(t *testing.T) {}
func TestFails(t *testing.T) {
	fmt.Println("\x1b[31mred\x1b[39m <b> ]]> end")
	t.Errorf("got %d, want %d", 1+1, 3)
}
func TestIsSkipped(t *testing.T) { t.Skip(`not today: "<&>"`) }
func TestOf(t *testing.T) {
	for _, said := range []string{"plain", "\"<b>\" & 'it' 🎉"} {
		t.Run(said, func(t *testing.T) {
			if said != "plain" {
				t.Fatal(said)
			}
		})
	}
}
func TestPassesWhenRunAgain(t *testing.T) {
	if _, err := os.Stat(os.Getenv("RAN_BEFORE")); err != nil {
		os.WriteFile(os.Getenv("RAN_BEFORE"), nil, 0o644)
		t.Fatal("the first time")
	}
}
