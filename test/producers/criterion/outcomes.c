#include <criterion/criterion.h>
#include <signal.h>

Test(sums, passes) { cr_assert(1 + 1 == 2); }
Test(sums, fails) { cr_assert(1 + 1 == 3, "says \"<b>\" & 'it' ]]> end"); }
Test(sums, is_skipped) { cr_skip_test("not today"); }
Test(sums, is_disabled, .disabled = true) { cr_assert(0); }
Test(sums, crashes) { raise(SIGSEGV); }
Test(sums, takes_too_long, .timeout = 0.5) { for (;;); }
static void breaks(void) { cr_assert(0, "the hook broke"); }
Test(sums, is_not_reached, .init = breaks) {}
