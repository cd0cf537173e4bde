import { describe, expect, it } from 'vitest'
import { ERROR_SHAPES, findShape, withoutPrefixes } from '../../../src/domain/logs/error-shapes.ts'

/** Lines of each shape, by its name. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'out of memory or space': [
    'Killed',
    '/home/ci/run.sh: line 1:  1619 Killed                  python train.py',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'java.lang.OutOfMemoryError: Java heap space',
    "##[error]The process '/usr/bin/bash' failed with exit code 137",
    'Last State: Terminated, reason: OOMKilled',
    'write /var/lib/x: no space left on device',
    "terminate called after throwing an instance of 'std::bad_alloc'",
  ],
  'output of what pip runs': ['╰─> [15 lines of output]', '  ╰─> [1 lines of output]'],
  'what is no exception, thrown in Node': [
    '(Use `node --trace-uncaught ...` to show where the exception was thrown)',
    '[UnhandledPromiseRejection: This error originated either by throwing inside of an async function',
  ],
  'conflict of pip': ['The conflict is caused by:'],
  'imports of go, images of docker': [
    'import cycle not allowed',
    '\timports example.com/shop/win: build constraints exclude all Go files in /w/win',
    'package example.com/shop: no Go files in /w',
    '\timports example.com/x: use of internal package example.com/x/internal/y not allowed',
    'package shop/cart is not in std (/usr/local/go/src/shop/cart)',
    'no required module provides package example.com/x; to add it:',
    'no matching manifest for linux/arm64/v8 in the manifest list entries',
  ],
  'a rule of maven': ['[WARNING] Rule 0: org.apache.maven.plugins.enforcer.RequireJavaVersion failed with message:'],
  'format of rust': ['Diff in /w/src/main.rs at line 3:', 'Diff in /w/src/main.rs:3:'],
  'npm audit': ['Severity: high'],
  'a program of another machine, a refused push': [
    'exec /bin/sh: exec format error',
    'denied: requested access to the resource is denied',
  ],
  'signals and sanitizers': [
    'Segmentation fault (core dumped)',
    'make: *** [Makefile:10: segv] Segmentation fault',
    '==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x1',
    'cart.c:3:5: runtime error: signed integer overflow',
  ],
  'summary of tests': [
    '========= 2 failed, 3 passed in 0.05s =========',
    '!!!!!!!!!! Interrupted: 1 error during collection !!!!!!!!!!',
    'Tests:       2 failed, 1 passed, 3 total',
    'Test Suites: 1 failed, 1 total',
    '      Tests  2 failed | 1 passed (3)',
    '# fail 1',
    'ℹ fail 1',
    '  2 failing',
    'FAILED (failures=1)',
    'test result: FAILED. 1 passed; 2 failed; 0 ignored',
    'FAIL\texample.com/shop/cart\t0.006s',
    '2 examples, 1 failure',
    '0 examples, 0 failures, 1 error occurred outside of examples',
    'FAILURES!',
    'Tests: 2, Assertions: 2, Failures: 1.',
    'Failed!  - Failed:     1, Passed:     1, Skipped:     0, Total:     2',
    '50% tests passed, 1 tests failed out of 2',
    '[ERROR] Tests run: 3, Failures: 1, Errors: 1, Skipped: 0',
    '2 tests completed, 1 failed',
  ],
  'make, a recipe that failed': ['make: *** [Makefile:5: main.o] Error 1', 'make[2]: *** [all] Error 2'],
  'an exception of a group of Python': [
    '  +-+---------------- 1 ----------------',
    '    +---------------- 2 ----------------',
  ],
  'summary of a build': [
    'BUILD FAILED in 3s',
    '** BUILD FAILED **',
    'Build FAILED.',
    '[INFO] BUILD FAILURE',
    '    1 Error(s)',
    '2 errors generated.',
    'Found 3 errors in the same file, starting at: ts/price.ts:1',
    'error: could not compile `shop` (lib) due to 2 previous errors',
    'collect2: error: ld returned 1 exit status',
    'clang: error: linker command failed with exit code 1 (use -v to see invocation)',
    '-- Configuring incomplete, errors occurred!',
    'ninja: build stopped: subcommand failed.',
    '✖ 4 problems (2 errors, 2 warnings)',
    'webpack 5.113.0 compiled with 1 error in 117 ms',
  ],
  'npm, yarn and pnpm about a script': [
    'npm ERR! code ELIFECYCLE',
    'npm error Lifecycle script `test` failed with error:',
    'error Command failed with exit code 3.',
    ' ELIFECYCLE  Command failed with exit code 3.',
  ],
  'compilers with file:line': [
    'main.c:4:25: error: expected ;',
    'C:\\shop\\main.c:4:25: fatal error: cart.h: No such file or directory',
    "Cart.java:3: error: ';' expected",
    "src/price.ts:2:7 - error TS2322: Type 'number' is not assignable to type 'string'.",
    'shop.py:3: error: Incompatible return value type  [return-value]',
    'errors.c:3:5: error: expected ;',
  ],
  'compilers with file(line)': [
    "src/error.ts(1,71): error TS2322: Type 'any[]' is not assignable to type 'number'.",
    '/home/ci/shop/Cart.cs(7,35): error CS1002: ; expected [/home/ci/shop/Shop.csproj]',
    '1>cart.obj : error LNK2019: unresolved external symbol',
    'CSC : error CS5001: Program does not contain a static Main method',
    'MSBUILD : error MSB1009: Project file does not exist.',
    'LINK : fatal error LNK1120: 1 unresolved externals',
  ],
  'rustc and cargo': ['error[E0308]: mismatched types', 'error: no matching package named `x` found'],
  'go build and vet, linters of Python': [
    'build/main.go:4:6: declared and not used: n',
    'main.go:2:8: no required module provides package github.com/pkg/errors; to add it:',
    'shop.py:1:8: F401 `os` imported but unused',
  ],
  kotlinc: ['e: file:///home/ci/Cart.kt:3:5 Unresolved reference: prices'],
  linkers: [
    "link.c:(.text+0x17): undefined reference to `total'",
    'Undefined symbols for architecture arm64:',
    '/usr/bin/ld: cannot find -lshop: No such file or directory',
    'dyld[12]: Library not loaded: libshop.dylib',
    'duplicate symbol _total in: a.o b.o',
  ],
  cmake: ['CMake Error at CMakeLists.txt:3 (find_package):'],
  bundlers: [
    "Module not found: Error: Can't resolve './src/nothing.js' in '/home/ci/shop'",
    '✘ [ERROR] Unexpected end of file',
    '[!] RollupError: src/entry.js (2:0): Expression expected',
    'ERROR in ./src/index.js 1:0',
  ],
  'eslint and its like': ["  1:7   error    'unused' is assigned a value but never used  no-unused-vars"],
  pytest: ['E       assert 5 == 6', "E   KeyError: 'price'"],
  'pytest, a failed test': ['____________ test_total ____________', '____ ERROR collecting broken/test_cart.py ____'],
  'pytest, the short list': [
    'FAILED test_shop.py::test_total - assert 5 == 6',
    'ERROR broken/test_cart.py',
    'FAILED test_error.py::test_zero_errors',
  ],
  unittest: ['FAIL: test_total (__main__.CartTest.test_total)', 'ERROR: test_total (cart.CartTest)'],
  jest: ['  ● adds the prices', '  ● cart › error handling › adds the prices'],
  'vitest and jest, a failed file or test': ['FAIL src/price.test.js', ' FAIL  price.test.ts > adds the prices'],
  'a crossed test': [
    '   × adds the prices 7ms',
    '  ✕ adds the prices (7 ms)',
    ' ✗ adds the prices',
    '✖ adds the prices (1.2ms)',
  ],
  'TAP: node --test, bats, tape': ['not ok 3 - adds the prices', '    not ok 1 - is # handled'],
  ava: ['  Difference (- actual, + expected):'],
  'go test': ['--- FAIL: TestTotal (0.00s)', '    --- FAIL: TestTotal/two_prices (0.00s)'],
  'go test, a line of it': ['    cart_test.go:6: Total() = 5, want 6'],
  'cargo test': ['test tests::adds ... FAILED'],
  'gtest, catch2 and assert.h': [
    '[  FAILED  ] Cart.Totals (0 ms)',
    'cart_test.cc:12: Failure',
    "cart: cart.cpp:3: int main(): Assertion `total == 6' failed.",
  ],
  ctest: ['2/2 Test #2: cart.totals ......................***Failed    0.01 sec'],
  'rspec and minitest': ['     Failure/Error: expect(cart.total).to eq(6)', '  1) Failure:'],
  'phpunit and php': [
    'Failed asserting that 5 matches expected 6.',
    'There was 1 failure:',
    'PHP Fatal error:  Uncaught Error: Call to undefined function total()',
  ],
  'dotnet test and xunit': ['  Failed Shop.CartTest.AddsThePrices [12 ms]', '    Shop.CartTest.AddsThePrices [FAIL]'],
  'XCTest and swift test': ["Test Case 'CartTests.testTotal' failed (0.002 seconds)"],
  'panic of Go': [
    'panic: runtime error: index out of range [0] with length 0',
    'fatal error: all goroutines are asleep - deadlock!',
    'WARNING: DATA RACE',
  ],
  'panic of Rust': [
    "  thread 'main' panicked at build.rs:9:30:",
    "thread 'main' panicked at src/main.rs:2:5:",
    "thread 'tests::adds' (6058) panicked at src/lib.rs:7:17:",
    "thread 'main' panicked at 'it failed', src/main.rs:2:5",
  ],
  'traceback of Python': ['Traceback (most recent call last):', 'Traceback:'],
  'uncaught exception of Ruby': ["shop.rb:3:in `total': undefined method `price' for nil (NoMethodError)"],
  'exception of Elixir': [
    '** (ArithmeticError) bad argument in arithmetic expression',
    '    ** (Ecto.NoResultsError) no row',
  ],
  'uncaught exception of Java': [
    'Exception in thread "main" java.lang.IllegalStateException: cannot load the shop',
    'Caused by: java.io.FileNotFoundException: settings.json',
  ],
  'exceptions by their class': [
    "TypeError: Cannot read properties of undefined (reading 'amount')",
    'AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:',
    'org.opentest4j.AssertionFailedError: expected: <6> but was: <5>',
    'java.lang.NullPointerException',
    'requests.exceptions.ConnectionError: no route',
    "Error: Cannot find module './prices'",
    'Uncaught ReferenceError: x is not defined',
    'Error: the command timed out (exit code 124)',
  ],
  'npm and node-gyp': [
    'gyp ERR! stack Error: `make` failed with exit code: 2',
    'npm error code E404',
    'npm ERR! peer react@"^18.2.0" from react-dom@18.2.0',
    'npm error   react@"19.0.0" from the root project',
  ],
  'yarn and pnpm': [
    'error Couldn\'t find package "x" on the "npm" registry.',
    '➤ YN0028: The lockfile would have been modified by this install, which is explicitly forbidden.',
    ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"',
  ],
  'go mod': ['go: example.com/x@v1.0.0: reading https://proxy.example.com/x: gone'],
  apt: [
    'The following packages have unmet dependencies:',
    'E: Unable to locate package libshop-dev',
    'Err:5 http://deb.example.com stable InRelease',
  ],
  'docker build, the step': [' > [4/4] RUN npm ci:'],
  docker: [
    'ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'Error response from daemon: pull access denied for shop',
  ],
  gradle: ['* What went wrong:', '> Task :test FAILED', 'CartTest > addsThePrices() FAILED'],
  'maven and sbt': [
    '[ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.1:compile',
    '[ERROR] CartTest.addsThePrices -- Time elapsed: 0.104 s <<< FAILURE!',
    '[error] /home/ci/Cart.scala:3:5: not found: value prices',
  ],
  'make and ninja': [
    'Makefile:2: *** missing separator.  Stop.',
    'Makefile:3: *** VERSION must be set.  Stop.',
    'Makefile:7: *** recipe commences before first target.  Stop.',
    'make: *** No targets specified and no makefile found.  Stop.',
    "make: *** No rule to make target 'x.o', needed by 'app'.  Stop.",
    'FAILED: cart.o',
    "ninja: error: loading 'build.ninja'",
  ],
  kubernetes: ['shop-7d9c 0/1 CrashLoopBackOff 4 2m'],
  'git and ansible': [
    'fatal: [shop.example.com]: FAILED! => {"changed": false}',
    'fatal: not a git repository (or any of the parent directories): .git',
    'remote: HTTP Basic: Access denied',
    'CONFLICT (content): Merge conflict in cart.ts',
    ' ! [rejected]        main -> main (fetch first)',
  ],
  shell: [
    'bash: line 1: kubctl: command not found',
    'sh: 1: kubctl: not found',
    'zsh: command not found: kubctl',
    'cat: settings.json: No such file or directory',
    'bash: ./deploy.sh: Permission denied',
    'git@github.com: Permission denied (publickey).',
    'deploy.sh: line 3: TOKEN: unbound variable',
    "deploy.sh: line 3: syntax error near unexpected token `fi'",
  ],
  network: [
    "curl: (7) Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server",
    '  connect ECONNREFUSED 127.0.0.1:5432',
    'dial tcp: lookup db: Temporary failure in name resolution',
    'SSL: certificate verify failed',
  ],
  'refused downloads': [
    'wget: 503 Service Unavailable',
    '2024-05-01 ERROR 502: Bad Gateway.',
    'the server answered with status code 502',
    'GET https://repo.example.com/x.jar 404 Not Found',
  ],
  timeouts: [
    'the job timed out after 60 minutes',
    'context deadline exceeded',
    'Exceeded timeout of 5000 ms for a test.',
    'Timeout of 2000ms exceeded. For async tests, call done().',
    '    page.waitForSelector: Timeout 30000ms exceeded.',
  ],
  'exit codes': [
    '##[error]Process completed with exit code 1.',
    'ERROR: Job failed: exit code 1',
    'exit status 2',
    'Exited with code exit status 1',
    "The command '/bin/sh -c npm ci' returned a non-zero code: 1",
  ],
  'messages of hosts': [
    '##[error]The job was canceled.',
    '::error file=app.js,line=1::Missing semicolon',
    '🚨 The command was interrupted',
  ],
  'error: at the start of a line': [
    'ERROR: No matching distribution found for x==9.9',
    'FATAL: role "shop" does not exist',
  ],
  'levels of logs': [
    '12:00 shop ERROR the cart is gone',
    '{"level":"error","msg":"the cart is gone"}',
    'time=12 level=fatal msg=gone',
  ],
  'error: within a line': ['the server said error: no cart'],
  'what failed or could not be done': ['the cart could not be stored', 'step "price" failed', 'cannot open the cart'],
}

describe('a line of an error', () => {
  it.each(ERROR_SHAPES)('of the shape $name is told by it', ({ name }) => {
    const examples = EXAMPLES[name] ?? []
    expect(examples).not.toEqual([])
    for (const example of examples) expect([example, findShape(example)?.shape.name]).toEqual([example, name])
  })

  it('has an example for each shape, and no other', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(ERROR_SHAPES.map(({ name }) => name).sort())
  })

  it.each([
    '2024-05-01T10:00:00.1234567Z ',
    '[2024-05-01 10:00:00,123] ',
    '[12:34:56] ',
    '12:34:56.789 ',
    '2024-05-01T10:00:00.123456Z 01O ',
    '#12 3.456 ',
    '2024-05-01T10:00:00.1Z #8 1.912 ',
    'web_1  | ',
    '│ ',
    '@shop/web:build: ',
  ])('is told also behind %j', (prefix) => {
    for (const example of ['npm error code E404', 'E       assert 5 == 6', 'main.c:4:25: error: expected ;', 'Killed'])
      expect(findShape(withoutPrefixes(prefix + example))?.shape).toBe(findShape(example)?.shape)
  })
})

describe('a line that speaks of errors', () => {
  it.each([
    '0 errors',
    'found 0 errors and 0 warnings',
    'No errors found.',
    'compiled with no errors',
    'errors: 0',
    'Failures: 0, Errors: 0, Skipped: 2',
    'failed = 0',
    '    0 Error(s)',
    'Tests:       3 passed, 3 total',
    '  0 failing',
    '# fail 0',
    '2 examples, 0 failures',
    '2 examples, 0 failures, 1 pending',
    'Tests run: 3, Failures: 0, Errors: 0, Skipped: 0',
    'test result: ok. 3 passed; 0 failed; 0 ignored',
    'Passed!  - Failed:     0, Passed:     3, Skipped:     0, Total:     3',
    'error handling enabled',
    'starting the error reporter, error tracking on',
    'using fail-fast strategy, with failover',
    'curl --fail --no-error https://example.com',
    'gcc -Wall -Werror -Wno-error=format -c main.c',
    'ctest --output-on-failure',
    'src/error.ts',
    '  ✓ src/domain/error.test.ts (3 tests) 5ms',
    'PASS src/errors.test.js',
    'copying exceptions.py -> build/lib',
    'ok 3 - handles error: bad input',
    '--- PASS: TestErrorIsReported (0.00s)',
    'test errors::are_shown ... ok',
    'test_shop.py::test_error PASSED                  [ 45%]',
    '1/2 Test #1: cart.handles_error ...............   Passed    0.00 sec',
    '[       OK ] Cart.HandlesFailure (0 ms)',
    'Compiling thiserror v1.0.50',
    'added error-ex@1.3.2',
    'go: downloading github.com/pkg/errors v0.9.1',
    'main.c:3:5: warning: this may be an error: check it',
    'WARN could not read the cache, going on without it',
    '[INFO] 3 files failed to match and were left out',
    'Process exited with code 0',
    'exit status 0',
    'Failed tests: none',
    'retry on failure: enabled',
    'timeout: 30s',
    'not ok 3 - adds the prices # TODO',
    '"GET /cart HTTP/1.1" 500 123',
    'all is well',
  ])('is none where it says %j', (line) => {
    expect(findShape(withoutPrefixes(line))?.shape.name).toBeUndefined()
  })

  it.each([
    ['5 tests, 0 errors, 2 failures: 1 failed test', 'what failed or could not be done'],
    ['error-handling.ts:3:5: error: no', 'compilers with file:line'],
    ['FAIL src/error.test.ts', 'vitest and jest, a failed file or test'],
    ['Tests:       1 failed, 0 errors', 'summary of tests'],
  ])('is one where it also says what went wrong: %j', (line, name) => {
    expect(findShape(line)?.shape.name).toBe(name)
  })
})

describe('a hostile line of 1 MiB', () => {
  const UNITS = [' ', 'a', '0', ':', 'a:', 'a.', '(', '_', '-', '1, ', 'x:1:', '[a] ']

  it.each(ERROR_SHAPES)('is held against the shape $name in a moment', ({ pattern, words }) => {
    for (const unit of [...UNITS, ...words]) {
      const startedAt = process.cpuUsage()
      pattern.exec(lineOf(unit))
      pattern.exec(`${beginning(pattern)}${lineOf(unit)}`)
      expect([unit, process.cpuUsage(startedAt).user / 1_000 < 2_000]).toEqual([unit, true])
    }
  })

  it.each([...UNITS, '0 error', '--error', 'fail.', 'error.a', '# ', '12:34:56 '])(
    'made of %j is gone through in a moment',
    (unit) => {
      const startedAt = process.cpuUsage()
      findShape(withoutPrefixes(lineOf(unit)))
      expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(5_000)
    },
  )
})

function lineOf(unit: string): string {
  return unit.repeat(Math.ceil(1_048_576 / unit.length))
}

/** The first of the shape's examples without its last character: what fits longest before it does not. */
function beginning(pattern: RegExp): string {
  const shape = ERROR_SHAPES.find((one) => one.pattern === pattern)
  return (EXAMPLES[shape?.name ?? '']?.[0] ?? '').slice(0, -1)
}
