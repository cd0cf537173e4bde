use utf8;
use Test::More;
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
is(1 + 1, 2, 'passes');
is(1 + 1, 3, 'fails');
SKIP: { skip 'not today', 1; ok(0, 'is skipped'); }
TODO: { local $TODO = 'known'; ok(0, 'is planned'); }
ok(1, q(says "<b>" & 'it' 🎉));
ok(0, "is \e[31mred\e[39m");
done_testing;
