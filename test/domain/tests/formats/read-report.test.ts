import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type ReportReading, readTestReport } from '../../../../src/domain/tests/formats/read-report.ts'
import type { TestReport, TestResult } from '../../../../src/domain/tests/test-result.ts'

const RED = `<testsuites name="all"><testsuite name="s"><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite></testsuites>`
/** A failure and a success in each of the formats of XML. */
const SHORT: Readonly<Record<string, string>> = {
  JUnit: `<testsuites>\n${suite('<testcase name="a"><failure message="no"/></testcase><testcase name="b"/>')}\n</testsuites>\n`,
  'JUnit of one suite': `${suite('\n<testcase name="a"><failure message="no"/></testcase>\n<testcase name="b"/>\n')}\n`,
  NUnit: `<test-run>\n<test-suite name="s"><test-case name="a" result="Failed"><failure><message>no</message></failure></test-case><test-case name="b" result="Passed"/></test-suite>\n</test-run>\n`,
  TRX: `<TestRun>\n<Results><UnitTestResult testName="a" outcome="Failed"><Output><ErrorInfo><Message>no</Message></ErrorInfo></Output></UnitTestResult><UnitTestResult testName="b" outcome="Passed"/></Results>\n</TestRun>\n`,
  xUnit: `<assemblies>\n<assembly name="s"><collection><test name="a" result="Fail"><failure><message>no</message></failure></test><test name="b" result="Pass"/></collection></assembly>\n</assemblies>\n`,
  TestNG: `<testng-results>\n<suite name="s"><test name="unit"><class name="c"><test-method name="a" status="FAIL"><exception><message>no</message></exception></test-method><test-method name="b" status="PASS"/></class></test></suite>\n</testng-results>\n`,
}
/** The same of what else may be a root. */
const OTHER_ROOTS: Readonly<Record<string, string>> = {
  'NUnit 2': `<test-results name="s">\n<test-suite name="s" result="Failure"><results><test-case name="a" executed="True" success="False" result="Failure"><failure><message>no</message></failure></test-case><test-case name="b" executed="True" success="True" result="Success"/></results></test-suite>\n</test-results>\n`,
  'NUnit, a suite': `<test-suite name="s" result="Failed">\n<test-case name="a" result="Failed"><failure><message>no</message></failure></test-case><test-case name="b" result="Passed"/>\n</test-suite>\n`,
  'xUnit 1': `<assembly name="s" total="2">\n<class name="c"><test name="a" result="Fail"><failure><message>no</message></failure></test><test name="b" result="Pass"/></class>\n</assembly>\n`,
  'JUnit of Eclipse': `<testrun name="s">\n<testsuite name="s"><testcase name="a"><failure message="no"/></testcase><testcase name="b"/></testsuite>\n</testrun>\n`,
  'JUnit without suites': `<testsuites>\n<testcase name="a"><failure message="no"/></testcase><testcase name="b"/>\n</testsuites>\n`,
}
const ONE = suite('<testcase name="é"/>')

describe('how a report is found is how it is read', () => {
  // One row for each row of the table in docs/test-reports.md, and for what is like it.
  it.each<[string, Uint8Array | string, Partial<TestResult>[], string[]?]>([
    ['gtest, skipped in its result', suite('<testcase name="a" status="run" result="skipped"/>'), [skipped('a')]],
    ['CTest, disabled in its status', suite('<testcase name="a" status="disabled"/>'), [skipped('a')]],
    ['CTest, not run', suite('<testcase name="a" status="notrun"/>'), [skipped('a')]],
    ['a disabled element', suite('<testcase name="a"><disabled/></testcase>'), [skipped('a')]],
    ['failed in its status alone', suite('<testcase name="a" status="failed"/>'), [failure('a')]],
    ['errored in its status alone', suite('<testcase name="a" status="errored"/>'), [error('a')]],
    ['failed in an attribute of that name', suite('<testcase name="a" failure="no"/>'), [failure('a', 'no')]],
    [
      'what is still to do, and fails',
      suite('<testcase name="a"><skipped type="todo"/><failure message="no"/></testcase>'),
      [skipped('a')],
    ],
    [
      'an error of a suite',
      '<testsuite name="p.LoadTest" tests="1" errors="1"><error message="NoClass">trace</error></testsuite>',
      [error('p.LoadTest', 'NoClass\ntrace')],
    ],
    [
      'a suite that counts more than its cases show',
      '<testsuite name="s" failures="3"><testcase name="a"><failure/></testcase><testcase name="b"><failure/></testcase></testsuite>',
      [failure('a'), failure('b')],
      ['the report counts 3 failures, its cases show 2'],
    ],
    ['an empty suite', '<testsuites><testsuite name="s" tests="0"/></testsuites>', []],
    [
      'a case without a name',
      suite('<testcase name="a"/><testcase classname="C"/><testcase classname="C" name=" "><failure/></testcase>'),
      [passed('a'), passed('C #2'), failure('C #3')],
      ['a test has no name, and is called "C #2"', 'a test has no name, and is called "C #3"'],
    ],
    [
      'control characters as references and as they are',
      suite('<testcase name="a&#8;b\u0007c"><failure message="&#27;[31mred\u001b[0m&#xDFFF;&#0;"/></testcase>'),
      [failure('a\ufffdb\ufffdc', '\ufffd[31mred\ufffd[0m\ufffd\ufffd')],
    ],
    [
      'a byte that is not UTF-8',
      bytes('<testsuite><testcase name="caf', 0xe9, '"/><testcase name="', 0xed, 0xa0, 0x80, '"/></testsuite>'),
      [passed('caf\ufffd'), passed('\ufffd\ufffd\ufffd')],
    ],
    [
      'ISO-8859-1',
      bytes('<?xml version="1.0" encoding="ISO-8859-1"?><testsuite><testcase name="caf', 0xe9, '"/></testsuite>'),
      [passed('café')],
    ],
    [
      'windows-1252, in apostrophes',
      bytes("<?xml version='1.0' encoding='Windows-1252'?><testsuite><testcase name='", 0x80, "'/></testsuite>"),
      [passed('€')],
    ],
    ['UTF-16 with a mark', utf16(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${ONE}`), [passed('é')]],
    ['UTF-16 without one', utf16(`<?xml version="1.0" encoding="UTF-16LE"?>${ONE}`), [passed('é')]],
    ['UTF-16, the bytes turned', utf16(`\ufeff${ONE}`, true), [passed('é')]],
    ['UTF-16, turned, without a mark', utf16(ONE, true), [passed('é')]],
    ['UTF-8 that calls itself UTF-16', `<?xml version="1.0" encoding="utf-16"?>${ONE}`, [passed('é')]],
    [
      'an encoding that nobody knows',
      `<?xml version="1.0" encoding="klingon"?>${ONE}`,
      [passed('é')],
      ['the encoding "klingon" is not known: read as UTF-8'],
    ],
    ['white space before the declaration', `\n  <?xml version="1.0"?>${ONE}`, [passed('é')]],
    ['a byte order mark before it', `\ufeff<?xml version="1.0"?>${ONE}`, [passed('é')]],
    ['lines of a log before it', `npm warn old & slow < 1\n<?xml version="1.0"?>${ONE}`, [passed('é')]],
    ['a document type', `<!DOCTYPE testsuite SYSTEM "junit.dtd">${ONE}`, [passed('é')]],
    [
      'entities, of which none is expanded',
      `<!DOCTYPE t [<!ENTITY a "ha"><!ENTITY f SYSTEM "file:///etc/passwd">]>${suite('<testcase name="&a;&f;&nbsp;"/>')}`,
      [passed('&a;&f;&nbsp;')],
    ],
    ['prefixes', '<j:testsuite xmlns:j="u"><j:testcase name="é"><j:error/></j:testcase></j:testsuite>', [error('é')]],
    [
      'several roots',
      `<?xml version="1.0"?>${ONE}\n<?xml version="1.0"?>${suite('<testcase name="b"/>')}`,
      [passed('é'), passed('b')],
    ],
    [
      'a processing instruction',
      `<?xml-stylesheet href="a.xsl"?><testsuite><?b c?><testcase name="é"/></testsuite>`,
      [passed('é')],
    ],
    [
      'lines of a log that begin with a bracket',
      `[INFO] 12 tests\n[ERROR] {\n<?xml version="1.0"?>\n${ONE}`,
      [passed('é')],
    ],
    ['a character that is none before it', `\0\n${ONE}`, [passed('é')]],
    ['one right before it', `\0<?xml version="1.0"?>${ONE}`, [passed('é')]],
    ['lines of a log with names in brackets', `Running <lib.cpp> tests\nList<String> x <${ONE}`, [passed('é')]],
    ['such a line behind the declaration', `<?xml version="1.0"?>\nhello from <main.cpp>\n${ONE}\n`, [passed('é')]],
    ...[
      ['begins like a tag', `<info> starting\n${RED}\n`],
      ['begins like a tag, behind a declaration', `<?xml version="1.0"?>\n<info> starting\n${RED}\n`],
      ['names a file in brackets', `<main.cpp:12> starting\n${RED}\n`],
      ['names the root of another format', `found <assemblies> here\n${RED}\n`],
      ['names the root of another format without an end', `found <assemblies here\n${RED}\n`],
      ['begins with the root of another format', `<test-run> is not written\n${RED}\n`],
      ['comes after many', `x <testsuites y\n<info> a\nb <testsuites> c\n<assemblies> d\n${RED}\n`],
      ['comes after it', `${RED}\n<info> done\n`],
    ].map(([line = '', document = '']): [string, string, Partial<TestResult>[], string[]] => [
      `a line of a log that ${line}`,
      document,
      [passed('a'), failure('b', 'no')],
      ['lines of a log, before or behind the report, have tags: left out'],
    ]),
    ...Object.entries(SHORT).flatMap(([format, document]) =>
      [
        ['names another root', '[INFO] wrote <assemblies> to out\n'],
        ['names a suite with a result', 'note: <test-suite result="x"> is next\n'],
        ['names a suite', '2026-01-02 <testsuite name="x"> is next\n'],
        ['comes after a line of markup', '<dim>text</dim>\n[INFO] wrote <testsuites> to x\n'],
        ['comes after an empty element', '<a/>\n2026-01-02 <testsuite name="x"> is next\n'],
        ['comes after a section', '<![CDATA[ x\n[INFO] wrote <testsuites> to x\n'],
        ['comes before such a line', '2026-01-02 <testsuite name="x"> is next\n<dim>text</dim>\n'],
        ['comes after a conflict', '<<<<<<< HEAD\n[INFO] wrote <test-run> to x\n'],
      ].map(([line = '', lines = '']): [string, string, Partial<TestResult>[], string[]] => [
        `${format}: a line of a log that ${line}`,
        lines + document,
        [failure('a', 'no'), passed('b')].map(({ isFlaky: _, ...test }) => test),
        ['lines of a log, before or behind the report, have tags: left out'],
      ]),
    ),
    ...Object.entries(SHORT).map(([format, document]): [string, string, Partial<TestResult>[], string[]] => [
      `${format}: a line of a log behind it that names a suite`,
      `${document}<dim>text</dim>\n2026-01-02 <testsuite name="x"> was it\n<test-suite result="Failed"> too\n`,
      [failure('a', 'no'), passed('b')].map(({ isFlaky: _, ...test }) => test),
      ['lines of a log, before or behind the report, have tags: left out'],
    ]),
    [
      'a report that ends early behind another one, with a text before its root, and the same names',
      `<testsuite name="s">\n<testcase name="a"/>\n</testsuite>\n3 failing <testsuite name="t">\n<testcase name="a"><failure message="no"/></testcase>\n`,
      [passed('a'), failure('a', 'no')],
      [expect.stringContaining('the report ends early')],
    ],
    [
      'the same with an error of another name',
      `<testsuite name="s">\n<testcase name="a"/>\n</testsuite>\nit: <testsuite name="t">\n<testcase name="c"><error message="no"/></testcase>\n`,
      [passed('a'), error('c', 'no')],
      [expect.stringContaining('the report ends early')],
    ],
    [
      'a report that ends early before one of another format',
      `u <testsuite name="s">\n<testcase name="a"><failure message="no"/></testcase>\n<test-run><test-suite name="t"><test-case name="b" result="Passed"/><test-case name="c" result="Passed"/></test-suite></test-run>\n`,
      [failure('a', 'no')],
      [expect.stringContaining('the report ends early')],
    ],
    ...[
      ['JUnit', '<testsuite name="s">\n<testcase name="a"><error message="no"/></testcase>\n'],
      ['JUnit, of a suite', '<testsuite name="a">\n<error message="no"/>\n'],
      ['JUnit, in an attribute', '<testsuite name="s">\n<testcase name="a" status="errored"/>\n'],
      ['JUnit, in a word that nobody knows', '<testsuite name="s">\n<testcase name="a" status="erxored"/>\n'],
      ['xUnit', '<assemblies>\n<assembly><collection><test name="a" result="Error"/></collection>\n'],
      ['xUnit, of an assembly', '<assemblies>\n<assembly><errors><error name="a"/></errors>\n'],
      ['xUnit, without a word', '<assemblies>\n<assembly><collection><test name="a"/></collection>\n'],
      [
        'TestNG',
        '<testng-results>\n<suite name="s"><test name="t"><class name="C"><test-method name="a" status="FAIL" is-config="true"/></class>\n',
      ],
    ].map(([format = '', cut = '']): [string, string, Partial<TestResult>[], string[]] => [
      `${format}, an error in a report that ends early before one of another format`,
      `u ${cut}<test-run><test-suite name="t"><test-case name="b" result="Passed"/><test-case name="c" result="Passed"/></test-suite></test-run>\n`,
      [error('a')],
      [expect.stringContaining('the report ends early')],
    ]),
    [
      'xUnit, a failure in an element that it does not have',
      '<assemblies><assembly><suite><test name="a" result="Fail"/></suite></assembly></assemblies>',
      [failure('a')],
    ],
    ...[
      ['statuz', 'status'],
      ['rezult', 'result'],
      ['statu', 'status'],
      ['xstatus', 'status'],
      ['results', 'result'],
      ['outcomes', 'outcome'],
    ].map(([name, known]): [string, string, Partial<TestResult>[], string[]] => [
      `failed, in an attribute of a damaged name, ${name}`,
      suite(`<testcase name="a" ${name}="failed"/><testcase name="b"/>`),
      [error('a', `the report says ${name}="failed", perhaps of ${known}`), passed('b')],
      [],
    ]),
    ...['last_result', 'state', 'outcome_before', 'resultado', 'failures', 'retries'].map(
      (name): [string, string, Partial<TestResult>[], string[]] => [
        `passed, with an attribute of another name, ${name}`,
        suite(`<testcase name="a" ${name}="failed"/>`),
        [passed('a')],
        [],
      ],
    ),
    [
      'skipped, with an attribute of a damaged name',
      suite('<testcase name="a" results="skipped"><skipped/></testcase>'),
      [skipped('a')],
      [],
    ],
    ...[
      [
        '<!-- tests 3 -->\n<!-- suites 1 -->\n<!-- fail 2 -->\n<!-- cancelled 0 -->',
        ['the report counts 2 failures, its cases show 1; a test around one that failed may be counted, too'],
      ],
      [
        '<!-- tests 4 -->\n<!-- suites 0 -->\n<!-- fail 2 -->\n<!-- cancelled 0 -->\n<!-- skipped 0 -->\n<!-- todo 1 -->',
        ['the report counts 2 failures, its cases show 1; a test around one that failed may be counted, too'],
      ],
      [
        '<!-- tests 3 -->\n<!-- suites 0 -->\n<!-- fail 2 -->\n<!-- cancelled 1 -->',
        ['the report counts 3 failures, its cases show 1'],
      ],
      ['<!-- tests 4 -->\n<!-- suites 0 -->\n<!-- fail 2 -->\n<!-- cancelled 0 -->', []],
      ['<!-- tests 2 -->\n<!-- suites 2 -->\n<!-- fail 1 -->\n<!-- cancelled 0 -->', []],
    ].map(([comments, warnings]): [string, string, Partial<TestResult>[], string[]] => [
      `Node’s own runner, which says ${comments}`,
      `<testsuites>\n<testsuite name="K" tests="1" failures="1"><testcase name="muted" classname="test"><failure message="known"/></testcase></testsuite>\n<testsuite name="checkout" tests="1" failures="0"><testcase name="adds" classname="test"/></testsuite>\n${comments}</testsuites>`,
      [failure('muted', 'known'), passed('adds')],
      warnings as string[],
    ]),
    [
      'Node’s own runner, with a test that fails by itself beside one with something still to do in it',
      '<testsuites><testcase name="muted" classname="test"><failure message="known"/></testcase><testsuite name="group" failures="1"><testcase name="later" failure="not yet"><skipped type="todo"/><failure message="not yet"/></testcase></testsuite><testsuite name="checkout" failures="0"><testcase name="adds"/></testsuite><!-- tests 6 --><!-- suites 0 --><!-- fail 2 --><!-- cancelled 0 --></testsuites>',
      [failure('muted', 'known'), skipped('later'), passed('adds')],
      ['the report counts 2 failures, its cases show 1'],
    ],
    [
      'an error that Node’s own runner met after its tests, in a comment',
      `<testsuites><testcase name="a"/><!-- Error: A resource generated asynchronous activity after the test ended. This activity created the error "Error: late" --></testsuites>`,
      [passed('a')],
      [expect.stringContaining('the runner says: Error: A resource generated asynchronous activity')],
    ],
    [
      'a suite of pytest whose names repeat as often as it does not count them, beside one with a failure in between',
      '<testsuite name="pytest" tests="3"><testcase name="a"/><testcase name="b"/><testcase name="b"/><testcase name="b"><failure message="no"/></testcase><testcase name="c"><failure message="no"/></testcase></testsuite>',
      [passed('a'), failure('b', 'no'), failure('c', 'no')],
      [],
    ],
    [
      'a suite of pytest with reruns that counts subtests and what is torn down, too',
      '<testsuite name="pytest" tests="7"><testcase name="b"/><testcase name="b"/><testcase name="b"><failure message="no"/></testcase><testcase name="b"><error message="gone"/></testcase><testcase name="c"/><testcase name="c"/></testsuite>',
      [failure('b', 'no'), error('b (2)', 'gone'), flaky('c', ['failure', ''])],
      [],
    ],
    [
      'a suite of pytest in which each test was run twice on purpose',
      '<testsuite name="pytest" tests="4"><testcase name="a"/><testcase name="b"/><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite>',
      [passed('a'), passed('b'), passed('a (2)'), failure('b (2)', 'no')],
      [],
    ],
    [
      'a suite of pytest in which some tests were run twice on purpose',
      '<testsuite name="pytest" tests="3"><testcase name="a"/><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite>',
      [passed('a'), passed('a (2)'), failure('b', 'no')],
      [],
    ],
    [
      'passed, with an attribute whose name begins like one that says how it ended',
      suite('<testcase name="a" status_before="failed"/>'),
      [passed('a')],
      [],
    ],
    [
      'a failure that is counted and not shown, beside what is still to do and passes',
      '<testsuite name="s" failures="1"><testcase name="a"><skipped type="todo"/></testcase></testsuite>',
      [skipped('a')],
      ['the report counts 1 failure, its cases show 0'],
    ],
    [
      'failed, in an element of a damaged name',
      suite('<testcaze name="a" status="failed"/><testcase name="b"/>'),
      [passed('b')],
      [expect.stringContaining('an element testcaze, perhaps a test')],
    ],
    [
      'what Node’s own runner has still to do, which its suite counts',
      '<testsuites><testsuite name="s" tests="2" failures="1"><testcase name="a"/><testcase name="b" failure="no"><skipped type="todo" message="later"/><failure message="no">at</failure></testcase></testsuite></testsuites>',
      [passed('a'), skipped('b')],
      [],
    ],
    [
      'a document type with comments, elements and an entity of parameters',
      `<!DOCTYPE a [${'<!-- c -->\n<!ELEMENT e (#PCDATA)>'.repeat(30)}%more;]>${ONE}`,
      [passed('é')],
      [],
    ],
    [
      'a report that ends early behind another one, with an error of its suite alone',
      `<testsuite name="s">\n<testcase name="a"/>\n</testsuite>\nit: <testsuite name="t">\n<error message="no"/>\n`,
      [passed('a'), error('t', 'no')],
      [expect.stringContaining('the report ends early')],
    ],
    ...['<tstsuites>', '<testsuitez>', '<xtestsuites>'].map(
      (root): [string, string, Partial<TestResult>[], string[]] => [
        `a root with a damaged name, ${root}`,
        `${root}${suite('<testcase name="a"/><testcase name="b"><failure message="no"/></testcase>')}</testsuites>`,
        [passed('a'), failure('b', 'no')],
        [expect.stringContaining('the report ends early'), expect.stringContaining('damaged')],
      ],
    ),
    [
      'lines of a log between two reports',
      `${RED}\n<info> done\nwrote <assemblies> too\n${RED}\n<info> done`,
      [passed('a'), failure('b', 'no'), passed('a (2)'), failure('b (2)', 'no')],
      ['lines of a log, before or behind the report, have tags: left out'],
    ],
    [
      'a line of a log before a report that ends early',
      `found <assemblies> here\n${RED.slice(0, -20)}`,
      [passed('a'), failure('b', 'no')],
      [
        'lines of a log, before or behind the report, have tags: left out',
        'the report ends early, at 2:121: what is whole is kept',
      ],
    ],
    ...['<error/>', '<failure/>', '<failure type="E"/>', '<errox/>', '<fail/>', '<failurx></failurx>'].map(
      (fault): [string, string, Partial<TestResult>[], string[]] => [
        `a suite that says ${fault} without a message`,
        suite(`<testcase name="a"/>${fault}<testcase name="b"/>`),
        [passed('a'), passed('b'), error('s')],
        [],
      ],
    ),
    ...['<error', '<failure type="E', '<err', '<failure message="boom">at x'].map(
      (fault): [string, string, Partial<TestResult>[], string[]] => [
        `a file that ends in ${fault} of a suite`,
        `<testsuite name="s"><testcase name="a"/>${fault}`,
        [passed('a'), error('s')],
        [expect.stringMatching(/^the report ends early, at 1:\d+: what is whole is kept$/)],
      ],
    ),
    [
      'an element in a suite that nobody knows, with a message',
      suite('<errox message="m"/><testcase name="b"/>'),
      [passed('b'), error('s', 'm')],
    ],
    [
      'a failure without the first character of its tag',
      suite('<testcase name="a">?failure message="boom"/></testcase><testcase name="b">\n</testcase>'),
      [error('a'), passed('b')],
    ],
    ...[
      ['testsuite', '<testsuite name="s">?error message="boom"/><testcase name="b"/></testsuite>'],
      [
        'class',
        '<testng-results><suite name="s"><test name="t"><class name="C">?test-method name="a" status="FAIL"/><test-method name="b" status="PASS"/></class></test></suite></testng-results>',
      ],
      [
        'test-suite',
        '<test-run><test-suite name="s">?test-case name="a" result="Failed"/><test-case name="b" result="Passed"/></test-suite></test-run>',
      ],
      [
        'results',
        '<TestRun><Results>?UnitTestResult testName="a" outcome="Failed"/><UnitTestResult testName="b" outcome="Passed"/></Results></TestRun>',
      ],
    ].map(([element = '', document = '']): [string, string, Partial<TestResult>[], string[]] => [
      `a piece of a tag in the text of ${element}`,
      document,
      // What has the name of a fault is one.
      element === 'testsuite' ? [passed('b'), error('s', '?error message="boom"/>')] : [passed('b')],
      [`the report is damaged at the text of ${element}: a piece of a tag, perhaps of a test that failed`],
    ]),
    [
      'what a suite printed',
      suite('<system-out><a href="x"/>1 < 2</system-out><testcase name="b"/>'),
      [passed('b')],
      [],
    ],
    [
      'NUnit, a suite that ended in a word that nobody knows',
      '<test-run result="Passed"><test-suite name="A.dll" result="Faxled"><test-case name="a" result="Passed"/></test-suite></test-run>',
      [passed('a'), error('A.dll', 'the report says result="Faxled", and no test in it shows why')],
    ],
    [
      'NUnit, a suite with a warning',
      '<test-run result="Warning"><test-suite name="A.dll" result="Warning"><test-case name="a" result="Passed"/></test-suite></test-run>',
      [passed('a')],
    ],
    [
      'TRX, what the run says in a word that nobody knows',
      trxRun(
        '<UnitTestResult testName="a" outcome="Passed"/>',
        '<RunInfos><RunInfo outcome="Errxr"><Text>crashed</Text></RunInfo></RunInfos>',
      ),
      [passed('a'), error('Test run', 'crashed')],
    ],
    [
      'TRX, what xUnit.net could not do',
      trxRun(
        '<UnitTestResult testName="a" outcome="Failed"/>',
        '<Counters failed="1"/><RunInfos><RunInfo outcome="Error"><Text>[xUnit.net 00:00:00.67] Could not load file or assembly N</Text></RunInfo><RunInfo outcome="Error"><Text>[xUnit.net 00:00:00.67]     A.UnhandledExceptionIsLogged [FAIL]</Text></RunInfo></RunInfos>',
      ),
      [failure('a'), error('Test run', '[xUnit.net 00:00:00.67] Could not load file or assembly N')],
      [],
    ],
    [
      'a failure with a byte in its name that is none of the encoding',
      bytes('<testsuite name="s"><testcase name="a"><err', 0xff, 'r message="boom"/></testcase></testsuite>'),
      [error('a')],
      ['the report is damaged at 1:62: a name of an element or attribute'],
    ],
    [
      'an attribute with such a byte in its name',
      bytes('<testsuite name="s"><testcase name="a" sta', 0xff, 'us="failed"/><testcase name="b"/></testsuite>'),
      [error('a'), passed('b')],
      ['the report is damaged at 1:56: a name of an element or attribute'],
    ],
    ...['', '<properties><property name="k" value="v"/></properties>', '<system-out>x</system-out>'].map(
      (first): [string, string, Partial<TestResult>[], string[]] => [
        `a case that failed, whose start ends like that of an empty one, before ${first || 'its failure'}`,
        suite(`<testcase name="a"/>${first}<failure message="no"/></testcase><testcase name="b"/>`),
        [error('a'), passed('b'), error('s', 'no')],
        [expect.stringContaining('damaged')],
      ],
    ),
    [
      'an element in a case that nobody knows, with a message',
      suite('<testcase name="a"><errox message="boom"/></testcase><testcase name="b"><note/></testcase>'),
      [error('a'), passed('b')],
    ],
    [
      'NUnit, an assembly that could not be loaded',
      '<test-run result="Failed" total="1" passed="1" failed="0"><test-suite type="Assembly" name="Good.dll" result="Passed"><test-case name="a" result="Passed"/></test-suite><test-suite type="Assembly" name="Bad.dll" runstate="NotRunnable" result="Failed" label="Invalid"><properties/><reason><message>Could not load file or assembly</message></reason></test-suite></test-run>',
      [passed('a'), error('Bad.dll', 'Could not load file or assembly')],
    ],
    [
      'NUnit, a suite that failed by its hook and has nothing that says so',
      '<test-run result="Failed"><test-suite type="Assembly" name="A.dll" result="Failed" site="TearDown"><test-case name="a" result="Passed"/></test-suite></test-run>',
      [passed('a'), error('A.dll', 'the report says result="Failed", and no test in it shows why')],
    ],
    [
      'NUnit, a run that failed while no suite did',
      '<test-run result="Failed"><test-suite name="A.dll" result="Passed"><test-case name="a" result="Passed"/></test-suite></test-run>',
      [passed('a'), error('Test run', 'the report says result="Failed", and no test in it shows why')],
    ],
    [
      'TRX, a run that was aborted after a test had failed',
      trxRun(
        '<UnitTestResult testName="a" outcome="Failed"/>',
        '<Counters failed="1"/><RunInfos><RunInfo outcome="Error"><Text>Test host process crashed</Text></RunInfo></RunInfos>',
      ),
      [failure('a'), error('Test run', 'Test host process crashed')],
      [],
    ],
    [
      'TRX, what xUnit.net says once more of a test that failed',
      trxRun(
        '<UnitTestResult testName="a" outcome="Failed"/>',
        '<Counters failed="1"/><RunInfos><RunInfo outcome="Error"><Text>[xUnit.net 00:00:00.67]     A.a [FAIL]</Text></RunInfo></RunInfos>',
      ),
      [failure('a')],
      [],
    ],
    ...['Class (Shop.CartTest)', 'Collection (Test collection for Shop.CartTest)', 'Assembly (/w/Shop.dll)'].map(
      (what): [string, string, Partial<TestResult>[], string[]] => {
        const cleanup = `[Test ${what.replace(' ', ' Cleanup Failure ')}]`
        const inTest = `<Output><ErrorInfo><Message>${cleanup}: System.Exception : no</Message></ErrorInfo></Output>`
        return [
          `TRX, what xUnit.net says once more of the cleanup of a ${what}`,
          trxRun(
            `<UnitTestResult testName="a" outcome="Passed"/><UnitTestResult testName="a" outcome="Failed">${inTest}</UnitTestResult>`,
            `<Counters failed="1"/><RunInfos><RunInfo outcome="Error"><Text>[xUnit.net 00:00:00.26]     ${cleanup} System.Exception</Text></RunInfo></RunInfos>`,
          ),
          [passed('a'), failure('a (2)', `${cleanup}: System.Exception : no`)],
          [],
        ]
      },
    ),
    [
      'TRX, a cleanup of xUnit.net that failed while no test says so',
      trxRun(
        '<UnitTestResult testName="a" outcome="Failed"/>',
        '<Counters failed="1"/><RunInfos><RunInfo outcome="Error"><Text>[xUnit.net 00:00:00.26]     [Test Class Cleanup Failure (Shop.CartTest)] System.Exception</Text></RunInfo></RunInfos>',
      ),
      [
        failure('a'),
        error('Test run', '[xUnit.net 00:00:00.26]     [Test Class Cleanup Failure (Shop.CartTest)] System.Exception'),
      ],
    ],
    ...[
      ['a test that passed before that', 'PassedButRunAborted', ''],
      ['the counters', 'Passed', '<Counters passed="1" passedButRunAborted="1"/>'],
    ].map(([who = '', outcome = '', summary = '']): [string, string, Partial<TestResult>[], string[]] => [
      `TRX of a run that was aborted, which ${who} tells`,
      `<TestRun><Results><UnitTestResult testName="a" outcome="${outcome}"/></Results><ResultSummary outcome="Completed">${summary}</ResultSummary></TestRun>`,
      [passed('a'), error('Test run', 'the run was aborted')],
      [],
    ]),
    [
      'TRX of a run that was aborted after a test had failed',
      '<TestRun><Results><UnitTestResult testName="a" outcome="Failed"/></Results><ResultSummary outcome="Aborted"/></TestRun>',
      [failure('a'), error('Test run', 'the run was aborted')],
    ],
    [
      'NUnit, tests that failed with the suite around them',
      '<test-run result="Failed" failed="1"><test-suite name="F" result="Failed" label="Invalid" site="SetUp"><failure><message>no constructor</message></failure><test-suite type="ParameterizedMethod" name="M" result="Failed" label="Invalid" site="Parent"><failure><message>no constructor</message></failure><test-case name="a" result="Failed" label="Invalid" site="Parent"><failure><message>no constructor</message></failure></test-case></test-suite></test-suite></test-run>',
      [error('a', 'no constructor'), error('F', 'no constructor')],
    ],
    [
      'TRX, a fault of the run with a damaged name',
      trxRun(
        '<UnitTestResult testName="a" outcome="Failed"/>',
        '<Counters failed="1"/><RunInfos><RunInf outcome="Error"><Text>no cleanup</Text></RunInf></RunInfos>',
      ),
      [failure('a'), error('Test run', 'no cleanup')],
    ],
    [
      'TRX, a fault of the run in a list with a damaged name',
      trxRun(
        '<UnitTestResult testName="a" outcome="Failed"/>',
        '<Counters failed="1"/><RunIfos><RunInfo outcome="Error"><Text>no cleanup</Text></RunInfo></RunIfos>',
      ),
      [failure('a'), error('Test run', 'no cleanup')],
    ],
    ['a skipped case with a damaged name', suite('<testcase name="a"><kipped/></testcase>'), [error('a')]],
    [
      'an entity with a tag, and an instruction in a document type',
      `<!DOCTYPE x [<!ENTITY e "x>y<z"> <?p i?> ]>${ONE}`,
      [passed('é')],
      [],
    ],
    [
      'TRX, a fault of the run of which nobody knows how bad it is',
      trxRun(
        '<UnitTestResult testName="a" outcome="Failed"/>',
        '<Counters failed="1"/><RunInfos><RunInfo nutcome="Error"><Text>no cleanup</Text></RunInfo></RunInfos>',
      ),
      [failure('a'), error('Test run', 'no cleanup')],
    ],
    [
      'NUnit, of which a test is missing beside a fault of a suite',
      '<test-run result="Failed" failed="2"><test-suite name="F" result="Failed" site="TearDown"><failure><message>down</message></failure><test-case name="a" result="Failed"/></test-suite></test-run>',
      [failure('a'), error('F', 'down')],
      ['the report counts 2 failures, its cases show 1'],
    ],
    ...[
      [
        'NUnit 2',
        '<test-results><test-suite name="s"><test-case name="a" executed="False" time="0.1/><test-case name="b" executed="False"><reason><message>later</message></reason></test-case></test-suite></test-results>',
      ],
      [
        'JUnit',
        '<testsuite name="s"><testcase name="a" time="0.1/><testcase name="b" ><skipped/></testcase></testsuite>',
      ],
    ].map(([format = '', document = '']): [string, string, Partial<TestResult>[], string[]] => [
      `${format}, a test that swallowed the start of one that was skipped`,
      document,
      [{ name: 'a', result: 'error' }],
      [expect.stringContaining('damaged')],
    ]),
    [
      'TRX, tests of other kinds',
      trxRun(
        '<WebTestResult testName="w" outcome="Failed"/><GenericTestResult testName="g" outcome="Passed"/><TestResultAggregation testName="o" outcome="Failed"><InnerResults><UnitTestResult testName="u" outcome="Failed"/></InnerResults></TestResultAggregation>',
        '<Counters failed="3"/>',
      ),
      [failure('w'), passed('g'), failure('u')],
      [],
    ],
    [
      'NUnit, a suite by itself',
      '<test-suite type="Assembly" name="A" result="Passed"><test-case name="a" result="Passed"/></test-suite>',
      [passed('a')],
    ],
    [
      'TRX, the exit code of tests that failed',
      trxRun(
        '<UnitTestResult testName="a" outcome="Failed"/>',
        `<Counters failed="1"/><RunInfos><RunInfo outcome="Error"><Text>Exit code indicates failure: '2'. Please refer to</Text></RunInfo></RunInfos>`,
      ),
      [failure('a')],
      [],
    ],
    [
      'TRX, a test with rows of data, which the counters have beside its rows',
      trxRun(
        '<UnitTestResult testName="a" outcome="Failed"><InnerResults><UnitTestResult testName="a (1)" outcome="Failed"/><UnitTestResult testName="a (2)" outcome="Passed"/></InnerResults></UnitTestResult>',
        '<Counters failed="2"/>',
      ),
      [failure('a (1)'), passed('a (2)')],
      [],
    ],
    [
      'what should have been a reference',
      suite('<testcase name="R & D < 3"><failure>1 < 2 && 3</failure></testcase>'),
      [failure('R & D < 3', '1 < 2 && 3')],
    ],
    [
      'a file that ends in a case',
      '<testsuite name="s">\n<testcase name="a"/><testcase name="b"><failure/></testcase><testcase name="c"><fail',
      [passed('a'), failure('b')],
      ['the report ends early, at 2:84, in "c": what is whole is kept'],
    ],
    [
      'a file that ends between cases',
      '<testsuites><testsuite name="s" failures="1"><error message="boom"/><testcase name="a"/>',
      [passed('a'), error('s', 'boom')],
      ['the report ends early, at 1:88: what is whole is kept'],
    ],
    [
      'colours in JSON',
      ctrf([{ name: 'a', status: 'failed', message: '\u001b[31mred\u001b[0m', trace: '' }]),
      [failure('a', '\u001b[31mred\u001b[0m')],
    ],
    [
      'a flaky case of Surefire',
      suite(
        '<testcase name="a"><flakyFailure message="no"><stackTrace>at x</stackTrace></flakyFailure><flakyError type="E"/></testcase>',
      ),
      [flaky('a', ['failure', 'no\nat x'], ['error', 'E'])],
    ],
    [
      'a case that failed each time',
      suite(
        '<testcase name="a"><failure message="1st"/><rerunFailure message="2nd"/><rerunError message="3rd"/></testcase>',
      ),
      [
        {
          ...failure('a', '1st'),
          attempts: [
            { result: 'failure', message: '2nd' },
            { result: 'error', message: '3rd' },
          ],
        },
      ],
    ],
    [
      'a rerun of pytest-rerunfailures',
      suite('<testcase name="a"><rerun message="no"/></testcase>'),
      [flaky('a', ['failure', 'no'])],
    ],
    [
      'a flaky test of CTRF',
      ctrf([
        {
          name: 'a',
          status: 'passed',
          flaky: true,
          retries: 1,
          retryAttempts: [
            { attempt: 1, status: 'failed', message: 'no' },
            { attempt: 2, status: 'passed' },
          ],
        },
      ]),
      [flaky('a', ['failure', 'no'])],
    ],
    [
      'the same case twice',
      suite(
        '<testcase name="a"><failure/></testcase><testcase name="a"><error/></testcase><testcase name="a (2)"/><testcase name="a"/>',
      ),
      [failure('a'), error('a (2)'), passed('a (2) (2)'), passed('a (3)')],
    ],
    [
      'suites within each other',
      '<testsuites name="all"><testsuite name="cart"><testsuite name="pay"><testcase name="a"/></testsuite></testsuite></testsuites>',
      [{ ...passed('a'), classname: 'cart > pay', source: 'all' }],
    ],
    [
      'suites whose names begin with those around them',
      '<testsuite name="C"><testsuite name="C::a"><testcase name="1"/></testsuite></testsuite>',
      [{ ...passed('1'), classname: 'C::a' }],
    ],
    [
      'attachments',
      suite(
        '<testcase name="a"><system-out>log\n[[ATTACHMENT|out/a.png]]\n[[ATTACHMENT|b c.txt]]</system-out></testcase>',
      ),
      [{ ...passed('a'), attachments: ['out/a.png', 'b c.txt'] }],
    ],
    [
      'a test that lost a quote',
      suite('<testcase name="a status="failed"/><testcase name="b"/>'),
      [passed('b'), error('a status=', 'the report is damaged in this test')],
      ['the report is damaged at 1:47: no whitespace between attributes.'],
    ],
    [
      'a test that lost an end tag',
      suite('<testcase name="a"><failure message="no"><testcase name="b"></testcase></testcase><testcase name="c"/>'),
      [passed('b'), failure('a', 'no'), passed('c')],
      ['the report is damaged at 1:102: unexpected close tag.'],
    ],
    [
      'a test both of whose tags of a failure are text',
      suite('<testcase name="a"><"failure message="no">at x/failure></testcase><testcase name="b">log</testcase>'),
      [error('a', 'the report is damaged in this test'), passed('b')],
    ],
    [
      'a test that seems to end before its failure',
      suite('<testcase name="a"/><failure message="no"></failure></testcase><testcase name="b"/>'),
      [error('a', 'the report is damaged in this test'), passed('b'), error('s', 'no')],
      ['the report is damaged at 1:83: unexpected close tag.'],
    ],
    [
      'an end tag of nothing',
      suite('<testcase name="a"></failure></testcase></p><testcase name="b"/>'),
      [error('a', 'the report is damaged in this test'), passed('b')],
      ['the report is damaged at 1:49: unexpected close tag.'],
    ],
  ])('%s', (_, document, tests, warnings = []) => {
    const report = reportIn(document)
    expect(report.tests).toMatchObject(tests)
    expect(report.tests).toHaveLength(tests.length)
    expect(report.warnings).toEqual(warnings)
  })

  it.each([
    ['Content-Type says so', 'application/xml; charset="iso-8859-1"', ''],
    ['the document says otherwise', 'application/xml; charset=utf-16', '<?xml version="1.0" encoding="latin1"?>'],
  ])('in ISO-8859-1 where the %s', (_, contentType, declaration) => {
    const document = bytes(`${declaration}<testsuite><testcase name="`, 0xe9, '"/></testsuite>')
    expect(readTestReport(document, contentType)).toMatchObject({ report: { tests: [{ name: 'é' }] } })
  })

  it('with no more than 20 warnings', () => {
    const { tests, warnings } = reportIn(suite('<testcase/>'.repeat(50)))
    expect([tests.length, warnings.length, warnings.at(-1)]).toEqual([50, 21, '30 more warnings'])
  })

  it('with an ordinal for each of 50,000 tests of one name, in little time', () => {
    const { tests } = reportIn(suite('<testcase name="a"/>'.repeat(50_000)))
    expect(tests.at(-1)?.name).toBe('a (50000)')
  })
})

describe('the other formats', () => {
  it('NUnit 3', () => {
    const report = reportIn(`<test-run id="0" testcasecount="6" result="Failed" total="6" failed="2">
  <test-suite type="Assembly" name="Shop.dll" fullname="/w/Shop.dll" result="Failed"><failure><message>One or more child tests had errors</message></failure>
   <test-suite type="TestFixture" name="CartTest" fullname="Shop.CartTest" classname="Shop.CartTest" result="Failed" site="Child"><failure><message><![CDATA[One or more child tests had errors]]></message></failure>
    <test-case name="Adds(1,2)" fullname="Shop.CartTest.Adds(1,2)" methodname="Adds" classname="Shop.CartTest" result="Passed" duration="0.25"><attachments><attachment><filePath>/w/a.png</filePath></attachment></attachments></test-case>
    <test-case name="Pays" fullname="Shop.CartTest.Pays" classname="Shop.CartTest" result="Failed" duration="0.5"><failure><message><![CDATA[  Expected: 1]]></message><stack-trace><![CDATA[at Pays()]]></stack-trace></failure></test-case>
    <test-case name="Breaks" classname="Shop.CartTest" result="Failed" label="Error"><failure><message>NullReference</message></failure></test-case>
    <test-case name="Later" classname="Shop.CartTest" result="Skipped" label="Ignored"><reason><message>not yet</message></reason></test-case>
    <test-case name="Maybe" classname="Shop.CartTest" result="Inconclusive"/>
    <test-case name="Warns" classname="Shop.CartTest" result="Warning"/>
   </test-suite>
   <test-suite type="TestFixture" name="HookTest" fullname="Shop.HookTest" result="Failed" site="SetUp"><failure><message>no database</message></failure></test-suite>
  </test-suite></test-run>`)
    expect(report).toMatchObject({
      tests: [
        {
          ...passed('Adds(1,2)'),
          classname: 'Shop.CartTest',
          runTimeSeconds: 0.25,
          source: 'Shop.dll',
          attachments: ['/w/a.png'],
        },
        failure('Pays', 'Expected: 1\nat Pays()'),
        error('Breaks', 'NullReference'),
        skipped('Later', 'not yet'),
        skipped('Maybe'),
        passed('Warns'),
        { ...error('HookTest', 'no database'), classname: 'Shop.HookTest' },
      ],
      warnings: [],
    })
  })

  it('NUnit 2', () => {
    const report =
      reportIn(`<test-results name="Shop.dll" total="4" errors="1" failures="1" not-run="1"><test-suite type="Assembly" name="Shop.dll" success="False"><results>
   <test-suite type="TestFixture" name="CartTest" result="Failure"><results>
    <test-case name="Shop.CartTest.Adds" executed="True" result="Success" success="True" time="0,012" asserts="1"/>
    <test-case name="Shop.CartTest.Pays(1.5)" executed="True" result="Failure" success="False" time="0.1"><failure><message>no</message><stack-trace>at</stack-trace></failure></test-case>
    <test-case name="Shop.CartTest.Breaks" executed="True" result="Error" success="False"><failure><message>boom</message></failure></test-case>
    <test-case name="Shop.CartTest.Later" executed="False" result="Ignored"><reason><message>not yet</message></reason></test-case>
   </results></test-suite></results></test-suite></test-results>`)
    expect(report).toMatchObject({
      tests: [
        { ...passed('Shop.CartTest.Adds'), classname: 'Shop.CartTest', runTimeSeconds: 0.012, source: 'Shop.dll' },
        { ...failure('Shop.CartTest.Pays(1.5)', 'no\nat'), classname: 'Shop.CartTest' },
        error('Shop.CartTest.Breaks', 'boom'),
        skipped('Shop.CartTest.Later', 'not yet'),
      ],
      warnings: [],
    })
  })

  const trx = (summary: string, results: string) => `<?xml version="1.0" encoding="utf-8"?>
<TestRun id="1" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Times start="x"/><Results>${results}</Results>
<TestDefinitions><UnitTest name="Shop.CartTest.Adds" storage="/w/shop.dll" id="t1"><TestMethod codeBase="/w/bin/Shop.dll" className="Shop.CartTest" name="Adds"/></UnitTest></TestDefinitions>${summary}</TestRun>`

  it('TRX', () => {
    const report = reportIn(
      trx(
        '<ResultSummary outcome="Failed"><Counters total="6" failed="2" timeout="1"/></ResultSummary>',
        `<UnitTestResult testId="t1" testName="Adds" duration="00:01:02.5000000" outcome="Passed"><ResultFiles><ResultFile path="a.png"/></ResultFiles></UnitTestResult>
<UnitTestResult testName="Pays" outcome="Failed"><Output><StdOut>x</StdOut><ErrorInfo><Message>no</Message><StackTrace>at</StackTrace></ErrorInfo></Output></UnitTestResult>
<UnitTestResult testName="Hangs" outcome="Timeout"/><UnitTestResult testName="Later" outcome="NotExecuted"/>
<UnitTestResult testName="Odd"/>
<UnitTestResult testName="Rows" outcome="Failed"><InnerResults><UnitTestResult testName="Rows (1)" outcome="Passed"/><UnitTestResult testName="Rows (2)" outcome="Failed"/></InnerResults></UnitTestResult>`,
      ),
    )
    expect(report).toMatchObject({
      tests: [
        {
          ...passed('Adds'),
          classname: 'Shop.CartTest',
          runTimeSeconds: 62.5,
          file: '/w/bin/Shop.dll',
          source: 'Shop.dll',
          attachments: ['a.png'],
        },
        failure('Pays', 'no\nat'),
        error('Hangs'),
        skipped('Later'),
        failure('Odd'),
        passed('Rows (1)'),
        failure('Rows (2)'),
      ],
      warnings: [],
    })
  })

  it('TRX of a run that failed while each of its tests passed', () => {
    const summary =
      '<ResultSummary outcome="Failed"><RunInfos><RunInfo outcome="Error"><Text>host process crashed</Text></RunInfo></RunInfos></ResultSummary>'
    expect(
      reportIn(trx(summary, '<UnitTestResult testId="t1" testName="Adds" outcome="Passed"/>')).tests,
    ).toMatchObject([passed('Adds'), error('Test run', 'host process crashed')])
  })

  it('xUnit.net v2', () => {
    const report =
      reportIn(`<assemblies timestamp="x"><assembly name="/w/Shop.dll" total="3" passed="1" failed="1" skipped="1" errors="1">
<errors><error type="test-class-cleanup" name="Shop.CartTest"><failure exception-type="E"><message>no cleanup</message></failure></error></errors>
<collection name="c"><test name="Shop.CartTest.Adds(x: 1)" type="Shop.CartTest" method="Adds" time="0.5" result="Pass" source-file="/w/a.cs"/>
<test name="Shop.CartTest.Pays" type="Shop.CartTest" result="Fail"><failure exception-type="E"><message><![CDATA[no]]></message><stack-trace>at</stack-trace></failure></test>
<test name="Shop.CartTest.Later" type="Shop.CartTest" result="Skip"><reason><![CDATA[not yet]]></reason></test></collection></assembly></assemblies>`)
    expect(report).toMatchObject({
      tests: [
        error('Shop.CartTest', 'no cleanup'),
        {
          ...passed('Shop.CartTest.Adds(x: 1)'),
          classname: 'Shop.CartTest',
          runTimeSeconds: 0.5,
          file: '/w/a.cs',
          source: '/w/Shop.dll',
        },
        failure('Shop.CartTest.Pays', 'no\nat'),
        skipped('Shop.CartTest.Later', 'not yet'),
      ],
      warnings: [],
    })
  })

  it('xUnit.net v1', () => {
    const report = reportIn(`<assembly name="/w/Shop.dll" run-date="x" total="2" failed="1"><class name="Shop.CartTest">
<test name="Shop.CartTest.Adds" type="Shop.CartTest" method="Adds" result="Pass" time="0.5"/>
<test name="Shop.CartTest.Pays" type="Shop.CartTest" method="Pays" result="Fail"><failure exception-type="E"><message>no</message></failure></test></class></assembly>`)
    expect(report).toMatchObject({
      tests: [passed('Shop.CartTest.Adds'), failure('Shop.CartTest.Pays', 'no')],
      warnings: [],
    })
  })

  it('TestNG, with a retry and what is done before', () => {
    const method = (status: string, more: string, inside = '') =>
      `<test-method status="${status}" signature="pays()" duration-ms="1500" ${more}>${inside}</test-method>`
    const thrown = (message: string) =>
      `<exception class="E"><message><![CDATA[${message}]]></message><full-stacktrace>at</full-stacktrace></exception>`
    const report =
      reportIn(`<testng-results skipped="2" failed="1" passed="2" total="4"><suite name="Shop"><test name="unit"><class name="CartTest">
${method('PASS', 'name="setUp" is-config="true"')}
${method('FAIL', 'name="open" is-config="true"', thrown('no database'))}
${method('SKIP', 'name="pays" retried="true"', thrown('first'))}
${method('PASS', 'name="pays"')}
<test-method status="FAIL" name="adds" signature="adds()">${thrown('no')}</test-method>
<test-method status="SKIP" name="later" signature="later()"/>
</class></test></suite></testng-results>`)
    expect(report).toMatchObject({
      tests: [
        error('open', 'no database\nat'),
        { ...flaky('pays', ['failure', 'first\nat']), classname: 'CartTest', runTimeSeconds: 1.5, source: 'Shop' },
        failure('adds', 'no\nat'),
        skipped('later'),
      ],
      warnings: [],
    })
  })

  it('CTRF, of which an odd test costs only itself', () => {
    const report = reportIn(
      ctrf(
        [
          {
            name: 'adds',
            status: 'passed',
            duration: 250,
            suite: ['cart', 'sums'],
            filePath: 'a.ts',
            attachments: [{ name: 'x', path: 'x.png' }, 7],
          },
          null,
          { name: 'pays', status: 'failed', message: 'no', trace: 'Error: no\n at' },
          { status: 'skipped' },
          { name: 'odd', status: 'stuck' },
          { name: 'hangs', status: 'other', rawStatus: 'timedOut' },
          { name: 'waits', status: 'pending', duration: 'long' },
          { name: 'nul\u0000', status: 'passed' },
        ],
        { failed: 4 },
      ),
    )
    expect(report).toMatchObject({
      tests: [
        {
          ...passed('adds'),
          classname: 'cart > sums',
          runTimeSeconds: 0.25,
          file: 'a.ts',
          source: 'vitest',
          attachments: ['x.png'],
        },
        failure('pays', 'Error: no\n at'),
        skipped('#3'),
        error('odd', 'the report says status="stuck", which is no word for a test that passed'),
        error('hangs'),
        skipped('waits'),
        passed('nul\ufffd'),
      ],
      warnings: [
        'results.tests.1 is no test, and was left out',
        'a test has no name, and is called "#3"',
        'the report counts 4 failures, its cases show 3',
      ],
    })
  })

  it.each([
    ['of numbers', `{"tests": [${'0,'.repeat(750_000)}0]}`, '1:1500007'],
    ['of empty objects', `{"tests": [${'{},'.repeat(250_000)}{}]}`, '1:750006'],
    ['within each other', `${'['.repeat(250_001)}${']'.repeat(250_001)}`, '1:250001'],
  ])('JSON with too many values %s is refused, before anything is built for them', (_, document, position) => {
    const parse = vi.spyOn(JSON, 'parse')
    expect(readTestReport(bytes(document), null)).toMatchObject({
      ok: false,
      problem: `${position}: a report in JSON has at most 750,000 values, 250,000 of them objects and lists`,
    })
    expect(parse).not.toHaveBeenCalled()
    parse.mockRestore()
  })

  it('so is what follows where a quote is missing, be it cut off', () => {
    const parse = vi.spyOn(JSON, 'parse')
    const document = `{"results": "a"tests": [${'{},'.repeat(250_001)}{`
    expect(readTestReport(bytes(document), null)).toMatchObject({ ok: false, problem: expect.stringContaining('JSON') })
    expect(parse.mock.calls.some(([text]) => text.startsWith('[{},'))).toBe(false)
    parse.mockRestore()
  })

  it('50,000 tests of CTRF with all that runners write of one are read', () => {
    const test = (at: number) => ({
      ...{ name: `t${at}`, status: 'passed', duration: 1, start: 1, stop: 2, suite: 's', rawStatus: 'passed' },
      ...{ type: 'e2e', filePath: 'a.ts', retries: 0, flaky: false, tags: ['a'] },
    })
    const document = JSON.stringify({ results: { tests: Array.from({ length: 50_000 }, (_, at) => test(at)) } })
    expect(testsOf(document)).toHaveLength(50_000)
  })

  it('CTRF that was cut off', () => {
    const whole = ctrf([
      { name: 'a', status: 'failed', message: 'x } ] "' },
      { name: 'b', status: 'passed', suite: ['c'] },
    ])
    const cut = whole.slice(0, whole.indexOf('"suite"') + 10)
    expect(reportIn(cut)).toMatchObject({
      tests: [failure('a', 'x } ] "')],
      warnings: [`the report ends early, at 1:${cut.length}: what is whole is kept`],
    })
  })

  // Tools of C, C++ and Pascal, and Allure: their tests say in another way that they failed.
  it.each([
    ['Catch2', '<Catch2TestRun><TestCase name="a"><OverallResult success="false"/></TestCase></Catch2TestRun>'],
    [
      'doctest',
      '<doctest><TestSuite><TestCase name="a"><Expression success="false"/></TestCase></TestSuite></doctest>',
    ],
    ['Qt Test', '<TestCase name="t"><TestFunction name="a"><Incident type="fail"/></TestFunction></TestCase>'],
    ['Boost.Test', '<TestLog><TestSuite name="M"><TestCase name="a"><FatalError/></TestCase></TestSuite></TestLog>'],
    [
      'GLib',
      '<gtester><testbinary><testcase path="/a"><status exit-status="-6" result="failed"/></testcase></testbinary></gtester>',
    ],
    [
      'libcheck',
      '<testsuites xmlns="http://check.sourceforge.net/ns"><suite><test result="failure"/></suite></testsuites>',
    ],
    ['libcheck without a namespace', '<testsuites><suite><test result="failure"/></suite></testsuites>'],
    [
      'FPCUnit',
      '<TestResults><TestListing><TestSuite NumberOfFailures="1"><Test Result="Failed"/></TestSuite></TestListing></TestResults>',
    ],
    [
      'MbUnit',
      '<report-result><counter failure-count="2"/><assemblies><assembly total="2"/></assemblies></report-result>',
    ],
    [
      'Allure',
      '<ns2:test-suite xmlns:ns2="urn:model.allure"><test-cases><test-case status="passed"/></test-cases></ns2:test-suite>',
    ],
    ['an element of their own around JUnit', `<report>${ONE}</report>`],
    ['one with a text before JUnit', `<report> of today\n${RED}\n</report>`],
    ['one that was cut', `<report>\n${RED}\n`],
  ])('%s is none of the formats, and refused', (_, document) => {
    expect(readTestReport(bytes(document), null)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^1:\d+: /),
    })
  })

  it('our own JSON, of which a wrong field is refused by its name', () => {
    expect(readTestReport(bytes('{"tests": [{"name": "a", "result": "ok"}]}'), null)).toEqual({
      ok: false,
      problem: 'tests.0.result: must be success, failure, error or skipped',
      problems: [{ path: 'tests.0.result', message: 'must be success, failure, error or skipped' }],
    })
    expect(reportIn('{"tests": [{"name": "a", "result": "success"}]}').tests).toMatchObject([passed('a')])
  })

  it.each([
    ['{', '1:1: not valid JSON'],
    ['{"tests": [\n{"name" "a"}]}', '2:9: not valid JSON'],
    ['{"results": {"tests": {}}, "reportFormat": "CTRF"}', '1:1: results.tests must be an array'],
    [ctrf(Array.from({ length: 50_001 }, () => ({}))), '1:1: more than 50000 test cases'],
  ])('refuses %.50s', (document, problem) => {
    expect(readTestReport(bytes(document), null)).toEqual({ ok: false, problem })
  })
})

describe('what a damaged end of a section would swallow', () => {
  const failing = (name: string, message: string) =>
    `<testcase name="${name}"><failure><![CDATA[${message}]]></failure></testcase>\n`
  /** What a byte that is wrong may be, as far as it could matter there. */
  const ODD = ['\0', ' ', '\n', '<', '>', '?', '!', '-', '[', ']', '"', "'", '&', '/', 'x', '@']
  const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

  it('is read, where it is a declaration whose end has one byte that is wrong', () => {
    const first = suite('<testcase name="a"><failure message="no"/></testcase>')
    for (const [at, byte, removed] of changesOf(DECLARATION, ODD)) {
      const damaged = DECLARATION.slice(0, at) + byte + DECLARATION.slice(at + removed)
      const document = `${damaged}\n${first}\n${DECLARATION}\n${suite('<testcase name="b"/>')}`
      const reading = readTestReport(bytes(document), null)
      const tests = reading.ok ? reading.report.tests : reading.problem
      expect([damaged, tests]).toMatchObject([damaged, [failure('a', 'no'), passed('b')]])
    }
  })

  it('is read or told, where it is a document type that has one byte that is wrong', () => {
    const types = ['<!DOCTYPE testsuites>', '<!DOCTYPE t [\n<!ENTITY a "b">\n]>', '<!DOCTYPE t SYSTEM "t.dtd">']
    for (const type of types)
      for (const [at, byte, removed] of changesOf(type, ODD)) {
        const damaged = type.slice(0, at) + byte + type.slice(at + removed)
        const document = `${damaged}\n${suite('<testcase name="a"><failure message="x]>y"/></testcase>')}\n${type}\n${ONE}`
        const reading = readTestReport(bytes(document), null)
        // `<!DOCTYPE <t>` may be an element, which nobody ends.
        if (byte === '<') continue
        const { tests, warnings } = reading.ok ? reading.report : { tests: reading.problem, warnings: [] }
        if (warnings.length === 0)
          expect([damaged, tests]).toMatchObject([damaged, [failure('a', 'x]>y'), passed('é')]])
      }
  })

  it.each([
    ['before a report', (comment: string, rest: string) => `${comment}${rest}`],
    ['in a suite', (comment: string, rest: string) => suite(comment + rest)],
  ])('%s, where it is a comment whose end has one byte that is wrong, is read or told', (_, documentOf) => {
    for (const [at, byte, removed] of changesOf('-->')) {
      const comment = `<!-- by a tool ${'-->'.slice(0, at) + byte + '-->'.slice(at + removed)}\n`
      for (const next of ['<!-- b -->', '<system-out>at --> x</system-out>']) {
        const red = suite(failing('a', 'no'))
        const document = documentOf(comment, `${red}\n${suite(`${next}<testcase name="b"/>`)}`)
        const reading = readTestReport(bytes(document), null)
        const { tests, warnings } = reading.ok ? reading.report : { tests: [], warnings: [reading.problem] }
        expect(tests.some(({ name }) => name === 'a') || warnings.length > 0 ? null : document).toBeNull()
      }
    }
  })

  it.each(Object.entries({ ...SHORT, ...OTHER_ROOTS }))(
    '%s is read, with a warning, whatever one character in the name of its root is',
    (_, document) => {
      const end = /[\s>]/.exec(document)?.index ?? 0
      const root = document.slice(1, end)
      for (let at = 0; at < root.length; at++)
        for (const wrong of [
          '',
          'x',
          `${root[at]}x`,
          ...(at > 0 && at < root.length - 1 ? ['\ufffd', ' ', '/'] : []),
        ]) {
          // Without its hyphen NUnit's is one of JUnit.
          if (root === 'test-suite' && wrong === '' && at === 4) continue
          const damaged = `<${root.slice(0, at)}${wrong}${root.slice(at + 1)}${document.slice(end)}`
          const { tests, warnings } = reportIn(damaged)
          const read = tests.map(({ name, result }) => `${name} ${result}`).join()
          // The last test is not known to have passed where the end tag behind it ends nothing.
          expect([damaged, read]).toEqual([damaged, expect.stringMatching(/^a failure,b (success|error)$/)])
          expect([damaged, warnings]).not.toEqual([damaged, []])
        }
    },
  )

  it.each([
    '<test_suite><testcase name="a"><verdict>failed</verdict></testcase></test_suite>',
    '<test-suite><testcase name="a"/></test-suite>',
    '<testcases><testcase name="a"/></testcases>',
    '<assemble total="1"><suite><test name="a"/></suite></assemble>',
    '<testresults><testcase name="a"/></testresults>',
    '<testsuitf xmlns="http://check.sourceforge.net/ns"><testcase name="a"/></testsuitf>',
  ])('what is nearly a root, or holds tests like ours, is refused: %s', (document) => {
    expect(readTestReport(bytes(document), null).ok).toBe(false)
  })

  it.each(['<?xml version="1.0" encoding="UTF-8">', '<?xml version="1.0" encoding="UTF-8"', '<?xml', '<?'])(
    'is read behind %s',
    (declaration) => {
      expect(reportIn(`${declaration}\n${RED}`).tests).toMatchObject([passed('a'), failure('b', 'no')])
    },
  )

  it('is told where an instruction without its end goes on to that of another one', () => {
    const { warnings } = reportIn(suite(`<?page a>${failing('a', 'no')}<?page b?>${failing('b', 'no')}`))
    expect(warnings).toEqual([expect.stringContaining('damaged')])
    expect(reportIn(suite(`<?page a>${failing('a', 'no')}`)).tests).toMatchObject([failure('a')])
  })

  it('costs nothing where the end of an instruction comes in a later piece', () => {
    const long = `<?note ${'x'.repeat(300_000)}?>`
    expect(reportIn(suite(`${long}<testcase name="a"/>`))).toMatchObject({ tests: [passed('a')] })
    const within = suite(`<testcase name="${'y'.repeat(262_144 - 40)}"/><?note a?><testcase name="a"/>`)
    expect(reportIn(within).warnings).toEqual([])
  })

  it.each<[string, (a: string, b: string) => string]>([
    ['JUnit', (a, b) => suite(failing('a', a) + failing('b', b))],
    [
      'NUnit, with faults of suites',
      (a, b) =>
        `<test-run failed="2"><test-suite name="s" result="Failed" site="TearDown"><failure><message>down</message></failure>${[
          a,
          b,
        ]
          .map(
            (message, at) =>
              `<test-case name="${'ab'[at]}" result="Failed"><failure><message><![CDATA[${message}]]></message></failure></test-case>`,
          )
          .join('')}</test-suite></test-run>`,
    ],
    [
      'TestNG',
      (a, b) =>
        `<testng-results><suite name="s"><test name="t"><class name="c">${[a, b]
          .map(
            (message, at) =>
              `<test-method status="FAIL" name="${'ab'[at]}"><exception><message><![CDATA[${message}]]></message></exception></test-method>`,
          )
          .join('')}</class></test></suite></testng-results>`,
    ],
  ])('%s: a failure in the message of another one, by one byte in the end of a section, is told', (_, document) => {
    const good = document('no 1', 'no 2')
    expect(testsOf(good).filter(({ name }) => name === 'a' || name === 'b')).toHaveLength(2)
    expect(reportIn(good).warnings).toEqual([])
    const at = good.indexOf(']]>')
    // What the second one says may look like the end of a section that was quoted.
    for (const second of ['no 2', 'a[b[1]] > 2', '[[1]]">', 'x]]&gt;y', 'got <![CDATA[ x'])
      for (const [place, byte] of [at, at + 1, at + 2].flatMap((one) =>
        ['', ' ', 'x', '>', ']', '<'].map((byte) => [one, byte] as const),
      )) {
        const good = document('no 1', second)
        const damaged = good.slice(0, place) + byte + good.slice(place + 1)
        const { tests, warnings } = reportIn(damaged)
        const isWhole = tests.filter(({ name }) => name === 'a' || name === 'b').length === 2
        expect(isWhole || warnings.length > 0 ? null : damaged).toBeNull()
      }
  })

  it.each([
    ['a text before the section', 'at line 1 '],
    ['another section before it', '<![CDATA[x]]>'],
  ])('a failure with %s in the message of another one is told', (_, before) => {
    const second = `<testcase name="b"><failure message="a > b">${before}<![CDATA[no 2]]></failure></testcase>`
    const first = failing('a', 'no 1').replace(']]>', ']] >')
    const { tests, warnings } = reportIn(suite(first + second))
    expect(tests.length === 2 || warnings.length > 0).toBe(true)
  })

  it.each([
    ['split', 'got <![CDATA[x]]]]><![CDATA[> but'],
    ['split before its last character', 'got <![CDATA[x]]]><![CDATA[]> but'],
    ['at the end', 'got <![CDATA[x]]]]><![CDATA[>'],
    ['with a reference', 'got <![CDATA[x]]&gt; but'],
    ['with a space', 'got <![CDATA[x]] > but'],
  ])('a section that a test printed, its end %s, is no damage', (_, message) => {
    expect(reportIn(suite(failing('a', message) + failing('b', 'no')))).toMatchObject({
      tests: [failure('a'), failure('b', 'no')],
      warnings: [],
    })
  })

  it.each([
    ['a tag of HTML in a comment', '<testcase name="a"/><!-- rendered <b>x</b> and <br/> -->'],
    ['an instruction with a tag', '<?note <b>\n<?x ?><testcase name="a"/>'],
    ['hyphens in a comment', '<testcase name="a"/><!-- with --flag -->'],
    [
      'a section that quotes the start of one',
      '<testcase name="a"><system-out><![CDATA[got <![CDATA[ x]]></system-out></testcase>',
    ],
    [
      'an end that is written in three sections',
      '<testcase name="a"><system-out><![CDATA[<p><![CDATA[x]]>]]<![CDATA[></p> end]]></system-out></testcase>',
    ],
  ])('%s is no damage', (_, cases) => {
    expect(reportIn(suite(cases))).toMatchObject({ tests: [passed('a')], warnings: [] })
  })

  it('finds sections within each other wherever the pieces of a document end', () => {
    for (let pad = 0; pad < 24; pad++) {
      const damaged = suite(
        `${failing('a', 'x'.repeat(262_144 - 60 - pad)).replace(']]>', ']] >')}${failing('b', 'no')}`,
      )
      expect(reportIn(damaged).warnings).not.toEqual([])
    }
  })
})

describe('whatever it is given', () => {
  const PIECES = [
    ...[
      '<testsuite name="s">',
      '</testsuite>',
      '<testcase name="t">',
      '</testcase>',
      '<failure>',
      '</failure>',
      '<![CDATA[',
    ],
    ...[
      ']]>',
      '<!--',
      '-->',
      '<!DOCTYPE a [',
      ']>',
      '&amp;',
      '&#0;',
      '&x;',
      '<?xml version="1.0" encoding="utf-16"?>',
      '"',
      ' ',
    ],
    ...[
      '<test-run>',
      '<test-case name="a" result="Passed">',
      '<TestRun><Results>',
      '<UnitTestResult outcome="Passed"/>',
    ],
    ...[
      '<assemblies><assembly>',
      '<test result="Pass"/>',
      '<testng-results>',
      '<test-method status="PASS"/>',
      '{"results":',
      '{"tests":[',
      ']}',
    ],
  ]
  const document = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 30 })
      .map((some) => bytes(some.join(''))),
    fc.jsonValue().map((value) => bytes(JSON.stringify({ results: { tests: value, summary: value, tool: value } }))),
    fc.array(fc.jsonValue(), { maxLength: 5 }).map((tests) => bytes(ctrf(tests))),
  )

  it('it answers, and names no test that has no name', () => {
    fc.assert(
      fc.property(document, fc.option(fc.string()), (given, contentType) => {
        const reading = readTestReport(given, contentType)
        if (!reading.ok) expect(reading.problem).toMatch(reading.problems ? /./ : /^\d+:\d+: ./)
        else for (const test of reading.report.tests) expect(test.name).toMatch(/\S/)
      }),
      { numRuns: 3_000 },
    )
  })

  // Each case is told by more than one tag or word, so that no single change makes it another that is well-formed.
  const GOOD: readonly string[] = [
    suite(
      cases(
        (name) =>
          `<testcase classname="c" name="${name}" time="0.1"><failure message="no &lt;b>" type="E">at x</failure></testcase>\n`,
      ),
    ),
    suite(
      cases(
        (name) =>
          `<testcase name="${name}" status="failed"><failure><![CDATA[a < b]]></failure><system-out>x</system-out></testcase>`,
      ),
    ),
    `<test-run><test-suite name="s">${cases(
      (name) => `<test-case name="${name}" result="Failed"><failure><message>no</message></failure></test-case>`,
      (name) => `<test-case name="${name}" result="Passed"></test-case>`,
    )}</test-suite></test-run>`,
    `<TestRun><Results>${cases(
      (name) =>
        `<UnitTestResult testName="${name}" outcome="Failed"><Output><ErrorInfo><Message>no</Message></ErrorInfo></Output></UnitTestResult>`,
      (name) => `<UnitTestResult testName="${name}" outcome="Passed"/>`,
    )}</Results></TestRun>`,
    `<assemblies><assembly name="a"><collection>${cases(
      (name) => `<test name="${name}" type="T" result="Fail"><failure><message>no</message></failure></test>`,
      (name) => `<test name="${name}" type="T" result="Pass"/>`,
    )}</collection></assembly></assemblies>`,
    `<testng-results><suite name="s"><test name="t"><class name="c">${cases(
      (name) => `<test-method name="${name}" status="FAIL"><exception class="E"/></test-method>`,
      (name) => `<test-method name="${name}" status="PASS"/>`,
    )}</class></test></suite></testng-results>`,
    ctrf(
      [1, 2, 3, 4, 5].map((n) => ({ name: n % 2 ? `red-${n}` : `green-${n}`, status: n % 2 ? 'failed' : 'passed' })),
    ),
  ]
  const change = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('delete', 'insert', 'replace', 'cut'),
    byte: fc.oneof(fc.constantFrom(...[...'<>/"\'&;=!-? []'].map((character) => character.charCodeAt(0))), fc.nat(255)),
  })

  // Lines of a log around them, of which a second reading takes the tags for text.
  const LOGGED = GOOD.flatMap((good) => [good, `found <assemblies> here\n<info> starting\n${good}\n<info> done\n`])

  it.each<[string, () => string]>([
    [
      'names of suites of 400,000 characters around 5,000 tests',
      () => {
        const name = 'n'.repeat(400_000)
        const tests = Array.from({ length: 5_000 }, (_, i) => `<testcase name="t${i}"/>`).join('')
        return `<testsuites><testsuite name="${name}"><testsuite name="${name}x">${tests}</testsuite></testsuite></testsuites>`
      },
    ],
    [
      '2,000 names of 1,000 characters that differ at their end, each of three tests',
      () => {
        const tests = Array.from({ length: 6_000 }, (_, i) => `<testcase name="${'n'.repeat(990)}${i % 2_000}"/>`)
        return suite(tests.join(''))
      },
    ],
    [
      'a name of 20,000 characters around 5,000 tests that are tried again',
      () =>
        `<testng-results><suite name="s"><test name="${'t'.repeat(20_000)}"><class name="c">${Array.from({ length: 5_000 }, (_, i) => `<test-method name="t${i}" retried="true" status="SKIP"/>`).join('')}</class></test></suite></testng-results>`,
    ],
    [
      '40,000 attempts of one test',
      () =>
        `<testng-results><suite name="s"><test name="t"><class name="c">${'<test-method name="t" status="SKIP" retried="true"/>'.repeat(40_000)}</class></test></suite></testng-results>`,
    ],
    [
      'a file of a million characters that 5,000 results have',
      () =>
        `<TestRun><TestDefinitions><UnitTest id="i"><TestMethod className="C" codeBase="${'/'.repeat(1_000_000)}"/></UnitTest></TestDefinitions><Results>${Array.from({ length: 5_000 }, (_, i) => `<UnitTestResult testId="i" testName="t${i}" outcome="Passed"/>`).join('')}</Results></TestRun>`,
    ],
    [
      'a document type with a comment of 4 million characters behind a line of a log',
      () => `<info> x\n<!DOCTYPE a [<!-- ${'a'.repeat(4_000_000)}--> ]>\n${ONE}`,
    ],
  ])('%s cost no more than others', (_, documentOf) => {
    const document = bytes(documentOf())
    const began = performance.now()
    const reading = readTestReport(document, null)
    // Half a second; without a bound it is a minute, or more memory than there is.
    expect(performance.now() - began).toBeLessThan(10_000)
    if (reading.ok) expect(reading.report.tests.every(({ classname }) => classname.length <= 1_000)).toBe(true)
  })

  it('it takes no time that grows faster than the report', () => {
    const starts = [
      '[[ATTACHMENT|',
      '<!DOCTYPE a [<!--a-->',
      '<?a ',
      '<![CDATA[',
      '</system-out>',
      '<system-out>',
      '&',
      '"',
      '<x ',
    ]
    for (const start of starts) {
      const many = start.repeat(Math.ceil(500_000 / start.length))
      for (const document of [many, suite(`<testcase name="a"><system-out>${many}</system-out></testcase>`)]) {
        const began = performance.now()
        readTestReport(bytes(document), null)
        // A tenth of a second; what is quadratic takes many times as long.
        expect([start, performance.now() - began < 10_000]).toEqual([start, true])
      }
    }
  })

  it('it never shows a test as passed that a report calls failed in which one byte is wrong', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LOGGED), change, (good, { at, kind, byte }) => {
        const whole = [...bytes(good)]
        const place = at % whole.length
        const damaged = kind === 'cut' ? whole.slice(0, place) : whole
        if (kind !== 'cut') damaged.splice(place, kind === 'insert' ? 0 : 1, ...(kind === 'delete' ? [] : [byte]))
        const reading = readTestReport(Uint8Array.from(damaged), null)
        if (!reading.ok) return
        const passedTests = reading.report.tests.filter(({ result }) => result === 'success')
        expect(passedTests.filter(({ name }) => /^red-\d$/.test(name))).toEqual([])
      }),
      { numRuns: 5_000 },
    )
  })

  it('it never shows a test as passed that a report calls failed which ends at any byte', () => {
    for (const good of LOGGED) {
      const whole = bytes(good)
      for (let end = 0; end < whole.length; end++) {
        const reading = readTestReport(whole.slice(0, end), null)
        const tests = reading.ok ? reading.report.tests : []
        expect(tests.filter(({ name, result }) => result === 'success' && name.startsWith('red'))).toEqual([])
      }
    }
  })

  it('it shows no suite as green whose fault has one byte that is wrong, but in its prefix, without a warning', () => {
    for (const fault of ['<error/>', '<failure></failure>'])
      for (const [at, byte, removed] of changesOf(fault)) {
        const damaged = fault.slice(0, at) + byte + fault.slice(at + removed)
        // `er:ror` may be any element.
        if (byte === ':') continue
        const reading = readTestReport(bytes(suite(`<testcase name="a"/>${damaged}<testcase name="b"/>`)), null)
        if (!reading.ok) continue
        const { tests, warnings } = reading.report
        const isGreen = tests.every(({ result }) => result === 'success')
        expect(isGreen && warnings.length === 0 ? damaged : null).toBeNull()
      }
  })
})

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

/** Each place with each of the characters in it, beside or in place of what is there, or with nothing. */
function changesOf(
  text: string,
  characters: readonly string[] = ASCII,
): readonly (readonly [at: number, byte: string, removed: number])[] {
  return [...text].flatMap((_, at) => [
    [at, '', 1] as const,
    ...characters.flatMap((byte) => [[at, byte, 0] as const, [at, byte, 1] as const]),
  ])
}

function suite(cases: string): string {
  return `<testsuite name="s">${cases}</testsuite>`
}

function trxRun(results: string, summary: string): string {
  const tests = `<Results>${results}</Results>`
  return `<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">${tests}<ResultSummary outcome="Failed">${summary}</ResultSummary></TestRun>`
}

/** Tests by turns red and green. */
function cases(
  red: (name: string) => string,
  green = (name: string) => `<testcase classname="c" name="${name}"></testcase>\n`,
): string {
  return [1, 2, 3, 4, 5].map((n) => (n % 2 ? red(`red-${n}`) : green(`green-${n}`))).join('')
}

function ctrf(tests: readonly unknown[], summary: object = {}): string {
  return JSON.stringify({ results: { tool: { name: 'vitest' }, summary, tests } })
}

function bytes(...parts: readonly (string | number)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])),
  )
}

function utf16(text: string, isTurned = false): Uint8Array {
  return Uint8Array.from(
    [...Array(text.length).keys()].flatMap((at) => {
      const unit = text.charCodeAt(at)
      return isTurned ? [unit >> 8, unit & 0xff] : [unit & 0xff, unit >> 8]
    }),
  )
}

function passed(name: string): Partial<TestResult> {
  return { name, result: 'success', isFlaky: false, message: '', attempts: [] }
}

function flaky(name: string, ...attempts: readonly ['failure' | 'error', string][]): Partial<TestResult> {
  return { ...passed(name), isFlaky: true, attempts: attempts.map(([result, message]) => ({ result, message })) }
}

function skipped(name: string, message?: string): Partial<TestResult> {
  return { name, result: 'skipped', ...(message === undefined ? {} : { message }) }
}

function failure(name: string, message?: string): Partial<TestResult> {
  return { name, result: 'failure', isFlaky: false, ...(message === undefined ? {} : { message }) }
}

function error(name: string, message?: string): Partial<TestResult> {
  return { name, result: 'error', isFlaky: false, ...(message === undefined ? {} : { message }) }
}

function testsOf(document: string): readonly TestResult[] {
  return reportIn(document).tests
}

function reportIn(document: string | Uint8Array): TestReport {
  const reading: ReportReading = readTestReport(typeof document === 'string' ? bytes(document) : document, null)
  if (!reading.ok) throw new Error(reading.problem)
  return reading.report
}
