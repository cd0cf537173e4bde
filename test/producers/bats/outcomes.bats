@test "passes" {
  [ $((1 + 1)) -eq 2 ]
}
@test "fails" {
  printf '\033[31mred\033[39m <b> ]]> end\n'
  [ $((1 + 1)) -eq 3 ]
}
@test "is skipped" {
  skip 'not today: "<&>"'
}
@test "says \"<b>\" & 'it' 🎉" {
  true
}
