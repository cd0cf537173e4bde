use Test::More skip_all => 'not today';
