import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ReportReading, readTestReport } from '../../../../src/domain/tests/formats/read-report.ts'
import {
  MAX_TEST_MESSAGE_LENGTH,
  MAX_TEST_RESULTS,
  type TestReport,
  type TestResult,
} from '../../../../src/domain/tests/test-result.ts'

describe('reads what the usual runners write', () => {
  it('pytest', () => {
    expect(
      resultsIn(`<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="2" tests="5" time="0.123"
 timestamp="2026-11-24T10:00:00.000000+00:00" hostname="ci"><testcase classname="tests.test_cart.TestCart"
 name="test_total[1-2]" time="0.001" /><testcase classname="tests.test_cart.TestCart" name="test_discount" time="1.2e-05"
><failure message="assert 90 == 91&#10; +  where 90 = total()">def test_discount():
&gt;       assert total() == 91
E       assert 90 == 91
E        +  where 90 = total()

tests/test_cart.py:12: AssertionError</failure></testcase><testcase classname="tests.test_cart" name="test_db" time="0.010"
><error message="failed on setup with &quot;ConnectionError&quot;">tests/conftest.py:4: ConnectionError</error></testcase
><testcase classname="tests.test_cart" name="test_windows" time="0.000"><skipped type="pytest.skip"
 message="needs Windows">/repo/tests/test_cart.py:20: needs Windows</skipped></testcase><testcase
 classname="tests.test_cart" name="test_known_bug" time="0.004"><skipped type="pytest.xfail" message="" /></testcase
></testsuite></testsuites>`),
    ).toEqual([
      result({ classname: 'tests.test_cart.TestCart', name: 'test_total[1-2]', runTimeSeconds: 0.001 }, 'pytest tests'),
      result(
        {
          classname: 'tests.test_cart.TestCart',
          name: 'test_discount',
          runTimeSeconds: 1.2e-5,
          result: 'failure',
          message: `assert 90 == 91
 +  where 90 = total()
def test_discount():
>       assert total() == 91
E       assert 90 == 91
E        +  where 90 = total()

tests/test_cart.py:12: AssertionError`,
        },
        'pytest tests',
      ),
      result(
        {
          classname: 'tests.test_cart',
          name: 'test_db',
          runTimeSeconds: 0.01,
          result: 'error',
          message: 'failed on setup with "ConnectionError"\ntests/conftest.py:4: ConnectionError',
        },
        'pytest tests',
      ),
      result(
        {
          classname: 'tests.test_cart',
          name: 'test_windows',
          result: 'skipped',
          message: '/repo/tests/test_cart.py:20: needs Windows',
        },
        'pytest tests',
      ),
      result(
        {
          classname: 'tests.test_cart',
          name: 'test_known_bug',
          runTimeSeconds: 0.004,
          result: 'skipped',
          message: 'pytest.xfail',
        },
        'pytest tests',
      ),
    ])
  })

  it('jest-junit', () => {
    expect(
      resultsIn(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests" tests="2" failures="1" errors="0" time="1.511">
  <testsuite name="Cart" errors="0" failures="1" skipped="0" timestamp="2026-11-24T10:00:00" time="0.6" tests="2">
    <testcase classname="Cart adds" name="Cart adds" time="0.004" file="src/cart.test.js">
    </testcase>
    <testcase classname="Cart pays" name="Cart pays" time="0.002" file="src/cart.test.js">
      <failure>Error: expect(received).toBe(expected)

Expected: &lt;b&gt;
    at Object.&lt;anonymous&gt; (src/cart.test.js:7:17)</failure>
    </testcase>
  </testsuite>
</testsuites>`),
    ).toEqual([
      result(
        { classname: 'Cart adds', name: 'Cart adds', runTimeSeconds: 0.004, file: 'src/cart.test.js' },
        'jest tests',
      ),
      result(
        {
          classname: 'Cart pays',
          name: 'Cart pays',
          runTimeSeconds: 0.002,
          file: 'src/cart.test.js',
          result: 'failure',
          message:
            'Error: expect(received).toBe(expected)\n\nExpected: <b>\n    at Object.<anonymous> (src/cart.test.js:7:17)',
        },
        'jest tests',
      ),
    ])
  })

  it('gotestsum', () => {
    expect(
      resultsIn(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" time="1.312">
	<testsuite tests="3" failures="1" time="0.312000" name="example.com/cart" timestamp="2026-11-24T10:00:00Z">
		<properties><property name="go.version" value="go1.25 linux/amd64"></property></properties>
		<testcase classname="example.com/cart" name="TestAdd" time="0.000000"></testcase>
		<testcase classname="example.com/cart" name="TestPay/by_card" time="0.310000">
			<failure message="Failed" type="">=== RUN   TestPay/by_card&#xA;    cart_test.go:9: no card&#xA;</failure>
		</testcase>
		<testcase classname="example.com/cart" name="TestSlow" time="0.000000">
			<skipped message="=== RUN   TestSlow&#xA;    cart_test.go:20: short mode&#xA;"></skipped>
		</testcase>
	</testsuite>
</testsuites>`),
    ).toEqual([
      result({ classname: 'example.com/cart', name: 'TestAdd' }, 'example.com/cart'),
      result(
        {
          classname: 'example.com/cart',
          name: 'TestPay/by_card',
          runTimeSeconds: 0.31,
          result: 'failure',
          message: 'Failed\n=== RUN   TestPay/by_card\n    cart_test.go:9: no card',
        },
        'example.com/cart',
      ),
      result(
        {
          classname: 'example.com/cart',
          name: 'TestSlow',
          result: 'skipped',
          message: '=== RUN   TestSlow\n    cart_test.go:20: short mode',
        },
        'example.com/cart',
      ),
    ])
  })

  it('Maven Surefire, with re-runs', () => {
    expect(
      resultsIn(`<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report-3.0.xsd"
  version="3.0" name="com.example.CartTest" time="1,234.5" tests="4" errors="0" skipped="1" failures="1">
  <properties><property name="java.version" value="21"/></properties>
  <testcase name="adds" classname="com.example.CartTest" time="1,234.567"/>
  <testcase name="flaps" classname="com.example.CartTest" time="0.02">
    <flakyFailure message="timed out" type="java.lang.AssertionError">
      <stackTrace><![CDATA[java.lang.AssertionError: timed out]]></stackTrace>
      <system-out><![CDATA[noise]]></system-out>
    </flakyFailure>
  </testcase>
  <testcase name="pays" classname="com.example.CartTest" time="0.1">
    <failure message="expected: &lt;1&gt;" type="org.opentest4j.AssertionFailedError"><![CDATA[org.opentest4j.AssertionFailedError: expected: <1>
	at com.example.CartTest.pays(CartTest.java:9)
]]></failure>
    <rerunFailure message="expected: &lt;2&gt;" type="org.opentest4j.AssertionFailedError">
      <stackTrace><![CDATA[org.opentest4j.AssertionFailedError: expected: <2>]]></stackTrace>
      <system-out><![CDATA[more noise]]></system-out>
    </rerunFailure>
    <system-out><![CDATA[<failure>not one</failure>]]></system-out>
  </testcase>
  <testcase name="later" classname="com.example.CartTest" time="0"><skipped message="not yet"/></testcase>
</testsuite>`),
    ).toEqual([
      result({ classname: 'com.example.CartTest', name: 'adds', runTimeSeconds: 1234.567 }, 'com.example.CartTest'),
      result(
        {
          classname: 'com.example.CartTest',
          name: 'flaps',
          runTimeSeconds: 0.02,
          isFlaky: true,
          attempts: [{ result: 'failure', message: 'java.lang.AssertionError: timed out' }],
        },
        'com.example.CartTest',
      ),
      result(
        {
          classname: 'com.example.CartTest',
          name: 'pays',
          runTimeSeconds: 0.1,
          result: 'failure',
          message: `org.opentest4j.AssertionFailedError: expected: <1>
	at com.example.CartTest.pays(CartTest.java:9)`,
          attempts: [{ result: 'failure', message: 'org.opentest4j.AssertionFailedError: expected: <2>' }],
        },
        'com.example.CartTest',
      ),
      result(
        { classname: 'com.example.CartTest', name: 'later', result: 'skipped', message: 'not yet' },
        'com.example.CartTest',
      ),
    ])
  })

  it('PHPUnit, whose suites are nested and name the file', () => {
    expect(
      resultsIn(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="/repo/phpunit.xml" tests="3" assertions="3" errors="1" failures="0" skipped="0" time="0.007">
    <testsuite name="unit" tests="3">
      <testsuite name="App\\CartTest" file="/repo/tests/CartTest.php" tests="3">
        <testcase name="testAdd" file="/repo/tests/CartTest.php" line="9" class="App\\CartTest" classname="App.CartTest" assertions="1" time="0.001"/>
        <testsuite name="App\\CartTest::testPay" tests="1">
          <testcase name="testPay with data set &quot;a&quot;" line="15" time="0.002">
            <error type="RuntimeException">App\\CartTest::testPay
RuntimeException: no card
            </error>
          </testcase>
        </testsuite>
        <testcase name="testLast" classname="App.CartTest"/>
      </testsuite>
    </testsuite>
  </testsuite>
</testsuites>`),
    ).toEqual([
      result(
        { classname: 'App.CartTest', name: 'testAdd', runTimeSeconds: 0.001, file: '/repo/tests/CartTest.php' },
        '/repo/phpunit.xml',
      ),
      result(
        {
          classname: '/repo/phpunit.xml > unit > App\\CartTest::testPay',
          name: 'testPay with data set "a"',
          runTimeSeconds: 0.002,
          file: '/repo/tests/CartTest.php',
          result: 'error',
          message: 'App\\CartTest::testPay\nRuntimeException: no card',
        },
        '/repo/phpunit.xml',
      ),
      result({ classname: 'App.CartTest', name: 'testLast', file: '/repo/tests/CartTest.php' }, '/repo/phpunit.xml'),
    ])
  })

  it('RSpec', () => {
    expect(
      resultsIn(`<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="rspec" tests="2" skipped="1" failures="1" errors="0" time="0.01" timestamp="2026-11-24T10:00:00+00:00" hostname="ci">
<properties>
<property name="seed" value="1"/>
</properties>
<testcase classname="spec.models.cart_spec" name="Cart pays" file="./spec/models/cart_spec.rb" time="0.008"><failure message="expected: 1
     got: 2" type="RSpec::Expectations::ExpectationNotMetError">Failure/Error: expect(pay).to eq(1)

  expected: 1
       got: 2
./spec/models/cart_spec.rb:7:in 'block'</failure></testcase>
<testcase classname="spec.models.cart_spec" name="Cart waits" file="./spec/models/cart_spec.rb" time="0.000007"><skipped/></testcase>
</testsuite>`),
    ).toEqual([
      result(
        {
          classname: 'spec.models.cart_spec',
          name: 'Cart pays',
          file: './spec/models/cart_spec.rb',
          runTimeSeconds: 0.008,
          result: 'failure',
          // A line break in an attribute is read as a space (XML 1.0 §3.3.3).
          message: `expected: 1      got: 2
Failure/Error: expect(pay).to eq(1)

  expected: 1
       got: 2
./spec/models/cart_spec.rb:7:in 'block'`,
        },
        'rspec',
      ),
      result(
        {
          classname: 'spec.models.cart_spec',
          name: 'Cart waits',
          file: './spec/models/cart_spec.rb',
          runTimeSeconds: 0.000007,
          result: 'skipped',
        },
        'rspec',
      ),
    ])
  })

  it('cargo-nextest', () => {
    expect(
      resultsIn(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="2" failures="1" errors="0" uuid="45c50042-482e-477e-88a2-60cfcc3eaf95" timestamp="2026-11-24T10:00:00.000+00:00" time="0.221">
    <testsuite name="cart::basic" tests="2" disabled="0" errors="0" failures="1">
        <testcase name="tests::flaky" classname="cart::basic" timestamp="2026-11-24T10:00:00.000+00:00" time="0.003">
            <flakyFailure timestamp="2026-11-24T10:00:00.000+00:00" time="0.004" message="thread panicked" type="test failure with exit code 101">thread panicked</flakyFailure>
        </testcase>
        <testcase name="tests::fails" classname="cart::basic" time="0.004">
            <failure message="thread &apos;tests::fails&apos; panicked at tests/basic.rs:5:5" type="test failure with exit code 101">thread &apos;tests::fails&apos; panicked at tests/basic.rs:5:5:
no card</failure>
            <rerunFailure time="0.005" message="same" type="test failure">thread &apos;tests::fails&apos; panicked at tests/basic.rs:5:5:
no card<system-err>noise</system-err></rerunFailure>
            <system-out>running 1 test</system-out>
        </testcase>
    </testsuite>
</testsuites>`).map(({ name, result, message, source, attempts }) => ({ name, result, message, source, attempts })),
    ).toEqual([
      {
        name: 'tests::flaky',
        result: 'success',
        message: '',
        source: 'nextest-run',
        attempts: [{ result: 'failure', message: 'thread panicked' }],
      },
      {
        name: 'tests::fails',
        result: 'failure',
        message: "thread 'tests::fails' panicked at tests/basic.rs:5:5:\nno card",
        source: 'nextest-run',
        attempts: [
          { result: 'failure', message: "same\nthread 'tests::fails' panicked at tests/basic.rs:5:5:\nno card" },
        ],
      },
    ])
  })

  it("Node's own runner, whose cases may stand outside a suite", () => {
    expect(
      resultsIn(`<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testcase name="adds" time="0.000521" classname="test" file="/repo/cart.test.js"/>
	<testsuite name="cart" time="0.01" disabled="0" errors="0" tests="1" failures="1" skipped="0" hostname="ci">
		<testcase name="pays" time="0.002" classname="test">
			<failure type="testCodeFailure" message="no card">[Error [ERR_TEST_FAILURE]: no card]</failure>
		</testcase>
	</testsuite>
	<!-- tests 2 -->
</testsuites>`).map(({ name, result, source }) => ({ name, result, source })),
    ).toEqual([
      { name: 'adds', result: 'success', source: 'unknown' },
      { name: 'pays', result: 'failure', source: 'cart' },
    ])
  })

  it('GoogleTest, which marks a disabled case in an attribute', () => {
    const [only] = resultsIn(
      '<testsuite name="s"><testcase name="DISABLED_a" status="notrun" classname="s"/></testsuite>',
    )
    expect(only?.result).toBe('skipped')
  })
})

describe('never takes for passed what did not pass', () => {
  const outcomesOf = (xml: string) => resultsIn(xml).map(({ name, result: outcome }) => [name, outcome])

  it.each([
    ['<testcase name="a" status="disabled"/>', 'skipped'],
    ['<testcase name="a" status="disabled"><disabled message="off"/></testcase>', 'skipped'],
    ['<testcase name="a"><disabled/></testcase>', 'skipped'],
    ['<testcase name="a" status="notrun"/>', 'skipped'],
    ['<testcase name="a" status="notrun" result="suppressed"/>', 'skipped'],
    ['<testcase name="a" status="run" result="skipped"/>', 'skipped'],
    ['<testcase name="a" status="run" result="skipped"><skipped message="no GPU"/></testcase>', 'skipped'],
    ['<testcase name="a" status="Skipped"/>', 'skipped'],
    ['<testcase name="a" status="ignored"/>', 'skipped'],
    ['<testcase name="a" status="failed"/>', 'failure'],
    ['<testcase name="a" status="fail"/>', 'failure'],
    ['<testcase name="a" status="FAILED"/>', 'failure'],
    ['<testcase name="a" result="failed"/>', 'failure'],
    ['<testcase name="a" status="errored"/>', 'error'],
    ['<testcase name="a" status="error"/>', 'error'],
    ['<testcase name="a" status="failed" result="skipped"/>', 'failure'],
    // What an element says goes before what an attribute says, but for a skip.
    ['<testcase name="a" status="failed"><error message="x"/></testcase>', 'error'],
    ['<testcase name="a" status="failed"><skipped/></testcase>', 'failure'],
    ['<testcase name="a" status="passed"><failure/></testcase>', 'failure'],
    ['<testcase name="a" status="run" result="completed"/>', 'success'],
    ['<testcase name="a" status="passed"/>', 'success'],
    ['<testcase name="a" status="whatever"/>', 'error'],
    ['<testcase name="a" status="run" result="odd"/>', 'error'],
    ['<testcase name="a" status="whatever"><skipped/></testcase>', 'skipped'],
    ['<testcase name="a" status="whatever"><failure/></testcase>', 'failure'],
    ['<testcase name="a" status=""/>', 'success'],
    ['<testcase name="a" status=" Passed "/>', 'success'],
    ['<testcase name="a" result="pass"/>', 'success'],
    ['<testcase name="a" status="Failed "/>', 'failure'],
    ['<testcase name="a" status="broken"/>', 'error'],
    ['<testcase name="a" status="crashed"/>', 'error'],
    ['<testcase name="a" status="timeout"/>', 'error'],
    ['<testcase name="a" status="timed out"/>', 'error'],
    ['<testcase name="a" status="Timed-Out"/>', 'error'],
    ['<testcase name="a" status="aborted"/>', 'error'],
    ['<testcase name="a" status="constructor"/>', 'error'],
    ['<testcase name="a" success="false"/>', 'failure'],
    ['<testcase name="a" outcome="Failed"/>', 'failure'],
    ['<testcase name="a" Status="failed"/>', 'failure'],
    ['<testcase name="a" xmlns:x="u" x:result="failed"/>', 'failure'],
    ['<testcase name="a"><x:failure xmlns:x="u"/></testcase>', 'failure'],
    ['<testcase name="a"><Failure/></testcase>', 'failure'],
    ['<testcase name="a"><FAILURE/></testcase>', 'failure'],
    ['<testcase name="a"><Error/></testcase>', 'error'],
    ['<x:TestCase xmlns:x="u" name="a"><x:Skipped/></x:TestCase>', 'skipped'],
    ['<testcase name="a"><rerunfailure/></testcase>', 'failure'],
    ['<testcase name="a"><warning type="PHPUnit\\Framework\\Warning">No tests found</warning></testcase>', 'failure'],
    ['<testcase name="a"><failed/></testcase>', 'failure'],
    ['<testcase name="a"><timeout/></testcase>', 'error'],
    ['<testcase name="a"><crashed/></testcase>', 'error'],
    ['<testcase name="a"><skip/></testcase>', 'skipped'],
    ['<testcase name="a"><Ignored message="x"/></testcase>', 'skipped'],
    ['<testcase name="a"><notrun/></testcase>', 'skipped'],
    ['<testcase name="a"><incomplete/></testcase>', 'skipped'],
    ['<testcase name="a"><inconclusive/></testcase>', 'skipped'],
    ['<testcase name="a"><pending/></testcase>', 'skipped'],
    ['<testcase name="a" status="incomplete"/>', 'skipped'],
    ['<testcase name="a"><skipped/><warning/></testcase>', 'failure'],
    // These say nothing of how it ended.
    ['<testcase name="a"><properties/><system-out>warning</system-out><constructor/></testcase>', 'success'],
    ['<testcase name="a"><FlakyFailure/></testcase>', 'success'],
  ])('%s is %s', (testcase, outcome) => {
    expect(outcomesOf(`<testsuite name="s">${testcase}</testsuite>`)).toEqual([['a', outcome]])
  })

  it.each(['failures="2"', 'failures="1" warnings="1"'])(
    'takes warnings of PHPUnit with %s for failures, once',
    (counts) => {
      const cases = '<testcase name="a"><failure/></testcase><testcase name="b"><warning>No tests</warning></testcase>'
      expect(outcomesOf(`<testsuite name="s" tests="2" ${counts}>${cases}</testsuite>`)).toEqual([
        ['a', 'failure'],
        ['b', 'failure'],
      ])
    },
  )

  it('tells of a suite that broke as one error, named after it', () => {
    expect(
      resultsIn(`<testsuites name="all"><testsuite name="pkg.LoadTest" file="load.js" tests="1" errors="1" failures="0">
        <error message="NoClassDefFoundError" type="java.lang.NoClassDefFoundError">trace</error></testsuite></testsuites>`),
    ).toEqual([
      result(
        {
          classname: 'pkg.LoadTest',
          name: 'pkg.LoadTest',
          result: 'error',
          message: 'NoClassDefFoundError\ntrace',
          file: 'load.js',
        },
        'all',
      ),
    ])
  })

  it.each([
    ['a failure of it', '<testsuite name="s"><failure message="x"/></testsuite>', [['s', 'error']]],
    ['several in it', '<testsuite name="s"><error message="x"/><error message="y"/></testsuite>', [['s', 'error']]],
    [
      'one beside its cases',
      '<testsuite name="s"><testcase name="a"/><error message="x"/><testcase name="b"/></testsuite>',
      [
        ['a', 'success'],
        ['b', 'success'],
        ['s', 'error'],
      ],
    ],
    [
      'one in a suite within it',
      '<testsuite name="s"><testsuite name="t"><error/></testsuite><testcase name="a"/></testsuite>',
      [
        ['t', 'error'],
        ['a', 'success'],
      ],
    ],
    ['one of all suites', '<testsuites name="all"><error message="x"/></testsuites>', [['all', 'error']]],
    ['one without a name', '<testsuite file="a.js"><error/></testsuite>', [['a.js', 'error']]],
    ['one without anything', '<testsuite><error/></testsuite>', [['suite', 'error']]],
  ])('tells of %s', (_, xml, expected) => expect(outcomesOf(xml)).toEqual(expected))

  it('names a word that it does not know', () => {
    expect(resultsIn('<testsuite><testcase name="a" status="stuck"/></testsuite>')).toMatchObject([
      { result: 'error', message: 'the report says status="stuck", which is no word for a test that passed' },
    ])
  })

  it.each([
    [
      '<x:TestSuites xmlns:x="u"><x:TestSuite name="s"><x:TestCase name="a"><x:failure/></x:TestCase></x:TestSuite></x:TestSuites>',
      'failure',
    ],
    ['<TESTSUITE NAME="s"><TESTCASE NAME="a" CLASSNAME="s"><FAILURE/></TESTCASE></TESTSUITE>', 'failure'],
  ])('reads %s, however its names are written', (xml, outcome) => {
    expect(resultsIn(xml)).toMatchObject([{ name: 'a', classname: 's', result: outcome }])
  })

  const green = '<testcase name="a"/>'
  const red = '<testcase name="b"><failure/></testcase>'

  it.each([
    [`<testsuite name="s" failures="3">${green}</testsuite>`, 3, 0],
    [`<testsuite name="s" failures="2" tests="2"/>`, 2, 0],
    [`<testsuites name="all" errors="1"><testsuite name="s">${green}</testsuite></testsuites>`, 1, 0],
    [`<testsuite name="s" failures="2" errors="1">${green}${red}${red}</testsuite>`, 3, 2],
    [`<testsuites failures="2"><testsuite name="s" failures="2">${red}</testsuite></testsuites>`, 2, 1],
    [`<testsuite file="a.js" Failures=" 1 ">${green}</testsuite>`, 1, 0],
    [`<testsuites name="all" failures="3"><testsuite name="s" failures="1">${red}</testsuite></testsuites>`, 3, 1],
    [`<testsuite failures="1">${green}</testsuite><testsuite failures="1">${red}</testsuite>`, 2, 1],
    [`<testsuite failures="3"><error/><error/></testsuite>`, 3, 2],
  ])('warns once of what a suite counts and no case shows, and makes up no case: %s', (xml, counted, shown) => {
    const { tests, warnings } = reportIn(xml)
    const failures = counted === 1 ? '1 failure' : `${counted} failures`
    expect(warnings).toEqual([`the report counts ${failures}, its cases show ${shown}`])
    expect(tests).toHaveLength((xml.match(/<testcase/g) ?? []).length + (xml.includes('<error') ? 1 : 0))
  })

  it.each([
    `<testsuite failures="1">${red}</testsuite>`,
    `<testsuites failures="2" errors="0"><testsuite failures="1">${red}</testsuite><testsuite failures="1">${red}</testsuite></testsuites>`,
    // Catch2 counts assertions, of which one case may have several.
    '<testsuite failures="3"><testcase name="a"><failure/><failure/><failure/></testcase></testsuite>',
    '<testsuite failures="1" errors="1"><testcase name="a"><failure/><error/></testcase></testsuite>',
    '<testsuite failures="1" errors="1"><testcase name="a"><failure/></testcase><testcase name="a"><error/></testcase></testsuite>',
    '<testsuite errors="1"><error message="boom"/></testsuite>',
    '<testsuite errors="1"><testcase name="a" status="failed"/></testsuite>',
    '<testsuite failures="none"><testcase name="a" status="failed"/></testsuite>',
    '<testsuite errors="2"><error message="boom"/><error message="bang"/></testsuite>',
  ])('does not warn where the cases show it: %s', (xml) => expect(reportIn(xml).warnings).toEqual([]))

  it('counts the error of a suite among the cases', () => {
    const cases = '<testcase name="a"/>'.repeat(MAX_TEST_RESULTS)
    expect(readText(`<testsuite name="s">${cases}<error/></testsuite>`)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('more than 50000 test cases'),
    })
  })
})

describe('fills in what is missing', () => {
  it('takes the class name from the nearest suite with a name, and the source from the outermost', () => {
    const [only] = resultsIn(
      '<testsuites><testsuite name="a"><testsuite><testcase name="t"/></testsuite></testsuite></testsuites>',
    )
    expect(only).toEqual(result({ classname: 'a', name: 't' }, 'a'))
  })

  it('has words for a document without any name', () => {
    expect(resultsIn('<testsuite><testcase name="t"/></testsuite>')).toEqual([result({ name: 't' }, 'unknown')])
  })

  it.each([
    ['<failure type="AssertionError"/>', 'failure', 'AssertionError'],
    ['<failure/>', 'failure', ''],
    ['<failure message="m">\n  m: trace\n</failure>', 'failure', 'm: trace'],
    ['<failure>a<![CDATA[<b>]]>&amp;</failure>', 'failure', 'a<b>&'],
    ['<failure message="one"/><failure message="two"/>', 'failure', 'one\ntwo'],
    ['<skipped message="s"/><error message="e"/>', 'error', 's\ne'],
    ['<error message="e"/><skipped/>', 'error', 'e'],
    ['<failure message="f"/><error message="e"/>', 'failure', 'f\ne'],
    ['<rerunError message="again"/>', 'error', 'again'],
    ['<flakyError message="once"/>', 'success', ''],
    ['<system-out><failure message="printed"/></system-out>', 'success', ''],
    ['<properties><property name="failure" value="1"/></properties>', 'success', ''],
  ])('reads %s as %s', (inside, outcome, message) => {
    const [only] = resultsIn(`<testsuite><testcase name="t">${inside}</testcase></testsuite>`)
    expect(only).toMatchObject({ result: outcome, message })
  })

  it.each([
    ['0.25', 0.25],
    ['12', 12],
    ['1.5e-3', 0.0015],
    ['1,234.5', 1234.5],
    ['12,345,678', 12_345_678],
    ['0,125', 0.125],
    ['1,5', 1.5],
    ['', 0],
    ['-1', 0],
    ['NaN', 0],
    ['Infinity', 0],
    ['1e999', 0],
    ['3 s', 0],
    ['1,2,3', 0],
  ])('reads time="%s" as %d seconds', (time, seconds) => {
    expect(resultsIn(`<testsuite><testcase name="t" time="${time}"/></testsuite>`)[0]?.runTimeSeconds).toBe(seconds)
  })

  it('accepts a suite without cases, and a byte order mark', () => {
    expect(resultsIn('\ufeff<?xml version="1.0"?><testsuites/>')).toEqual([])
  })
})

describe('refuses, and says where', () => {
  it.each([
    ['', '1:1: neither XML nor JSON'],
    ['junk', '1:1: neither XML nor JSON'],
    ['ok 1 - adds', '1:1: neither XML nor JSON'],
    ['<html/>', '1:7: the root element is html'],
    ['\n<?xml version="1.0"?>\n<a><b/></a>', '3:3: the root element is a'],
    ['<testsuite><testcase name="a">'.repeat(26), '1:761: elements are nested more than 50 deep'],
  ])('%j', (xml, problem) => expect(readText(xml)).toEqual({ ok: false, problem }))

  it('more than 50 levels', () => {
    const nested = (depth: number) => `${'<testsuite>'.repeat(depth)}${'</testsuite>'.repeat(depth)}`
    expect(resultsIn(nested(50))).toEqual([])
    expect(problemIn(nested(51))).toBe('1:561: elements are nested more than 50 deep')
  })

  it('more than 50,000 cases', () => {
    const withCases = (count: number) => `<testsuite>${'<testcase name="t"/>'.repeat(count)}</testsuite>`
    expect(resultsIn(withCases(MAX_TEST_RESULTS))).toHaveLength(MAX_TEST_RESULTS)
    expect(problemIn(withCases(MAX_TEST_RESULTS + 1))).toContain('more than 50000 test cases')
  })

  it('in few words', () => {
    expect(problemIn(`<${'x'.repeat(100_000)}/>`).length).toBeLessThanOrEqual(300)
  })
})

it('cuts long messages and names', () => {
  const [only] = resultsIn(
    `<testsuite name="${'s'.repeat(2000)}"><testcase name="${'n'.repeat(2000)}"><failure message="${'a'.repeat(20_000)}">${'b'.repeat(20_000)}</failure><failure message="more"/></testcase></testsuite>`,
  )
  expect(only?.message).toBe(`${'a'.repeat(MAX_TEST_MESSAGE_LENGTH - 1)}…`)
  expect(only?.name).toBe(`${'n'.repeat(999)}…`)
  expect(only?.source).toBe(`${'s'.repeat(999)}…`)
})

it('reads back any results that were written as JUnit', () => {
  fc.assert(
    fc.property(fc.array(anyResult, { maxLength: 20 }), fc.boolean(), (results, inAttribute) => {
      expect(resultsIn(writeJUnit(results, inAttribute))).toEqual(results)
    }),
  )
})

it('never throws, whatever it is given', () => {
  const pieces = fc.constantFrom(
    ...['<testsuite>', '</testsuite>', '<testsuites name="a">', '<testcase name="t">', '</testcase>', '<failure>'],
    ...[
      '</failure>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<!DOCTYPE a [',
      ']>',
      '&amp;',
      '&#0;',
      '&x;',
      '<?xml?>',
      '"',
      ' ',
    ],
  )
  const junk = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
    fc.array(pieces, { maxLength: 30 }).map((some) => some.join('')),
    fc.tuple(fc.array(anyResult, { maxLength: 3 }), fc.nat(), fc.string()).map(([results, at, noise]) => {
      const xml = writeJUnit(results, true)
      return xml.slice(0, at % xml.length) + noise + xml.slice((at % xml.length) + 1)
    }),
  )
  fc.assert(
    fc.property(junk, (text) => {
      const report = readText(text)
      if (!report.ok && !report.problems) expect(report.problem).toMatch(/^\d+:\d+: ./)
    }),
    { numRuns: 2000 },
  )
})

// Characters that XML 1.0 can write, without the carriage return, which it reads as a line feed.
const xmlText = fc
  .string({ unit: 'binary', minLength: 1 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is left out.
  .map((text) => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, '').trim())
  .filter((text) => text !== '')

const anyResult: fc.Arbitrary<TestResult> = fc
  .record({
    classname: xmlText,
    name: xmlText,
    result: fc.constantFrom('success', 'failure', 'error', 'skipped'),
    runTimeSeconds: fc
      .double({ min: 0, max: 1e6, noNaN: true, noDefaultInfinity: true })
      .map((seconds) => seconds || 0),
    message: fc.oneof(fc.constant(''), xmlText),
    file: fc.option(xmlText),
    source: fc.constant('round trip'),
    isFlaky: fc.constant(false),
    attempts: fc.constant([]),
    attachments: fc.constant([]),
  })
  .map((some) => (some.result === 'success' ? { ...some, message: '' } : some))

function writeJUnit(results: readonly TestResult[], messageInAttribute: boolean): string {
  const cases = results.map((test) => {
    const file = test.file === null ? '' : ` file="${escapeXml(test.file)}"`
    const open = `<testcase classname="${escapeXml(test.classname)}" name="${escapeXml(test.name)}" time="${test.runTimeSeconds}"${file}>`
    const message = escapeXml(test.message)
    const fault = messageInAttribute
      ? `<${test.result} message="${message}"/>`
      : `<${test.result}>\n${message}\n</${test.result}>`
    return `${open}${test.result === 'success' ? '<system-out>noise</system-out>' : fault}</testcase>`
  })
  return `<?xml version="1.0"?>\n<testsuites name="round trip"><testsuite name="suite">${cases.join('\n')}</testsuite></testsuites>`
}

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'\s]/gu, (character) => `&#${character.codePointAt(0)};`)
}

function result(fields: Partial<TestResult>, source: string): TestResult {
  const text = { classname: '', name: '', message: '', file: null }
  return {
    ...text,
    result: 'success',
    runTimeSeconds: 0,
    isFlaky: false,
    attempts: [],
    attachments: [],
    ...fields,
    source,
  }
}

function readText(text: string): ReportReading {
  return readTestReport(new TextEncoder().encode(text), null)
}

function reportIn(xml: string): TestReport {
  const reading = readText(xml)
  if (!reading.ok) throw new Error(reading.problem)
  return reading.report
}

function resultsIn(xml: string): readonly TestResult[] {
  return reportIn(xml).tests
}

function problemIn(xml: string): string {
  const reading = readText(xml)
  if (reading.ok) throw new Error('was accepted')
  return reading.problem
}
