package broken

func TestDoesNotCompile(t *testing.T) {}
