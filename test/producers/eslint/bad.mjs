var bad = "<b> & 🎉"
var worse = bad
