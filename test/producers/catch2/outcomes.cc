#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <stdexcept>

TEST_CASE("passes", "[sums]") { CHECK(1 + 1 == 2); }
TEST_CASE("fails", "[sums]") { CHECK(1 + 1 == 3); }
TEST_CASE("breaks", "[sums]") { throw std::runtime_error("\x1b[31mred\x1b[39m <b> ]]> end"); }
TEST_CASE("says \"<b>\" & 'it' 🎉") { CHECK(true); }
TEST_CASE("has sections") {
  SECTION("passes") { CHECK(true); }
  SECTION("fails") { CHECK(false); }
}
TEST_CASE("fails as wanted", "[!shouldfail]") { CHECK(false); }
TEST_CASE("may fail", "[!mayfail]") { CHECK(false); }
struct BreaksBefore {
  BreaksBefore() { throw std::runtime_error("the hook broke"); }
};
TEST_CASE_METHOD(BreaksBefore, "is not reached") {}
TEST_CASE("is hidden", "[.]") { CHECK(false); }
