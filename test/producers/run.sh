#!/usr/bin/env bash
# Runs the producers and keeps what they write: test/producers/run.sh [group…], with no group all of them.
# All is done in /w, so that no report has a path of the machine in it. What each printed stands in /w/console: the
# outcomes in producers.json are read from there. README.md says what has to be installed.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kept=$here/../fixtures/test-reports
src=/w/src
mkdir -p $src /w/out /w/console
cp -r "$here/." $src/
export PATH="$src/node_modules/.bin:$here/../../node_modules/.bin:/w/venv/bin:/w/gobin:$PATH"
export CHROME_BIN=${CHROME_BIN:-/usr/bin/chromium} TZ=UTC LC_ALL=C.UTF-8
python=$(python3 -c 'import sys; print(sys.base_prefix)')
unset CI GITHUB_ACTIONS FORCE_COLOR NO_COLOR

# run <producer> <file name> <command…>: the command writes to $REPORT. That it fails is wanted; that it writes nothing is told.
run() {
  local producer=$1 name=$2
  shift 2
  export REPORT=/w/out/$producer/$name
  mkdir -p "${REPORT%/*}" "$kept/$producer"
  rm -rf "$REPORT"
  "$@" >"/w/console/$producer-$name.txt" 2>&1 </dev/null
  if [ -s "$REPORT" ]; then sed "s#$python/#/w/#g; s#$HOME/#/w/#g; s#\"$HOME\"#\"/w\"#g" "$REPORT" >"$kept/$producer/$name"; else echo "$producer $name: nothing was written"; fi
}
to_report() { "$@" | tee "$REPORT"; }
only_out() { "$@" >"$REPORT"; }

jest_group() {
  cd $src/jest || return
  local name
  for name in outcomes hook broken empty retry green; do
    run jest-junit $name.xml sh -c "JEST_JUNIT_OUTPUT_FILE=\$REPORT jest --ci --reporters=default --reporters=jest-junit -- $name.spec.js"
  done
  for name in hook broken empty; do
    run jest-junit $name-suite-errors.xml sh -c "JEST_JUNIT_REPORT_TEST_SUITE_ERRORS=true JEST_JUNIT_OUTPUT_FILE=\$REPORT jest --ci --reporters=default --reporters=jest-junit -- $name.spec.js"
  done
  for name in outcomes hook broken retry; do
    run jest-ctrf $name.json sh -c "jest --ci --config ctrf.config.js -- $name.spec.js"
  done
  for name in outcomes hook broken; do
    run jest-trx $name.trx sh -c "jest --ci --config trx.config.js -- $name.spec.js"
    run jest-nunit $name.xml sh -c "jest --ci --testResultsProcessor=jest-nunit-reporter -- $name.spec.js; cp test-report.xml \$REPORT; rm test-report.xml"
  done
}

mocha_group() {
  cd $src/mocha || return
  local name
  for name in outcomes hook retry empty; do
    run mocha-junit-reporter $name.xml sh -c "mocha --reporter mocha-junit-reporter --reporter-options mochaFile=\$REPORT $name.spec.js; mocha $name.spec.js"
    run mocha-xunit $name.xml sh -c "mocha --reporter xunit --reporter-options output=\$REPORT $name.spec.js; mocha $name.spec.js"
  done
  for name in outcomes hook retry; do
    run mocha-ctrf $name.json sh -c "mocha --reporter mocha-ctrf-json-reporter --reporter-options outputDir=/w/out/mocha-ctrf,outputFile=$name.json $name.spec.js; mocha $name.spec.js"
    # It breaks at control characters.
    sed 's/\\u001b\[[0-9]*m//g; s/\\u0000//' $name.spec.js >plain.js
    run mocha-trx $name.trx sh -c "mocha --reporter mocha-trx-reporter --reporter-options output=\$REPORT plain.js; mocha plain.js"
  done
}

vitest_group() {
  cd $src/vitest || return
  local name
  for name in outcomes hook broken empty retry; do
    run vitest-junit $name.xml sh -c "vitest run --reporter=verbose --reporter=junit --outputFile.junit=\$REPORT $name.spec.mjs"
  done
  for name in outcomes hook broken retry; do
    run vitest-ctrf $name.json sh -c "vitest run --config $src/vitest/ctrf.config.mjs --reporter=verbose --reporter=@d2t/vitest-ctrf-json-reporter $name.spec.mjs; mv ctrf/*.json \$REPORT"
  done
}

playwright_group() {
  cd $src/playwright || return
  export PLAYWRIGHT_RESULTS=/w/out/playwright/results
  local name retries
  for name in outcomes hook retry broken; do
    retries=0
    [ $name = retry ] && retries=2
    run playwright-junit $name.xml sh -c "PLAYWRIGHT_JUNIT_OUTPUT_FILE=\$REPORT playwright test --retries=$retries --reporter=list,junit $name.spec.js"
    run playwright-ctrf $name.json sh -c "playwright test --retries=$retries --reporter=list,playwright-ctrf-json-reporter $name.spec.js; mv ctrf/*.json \$REPORT"
  done
  run playwright-junit retry-each-a-case.xml sh -c "PLAYWRIGHT_JUNIT_INCLUDE_RETRIES=1 PLAYWRIGHT_JUNIT_OUTPUT_FILE=\$REPORT playwright test --retries=2 --reporter=list,junit retry.spec.js"
}

node_group() {
  cd $src/node-test || return
  local name
  for name in outcomes hook broken empty todo todo-suite around suite-body own skipped; do
    run node-test $name.xml sh -c "node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=\$REPORT $name.spec.mjs"
  done
  # Its tests within a todo fail.
  for name in todo todo-suite around suite-body own skipped; do
    run node-test-20 $name.xml sh -c "npx --yes node@20 --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=\$REPORT $name.spec.mjs"
  done
}

jasmine_group() {
  cd $src/jasmine || return
  local name
  for name in outcomes hook; do
    run jasmine-reporters $name.xml sh -c "node run.mjs $name.spec.js \$REPORT; jasmine --random=false $name.spec.js"
  done
}

karma_group() {
  cd $src/karma || return
  local name
  for name in outcomes hook broken; do
    [ $name = broken ] || sed 's/\\u001b\[[0-9]*m//g; s/ \\u0000//' ../jasmine/$name.spec.js >$name.spec.js
    run karma-junit $name.xml sh -c "SPEC=$name.spec.js OUT=/w/out/karma-junit karma start; mv /w/out/karma-junit/report.xml \$REPORT"
  done
  # The reporter dies of a control character, and loses the failure that has it.
  sed 's/ \\u0000//' ../jasmine/outcomes.spec.js >control.spec.js
  run karma-junit control-character.xml sh -c "SPEC=control.spec.js OUT=/w/out/karma-junit karma start; mv /w/out/karma-junit/report.xml \$REPORT"
}

testcafe_group() {
  cd $src/testcafe || return
  local browser='chromium:headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking'
  run testcafe-xunit outcomes.xml testcafe "$browser" outcomes.spec.js -r "spec,xunit:$REPORT_OF_TESTCAFE"
  run testcafe-nunit3 outcomes.xml testcafe "$browser" outcomes.spec.js -r spec,nunit3:/w/out/testcafe-nunit3/outcomes.xml
  run testcafe-xunit retry.xml testcafe "$browser" outcomes.spec.js -q attemptLimit=3,successThreshold=1 -r spec,xunit:/w/out/testcafe-xunit/retry.xml
}
REPORT_OF_TESTCAFE=/w/out/testcafe-xunit/outcomes.xml

newman_group() {
  cd $src/newman || return
  node -e "require('node:http').createServer((_, answer) => answer.end('ok')).listen(8799, '127.0.0.1')" &
  local server=$!
  sleep 1
  run newman-junit outcomes.xml sh -c "newman run outcomes.json --env-var origin=http://127.0.0.1:8799 -r cli,junit --reporter-junit-export \$REPORT"
  run newman-junitfull outcomes.xml sh -c "newman run outcomes.json --env-var origin=http://127.0.0.1:8799 -r cli,junitfull --reporter-junitfull-export \$REPORT"
  kill $server
}

cucumber_group() {
  cd $src/cucumber || return
  run cucumber-js outcomes.xml sh -c "cucumber-js --require steps.cjs --format progress --format junit:\$REPORT outcomes.feature"
  run cucumber-js retry.xml sh -c "cucumber-js --require steps.cjs --retry 1 --retry-tag-filter @flaky --format progress --format junit:\$REPORT outcomes.feature"
}

tap_group() {
  cd $src/tape || return
  run tap-junit tape.xml sh -c "node outcomes.js | tee /dev/stderr | tap-junit >\$REPORT"
  run tap-xunit tape.xml sh -c "node outcomes.js | tee /dev/stderr | tap-xunit >\$REPORT"
  cd $src/ava || return
  run tap-junit ava.xml sh -c "ava --tap outcomes.js | tee /dev/stderr | tap-junit >\$REPORT"
  run tap-junit ava-hook.xml sh -c "ava --tap hook.js | tee /dev/stderr | tap-junit >\$REPORT"
  run tap-xunit ava.xml sh -c "ava --tap outcomes.js | tee /dev/stderr | tap-xunit >\$REPORT"
  cd $src/qunit || return
  run tap-junit qunit.xml sh -c "qunit outcomes.js | tee /dev/stderr | tap-junit >\$REPORT"
  run tap-xunit qunit.xml sh -c "qunit outcomes.js | tee /dev/stderr | tap-xunit >\$REPORT"
}

lint_group() {
  cd $src/eslint || return
  run eslint-formatter-junit outcomes.xml sh -c "eslint -f junit -o \$REPORT .; eslint ."
  cd $src/stylelint || return
  run stylelint-junit-formatter outcomes.xml sh -c "stylelint --custom-formatter stylelint-junit-formatter -o \$REPORT '*.css'; stylelint '*.css'"
}

python_group() {
  cd $src/pytest || return
  local name
  for name in outcomes broken empty retry; do
    run pytest $name.xml sh -c "pytest -p no:cacheprovider -p no:pytest_nunit -v --junitxml=\$REPORT ${name}_test.py"
  done
  run pytest xunit1.xml sh -c "pytest -p no:cacheprovider -v -o junit_family=xunit1 -o junit_logging=all --junitxml=\$REPORT outcomes_test.py"
  run pytest xdist.xml sh -c "pytest -p no:cacheprovider -v -n 2 --junitxml=\$REPORT outcomes_test.py"
  for name in outcomes retry; do
    run pytest-nunit $name.xml sh -c "pytest -p no:cacheprovider -v --nunit-xml=\$REPORT ${name}_test.py -k 'not says'"
    run pytest-ctrf $name.json sh -c "pytest -p no:cacheprovider -v --ctrf=\$REPORT ${name}_test.py"
  done
  cd $src/unittest || return
  run junitxml outcomes.xml sh -c "PYTHONPATH=. python3 ../junitxml/run.py outcomes_test \$REPORT"
  run unittest-xml-reporting outcomes.xml sh -c "python3 -m xmlrunner --output-file \$REPORT -v outcomes_test"
  run nose2 outcomes.xml sh -c "nose2 -v -c ../nose2/unittest.cfg --junit-xml-path \$REPORT outcomes_test"
  # It breaks at control characters.
  sed 's/\\x1b\[[0-9]*m//g; s/\\x00//' outcomes_test.py >plain_test.py
  run green plain.xml sh -c "green -vv --junit-report \$REPORT plain_test"
  cd $src/robot || return
  for name in outcomes hook; do
    run robotframework $name.xml robot --outputdir /w/out/robot --consolecolors off --log NONE --report NONE --xunit "/w/out/robotframework/$name.xml" $name.robot
  done
  cd $src/behave || return
  run behave outcomes.xml sh -c "behave --junit --junit-directory /w/out/behave/all --show-skipped; cp /w/out/behave/all/*.xml \$REPORT"
}

bats_group() {
  cd $src/bats || return
  local name
  for name in outcomes hook hook-each empty; do
    run bats $name.xml sh -c "bats --formatter junit $name.bats >\$REPORT; bats --formatter tap $name.bats"
  done
}

cpp_group() {
  cmake -S $src/gtest -B /w/out/cmake >/dev/null && make -C /w/out/cmake >/dev/null || return
  run gtest outcomes.xml sh -c "/w/out/cmake/sums --gtest_output=xml:\$REPORT"
  run ctest outcomes.xml sh -c "cd /w/out/cmake && ctest --output-junit \$REPORT"
  local framework
  for framework in catch2 doctest boost; do
    g++ -std=c++17 -O0 $src/$framework/outcomes.cc -o /w/out/$framework-sums || return
  done
  run catch2 outcomes.xml sh -c "/w/out/catch2-sums -r junit >\$REPORT; /w/out/catch2-sums -s"
  run doctest outcomes.xml sh -c "/w/out/doctest-sums -r=junit >\$REPORT; /w/out/doctest-sums -s"
  run boost outcomes.xml sh -c "/w/out/boost-sums --log_format=JUNIT --log_sink=\$REPORT --log_level=all; /w/out/boost-sums --log_level=test_suite"
  gcc $src/criterion/outcomes.c -lcriterion -o /w/out/criterion-sums || return
  run criterion outcomes.xml sh -c "/w/out/criterion-sums --xml=\$REPORT --verbose"
  rm -rf /w/out/meson
  meson setup /w/out/meson $src/meson >/dev/null || return
  run meson outcomes.xml sh -c "cd /w/out/meson && meson test; cp meson-logs/testlog.junit.xml \$REPORT"
}

qt_group() {
  cd $src/qt || return
  moc outcomes.cpp -o outcomes.moc && g++ -fPIC outcomes.cpp -o /w/out/qt-sums $(pkg-config --cflags --libs Qt5Test) || return
  run qttest outcomes.xml sh -c "/w/out/qt-sums -o \$REPORT,junitxml -o -,txt"
  run qttest hook.xml sh -c "HOOK=1 /w/out/qt-sums -o \$REPORT,junitxml -o -,txt"
}

go_group() {
  cd $src/go || return
  export RAN_BEFORE=/w/out/ran-before
  local name
  rm -f $RAN_BEFORE
  run gotestsum retry.xml sh -c "gotestsum --rerun-fails --packages . --junitfile \$REPORT -f testname"
  touch $RAN_BEFORE
  run gotestsum outcomes.xml sh -c "gotestsum --junitfile \$REPORT -f testname ."
  run go-junit-report outcomes.xml sh -c "go test -v . | tee /dev/stderr | go-junit-report >\$REPORT"
  for name in hook panics broken empty; do
    run gotestsum $name.xml sh -c "gotestsum --junitfile \$REPORT -f testname ./$name"
    run go-junit-report $name.xml sh -c "go test -v ./$name 2>&1 | tee /dev/stderr | go-junit-report >\$REPORT"
  done
}

rust_group() {
  cd $src/cargo || return
  RAN_BEFORE=/w/out/ran-before-libtest run rust-libtest outcomes.xml sh -c "RUSTC_BOOTSTRAP=1 cargo test --lib -- -Z unstable-options --format junit --skip crashes --skip takes_too_long >\$REPORT; cargo test --lib -- --skip crashes --skip takes_too_long"
  command -v cargo-nextest >/dev/null || return
  export RAN_BEFORE=/w/out/ran-before-rust
  rm -f $RAN_BEFORE
  run cargo-nextest outcomes.xml sh -c "cargo nextest run; cp target/nextest/default/junit.xml \$REPORT"
}

php_group() {
  cd $src/phpunit || return
  local name
  for name in Outcomes Hook Each Empty; do
    run phpunit ${name,,}.xml sh -c "phpunit --testdox --log-junit \$REPORT ${name}Test.php"
  done
}

ruby_group() {
  cd $src/rspec || return
  local name
  for name in outcomes broken empty; do
    run rspec_junit_formatter $name.xml sh -c "rspec --format documentation --format RspecJunitFormatter --out \$REPORT ${name}_spec.rb"
  done
}

java_group() {
  cd $src/maven || return
  local reruns
  for reruns in 0 2; do
    rm -rf target
    run surefire reruns-$reruns.xml sh -c "mvn -B test -Dreruns=$reruns; cp target/surefire-reports/TEST-sums.OutcomesTest.xml \$REPORT"
    for name in Hook Each Last; do
      [ $reruns = 0 ] && run surefire ${name,,}.xml sh -c "cp target/surefire-reports/TEST-sums.${name}Test.xml \$REPORT"
    done
  done
  run junit-console outcomes.xml sh -c "java -jar \$(ls /w/jars/junit-platform-console-standalone-*.jar) execute --disable-ansi-colors -cp target/test-classes --scan-classpath --reports-dir /w/out/junit-console; cp /w/out/junit-console/TEST-junit-jupiter.xml \$REPORT"
  cd $src/testng || return
  export CLASSPATH=/usr/share/java/testng.jar:/usr/share/java/jcommander.jar:/usr/share/java/bsh.jar:.
  javac ./*.java || return
  for name in Outcomes Hook; do
    rm -rf test-output
    run testng ${name,,}.xml sh -c "java org.testng.TestNG -verbose 2 -testclass $name; cp test-output/testng-results.xml \$REPORT"
    run testng-junitreports ${name,,}.xml sh -c "cp test-output/junitreports/TEST-$name.xml \$REPORT"
  done
  unset CLASSPATH
}

perl_group() {
  cd $src/perl || return
  local name
  for name in outcomes dies all-skipped; do
    run tap-formatter-junit $name.xml sh -c "prove --formatter TAP::Formatter::JUnit $name.t >\$REPORT; prove -v $name.t"
    run tap-harness-junit $name.xml sh -c "JUNIT_OUTPUT_FILE=\$REPORT prove --harness TAP::Harness::JUnit $name.t"
  done
}

lua_group() {
  cd $src/busted || return
  local name
  for name in outcomes broken; do
    run busted $name.xml sh -c "busted -o junit -Xoutput \$REPORT ${name}_spec.lua; busted -o TAP ${name}_spec.lua"
  done
  run luaunit outcomes.xml sh -c "lua luaunit.lua -o junit -n \${REPORT%.xml} -v; lua luaunit.lua -v"
}

erlang_group() {
  cd $src/erlang || return
  erlc sums_tests.erl || return
  run eunit outcomes.xml sh -c "erl -noshell -eval 'eunit:test(sums_tests, [verbose, {report, {eunit_surefire, [{dir, \"/w/out/eunit\"}]}}]), halt().'; mv /w/out/eunit/TEST-sums_tests.xml \$REPORT"
  mkdir -p /w/out/ct
  run common_test outcomes.xml sh -c "ct_run -noshell -suite sums_SUITE -logdir /w/out/ct -ct_hooks cth_surefire \"[{path,\\\"\$REPORT\\\"}]\""
}

dotnet_group() {
  cd $src/nunit || return
  mcs -target:library -r:"$(ls /usr/lib/cli/nunit.framework-2.6*/nunit.framework.dll)" -out:/w/out/sums.dll Outcomes.cs || return
  run nunit2 outcomes.xml sh -c "cp /usr/lib/cli/nunit.framework-2.6*/nunit.framework.dll /w/out; nunit-console -nologo -labels -xml=\$REPORT /w/out/sums.dll"
}

r_group() {
  cd $src/testthat || return
  local name
  for name in outcomes broken; do
    run testthat $name.xml sh -c "Rscript -e 'library(testthat); test_file(\"test-$name.R\", reporter = JunitReporter\$new(file = \"'\$REPORT'\"))'; Rscript -e 'library(testthat); test_file(\"test-$name.R\", reporter = \"location\")'"
  done
}

groups=("$@")
[ $# = 0 ] && mapfile -t groups < <(declare -F | sed -n 's/^declare -f \(.*\)_group$/\1/p')
for group in "${groups[@]}"; do
  echo "== $group"
  "${group}_group"
done
