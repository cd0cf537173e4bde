-module(sums_SUITE).
-compile([export_all, nowarn_export_all]).

all() -> [passes, fails, is_skipped, breaks_before, breaks_after, takes_too_long, {group, deeper}, {group, broken}].
groups() -> [{deeper, [], [passes]}, {broken, [], [is_not_reached]}].
init_per_group(broken, _) -> error(the_hook_broke);
init_per_group(_, Config) -> Config.
end_per_group(_, _) -> ok.
init_per_testcase(breaks_before, _) -> error(the_hook_of_each_broke);
init_per_testcase(_, Config) -> Config.
end_per_testcase(breaks_after, _) -> {fail, the_last_hook_broke};
end_per_testcase(_, _) -> ok.
passes(_) -> ok.
fails(_) -> 3 = 1 + 1.
is_skipped(_) -> {skip, "not today: \"<&>\""}.
breaks_before(_) -> ok.
breaks_after(_) -> ok.
takes_too_long() -> [{timetrap, 100}].
takes_too_long(_) -> timer:sleep(3000).
is_not_reached(_) -> ok.
