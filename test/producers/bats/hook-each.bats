setup() {
  [ "$BATS_TEST_DESCRIPTION" != "is not run" ]
}
teardown_file() {
  false
}
@test "is not run" {
  true
}
@test "passed before" {
  true
}
