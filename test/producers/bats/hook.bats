setup_file() {
  echo 'the hook broke'
  false
}
@test "is not reached" {
  true
}
