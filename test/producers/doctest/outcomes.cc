#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <stdexcept>

TEST_SUITE("sums") {
  TEST_CASE("passes") { CHECK(1 + 1 == 2); }
  TEST_CASE("fails") { CHECK(1 + 1 == 3); }
  TEST_CASE("is skipped" * doctest::skip()) { CHECK(false); }
  TEST_CASE("breaks") { throw std::runtime_error("\x1b[31mred\x1b[39m <b> ]]> end"); }
  TEST_CASE("says \"<b>\" & 'it' 🎉") { CHECK(true); }
  TEST_CASE("has parts") {
    SUBCASE("passes") { CHECK(true); }
    SUBCASE("fails") { CHECK(false); }
  }
  TEST_CASE("fails as wanted" * doctest::should_fail()) { CHECK(false); }
  TEST_CASE("may fail" * doctest::may_fail()) { CHECK(false); }
}
struct BreaksBefore {
  BreaksBefore() { throw std::runtime_error("the hook broke"); }
};
TEST_CASE_FIXTURE(BreaksBefore, "is not reached") {}
