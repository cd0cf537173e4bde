#include <gtest/gtest.h>
#include <stdexcept>

TEST(Sums, Passes) { EXPECT_EQ(1 + 1, 2); }
TEST(Sums, Fails) { EXPECT_EQ(1 + 1, 3) << "\x1b[31mred\x1b[39m <b> ]]> end"; }
TEST(Sums, FailsTwice) {
  EXPECT_EQ(1, 2);
  EXPECT_EQ(1, 3);
}
TEST(Sums, IsSkipped) { GTEST_SKIP() << "not today"; }
TEST(Sums, DISABLED_IsDisabled) { FAIL(); }
TEST(Sums, Breaks) { throw std::runtime_error("no assertion was reached"); }

class SumsOf : public testing::TestWithParam<const char *> {};
TEST_P(SumsOf, Says) { EXPECT_STREQ(GetParam(), "plain"); }
INSTANTIATE_TEST_SUITE_P(All, SumsOf, testing::Values("plain", "\"<b>\" & 'it' 🎉"));

struct BreaksBefore : testing::Test {
  void SetUp() override { FAIL() << "the hook broke"; }
};
TEST_F(BreaksBefore, IsNotReached) {}

struct BreaksBeforeAll : testing::Test {
  static void SetUpTestSuite() { FAIL() << "the hook of all broke"; }
};
TEST_F(BreaksBeforeAll, RunsAllTheSame) {}
