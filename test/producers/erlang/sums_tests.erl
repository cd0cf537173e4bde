-module(sums_tests).
-include_lib("eunit/include/eunit.hrl").

passes_test() -> ?assertEqual(2, 1 + 1).
fails_test() -> ?assertEqual(3, 1 + 1).
breaks_test() -> error("red <b> ]]> \e[31mend").
named_test_() -> {"says \"<b>\" & 'it'", fun() -> ok end}.
hook_test_() -> {setup, fun() -> error(the_hook_broke) end, [{"is not reached", fun() -> ok end}]}.
last_hook_test_() -> {setup, fun() -> ok end, fun(_) -> error(the_last_hook_broke) end, [{"passed before", fun() -> ok end}]}.
takes_too_long_test_() -> {timeout, 0.1, fun() -> timer:sleep(3000) end}.
