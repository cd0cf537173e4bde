#define BOOST_TEST_MODULE sums
#include <boost/test/included/unit_test.hpp>
#include <stdexcept>
namespace utf = boost::unit_test;

BOOST_AUTO_TEST_CASE(passes) { BOOST_TEST(1 + 1 == 2); }
BOOST_AUTO_TEST_CASE(fails) { BOOST_TEST(1 + 1 == 3); }
BOOST_AUTO_TEST_CASE(is_skipped, *utf::disabled()) { BOOST_TEST(false); }
BOOST_AUTO_TEST_CASE(breaks) { throw std::runtime_error("red <b> ]]> end"); }
BOOST_AUTO_TEST_CASE(fails_as_wanted, *utf::expected_failures(1)) { BOOST_TEST(false); }
BOOST_AUTO_TEST_CASE(checks_nothing) {}
struct BreaksBefore {
  BreaksBefore() { throw std::runtime_error("the hook broke"); }
};
BOOST_FIXTURE_TEST_CASE(is_not_reached, BreaksBefore) { BOOST_TEST(true); }
BOOST_AUTO_TEST_SUITE(deeper)
BOOST_AUTO_TEST_CASE(passes) { BOOST_TEST(true); }
BOOST_AUTO_TEST_SUITE_END()
