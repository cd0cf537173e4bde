import { lazily } from '../lazily.ts'

/** A `reason` says why a step failed, a `summary` that it did, a `sign` may be either or nothing. */
export type ShapeKind = 'reason' | 'summary' | 'sign'

export type ErrorShape = {
  readonly name: string
  readonly kind: ShapeKind
  /** One of these is in each line of the shape, whatever its case: other lines are not looked at. */
  readonly words: readonly string[]
  /** Anchored, or begun by a word, and with bounds on what repeats: the time grows with the line's length alone. */
  readonly pattern: RegExp
  /** How many lines before and behind it belong to it. */
  readonly before: number
  readonly after: number
  /** Its own line is the same for different errors: so many lines behind it tell one from another. */
  readonly telling?: number
  /** Which line has the place of the error, `--> main.rs:3:5` where that is the one below: elsewhere it is another error. */
  readonly place?: 'own line' | 'line below'
  /** What is indented behind it belongs to it, and the first line that is not, however many these are. */
  readonly endsUnindented?: true
}

/** The first row that fits a line tells its shape, so what is particular stands before what is general. */
export const ERROR_SHAPES: readonly ErrorShape[] = [
  // Ended from outside, which explains whatever else is there.
  {
    name: 'out of memory or space',
    kind: 'reason',
    words: ['killed', 'memory', 'heap limit', '137', 'bad_alloc', 'no space left', 'enospc', 'sigkill', 'signal 9'],
    pattern:
      /(?:^|[\s:])(?:OOM)?Killed(?:$|:| {2,})|\b(?:out of memory|OutOfMemoryError|heap limit|cannot allocate memory|MemoryError|bad_alloc|no space left on device|ENOSPC|SIGKILL|signal 9\b|exit(?:ed)?(?: with)?(?: code| status)?:? '?137\b)/i,
    before: 2,
    after: 2,
  },
  {
    name: 'signals and sanitizers',
    kind: 'reason',
    words: [
      'segmentation fault',
      'bus error',
      'illegal instruction',
      'aborted',
      'sanitizer',
      'runtime error: ',
      'core dumped',
    ],
    pattern:
      /\b(?:Segmentation fault|Bus error|Illegal instruction|core dumped)|(?:^|[\s:])Aborted(?:$| {2,})|^==\d{1,9}==ERROR: |:\d{1,7}: runtime error: /i,
    before: 1,
    after: 6,
  },

  // What tools say at the end, which is no reason.
  {
    name: 'summary of tests',
    kind: 'summary',
    words: ['fail', 'error', 'interrupted'],
    pattern:
      /^={3,200} (?:\d{1,9} \w{1,20}, ){0,8}[1-9]\d{0,8} (?:failed|errors?)\b|^!{3,100} |^ {0,8}(?:Tests|Test Suites|Test Files):? {1,12}(?:\d{1,9} \w{1,20} {0,2}[,|] ?){0,4}[1-9]\d{0,8} failed|^(?:#|ℹ) fail [1-9]|^ {0,4}[1-9]\d{0,8} (?:tests? )?(?:failing|failed)\b|^FAILED \((?:failures|errors)=|^test result: FAILED|^FAIL(?:$|\t)|^Failed! {1,4}-|^\d{1,9} examples?, (?:\d{1,9} failures?)?(?:, )?[1-9]\d{0,8} (?:failure|error)|^(?:FAILURES|ERRORS)!$|^Tests: \d{1,9}, Assertions: |^\d{1,3}% tests passed, [1-9]|^The following tests FAILED:|^Errors while running CTest|^\[ERROR\] Tests run: |^\d{1,9} tests completed, [1-9]/,
    before: 0,
    after: 2,
  },
  {
    name: 'summary of a build',
    kind: 'summary',
    words: ['fail', 'error', 'ninja', 'collect2'],
    pattern:
      /^(?:\*\* )?(?:BUILD|TEST|Build) (?:FAILED|FAILURE)|^\[(?:INFO|ERROR)\] BUILD FAILURE|^FAILURE: Build |^ {0,8}[1-9]\d{0,5} (?:Error\(s\)|errors?(?: generated\.)?$)|^Found [1-9]\d{0,5} errors?\b|^error: (?:could not compile|aborting due to|test failed|process didn't exit|build failed$)|^collect2: error|linker command failed|^-- Configuring incomplete|^ninja: build stopped|^✖ [1-9]\d{0,6} problem|^The following build commands failed|^webpack .{1,80} compiled with [1-9]/,
    before: 0,
    after: 1,
  },
  {
    name: 'make, a recipe that failed',
    kind: 'summary',
    words: ['***'],
    pattern: /^(?:\w{1,12}-)?g?make(?:\[\d{1,3}\])?: \*\*\* (?!.{0,400} {2}Stop\.$)/,
    // What the recipe itself said.
    before: 2,
    after: 0,
  },
  {
    name: 'npm, yarn and pnpm about a script',
    kind: 'summary',
    words: ['npm err', 'elifecycle', 'command failed'],
    pattern:
      /^npm (?:ERR!|error) (?:code ELIFECYCLE|errno |path |command |workspace |location |in workspace|Lifecycle script|Test failed)|^\s{0,4}(?:ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL|ELIFECYCLE)\s|^error Command failed/,
    before: 0,
    after: 0,
  },

  // Compilers and linkers.
  {
    name: 'compilers with file:line',
    kind: 'reason',
    words: ['error'],
    pattern: /^(?:[A-Za-z]:)?[^:\s][^:]{0,300}:\d{1,7}(?::\d{1,7})?(?:: | - )(?:fatal |internal compiler )?[Ee]rror\b/,
    before: 1,
    after: 4,
    place: 'own line',
  },
  {
    name: 'compilers with file(line)',
    kind: 'reason',
    words: ['error'],
    pattern:
      /^ {0,8}(?:\d{1,4}>)?[^()\s][^()]{0,300}(?:\(\d{1,7}(?:,\d{1,7}){0,3}\))? ?: (?:fatal )?error [A-Z]{1,10}\d{1,6}\b/,
    before: 0,
    after: 1,
    place: 'own line',
  },
  {
    name: 'rustc and cargo',
    kind: 'reason',
    words: ['error'],
    pattern: /^error(?:\[E\d{4}\])?: \S/,
    before: 0,
    after: 8,
    place: 'line below',
  },
  {
    name: 'go build and vet, linters of Python',
    kind: 'reason',
    words: ['.go:', '.py:'],
    pattern:
      /^(?:vet: )?[^:\s][^:]{0,300}\.(?:go:\d{1,7}:\d{1,7}: \S|py:\d{1,7}:(?:\d{1,7}:)? (?:[A-Z]{1,4}\d{2,4}|error) )/,
    before: 1,
    after: 1,
    place: 'own line',
  },
  { name: 'kotlinc', kind: 'reason', words: ['e: '], pattern: /^e: \S/, before: 0, after: 1 },
  {
    name: 'linkers',
    kind: 'reason',
    words: ['undefined', 'multiple definition', 'ld:', 'cannot find -l', 'duplicate symbol', 'dyld'],
    pattern:
      /\bundefined (?:reference|symbol)|^Undefined symbols|\bmultiple definition of |\bcannot find -l|^(?:\S{0,200}\/)?ld(?:\.\w{1,8})?: |\bduplicate symbol |^dyld(?:\[\d{1,9}\])?: /,
    before: 1,
    after: 2,
  },
  { name: 'cmake', kind: 'reason', words: ['cmake error'], pattern: /^CMake Error\b/, before: 0, after: 8 },
  {
    name: 'bundlers',
    kind: 'reason',
    words: ['error', 'module not found'],
    pattern: /^ERROR in |^[✘X] \[ERROR\] |^\[!\] |^Module not found: |^\[plugin:|^error during build:/,
    before: 0,
    after: 6,
    telling: 2,
  },
  {
    name: 'eslint and its like',
    kind: 'reason',
    words: ['error'],
    pattern: /^ {1,8}\d{1,6}:\d{1,5} {1,8}error /,
    before: 1,
    after: 0,
  },

  // Test runners.
  { name: 'pytest', kind: 'reason', words: ['e   '], pattern: /^E {3,8}\S/, before: 3, after: 2 },
  { name: 'pytest, a failed test', kind: 'reason', words: ['____'], pattern: /^_{3,100} [^_]/, before: 0, after: 2 },
  {
    name: 'pytest, the short list',
    kind: 'reason',
    words: ['failed', 'error'],
    pattern: /^(?:FAILED|ERROR) [^\s:]{1,300}(?:::|$| - )/,
    before: 0,
    after: 0,
  },
  {
    name: 'unittest',
    kind: 'reason',
    words: ['fail', 'error'],
    pattern: /^(?:FAIL|ERROR): \w{1,200} \(/,
    before: 0,
    after: 8,
  },
  {
    name: 'jest',
    kind: 'reason',
    words: ['●'],
    pattern: /^ {0,6}● (?!Console|Validation|Deprecation)/,
    before: 0,
    after: 12,
  },
  {
    name: 'vitest and jest, a failed file or test',
    kind: 'reason',
    words: ['fail'],
    pattern: /^ {0,4}FAIL {1,4}\S/,
    before: 0,
    after: 3,
  },
  {
    name: 'a crossed test',
    kind: 'reason',
    words: ['×', '✗', '✘', '✕', '✖'],
    pattern: /^\s{0,40}[×✗✘✕✖] /,
    before: 0,
    after: 2,
  },
  { name: 'ava', kind: 'reason', words: ['difference ('], pattern: /^ {2}Difference \(/, before: 0, after: 5 },
  {
    name: 'TAP: node --test, bats, tape',
    kind: 'reason',
    words: ['not ok'],
    pattern: /^ {0,40}not ok\b(?!.{0,400}# (?:TODO|SKIP))/i,
    before: 0,
    after: 12,
  },
  { name: 'go test', kind: 'reason', words: ['--- fail'], pattern: /^\s{0,40}--- FAIL: /, before: 4, after: 6 },
  {
    name: 'go test, a line of it',
    kind: 'sign',
    words: ['_test.go:'],
    pattern: /^\s{4,40}\w[\w.-]{0,100}_test\.go:\d/,
    before: 0,
    after: 2,
  },
  {
    name: 'cargo test',
    kind: 'reason',
    words: ['failed'],
    pattern: /^test \S{1,300}(?: - should panic)? \.\.\. FAILED/,
    before: 0,
    after: 0,
  },
  {
    name: 'gtest, catch2 and assert.h',
    kind: 'reason',
    words: ['failed', 'failure'],
    pattern:
      /^\[ {2}FAILED {2}\] |^[^:\s][^:]{0,300}:\d{1,7}: (?:Failure|FAILED:?)$|\bAssertion [`'"(].{1,300} failed\b/,
    before: 0,
    after: 5,
  },
  {
    name: 'ctest',
    kind: 'reason',
    words: ['***'],
    pattern: /^ {0,8}\d{1,6}\/\d{1,6} Test .{1,300}\*\*\*(?:Failed|Exception|Timeout|Not Run)/,
    before: 0,
    after: 4,
  },
  {
    name: 'rspec and minitest',
    kind: 'reason',
    words: ['failure/error', 'outside of examples', 'while loading', ') failure:', ') error:'],
    pattern: /^ {1,12}Failure\/Error: |^An error occurred while loading |^ {0,4}\d{1,5}\) (?:Failure|Error):$/,
    before: 1,
    after: 6,
  },
  {
    name: 'phpunit and php',
    kind: 'reason',
    words: ['failed asserting', 'fatal error', 'parse error', 'there was', 'there were'],
    pattern:
      /^Failed asserting that |^(?:PHP )?(?:Fatal|Parse) error: |^There (?:was|were) [1-9]\d{0,6} (?:failure|error)s?:/,
    before: 1,
    after: 4,
  },
  {
    name: 'dotnet test and xunit',
    kind: 'reason',
    words: ['failed ', '[fail]', 'unhandled exception'],
    pattern: /^ {2}Failed \S.{0,400}\[[\d<]|\[FAIL\]$|^Unhandled exception\b/,
    before: 0,
    after: 6,
  },
  {
    name: 'XCTest and swift test',
    kind: 'reason',
    words: ['test case', 'xctassert'],
    pattern: /^Test Case .{1,300} failed \(|\bXCTAssert\w{1,40} failed\b/,
    before: 1,
    after: 1,
  },

  // Panics and tracebacks.
  {
    name: 'panic of Go',
    kind: 'reason',
    words: ['panic: ', 'fatal error: ', 'data race', 'unexpected fault'],
    pattern: /^(?:panic|fatal error): \S|^WARNING: DATA RACE|^unexpected fault address/,
    before: 0,
    after: 16,
    telling: 2,
  },
  {
    name: 'panic of Rust',
    kind: 'reason',
    words: ['panicked at'],
    pattern: /^ {0,8}thread '.{1,300} panicked at /,
    before: 0,
    after: 4,
  },
  {
    name: 'traceback of Python',
    kind: 'reason',
    words: ['traceback'],
    pattern: /^\s{0,12}(?:Exception Group )?Traceback(?: \(most recent call last\))?:/,
    before: 1,
    // A thousand frames, where Python ends a recursion, are three lines each.
    after: 4_000,
    telling: 2,
    endsUnindented: true,
  },
  {
    name: 'an exception of a group of Python',
    kind: 'reason',
    words: ['+----------------', '+-+----------------'],
    pattern: /^ {2,60}\+(?:-\+)?-{16} \d{1,4} -{16}$/,
    before: 0,
    after: 1,
    telling: 1,
  },
  {
    name: 'uncaught exception of Ruby',
    kind: 'reason',
    words: ['.rb:'],
    pattern: /^[^:\s][^:]{0,300}\.rb:\d{1,7}:in .{1,400}\((?:\w{1,60}::){0,8}\w{1,80}\)$/,
    before: 0,
    after: 4,
  },
  {
    name: 'exception of Elixir',
    kind: 'reason',
    words: ['** ('],
    pattern: /^ {0,8}\*\* \((?:\w{1,40}\.?){1,6}\) /,
    before: 0,
    after: 4,
  },
  {
    name: 'what is no exception, thrown in Node',
    kind: 'reason',
    words: ['--trace-uncaught', 'unhandledpromiserejection'],
    pattern: /^\(Use `node --trace-uncaught |^\[?UnhandledPromiseRejection\b/,
    before: 3,
    after: 2,
    telling: 1,
  },
  {
    name: 'uncaught exception of Java',
    kind: 'reason',
    words: ['exception in thread', 'caused by:'],
    pattern: /^Exception in thread |^\s{0,8}Caused by: \S/,
    before: 0,
    after: 4,
  },
  {
    name: 'exceptions by their class',
    kind: 'reason',
    words: ['error', 'exception', 'failure', 'fault'],
    pattern:
      /^\s{0,12}(?:Uncaught |Unhandled |\[cause\]: ){0,2}(?:[A-Za-z_$][\w$]{0,80}(?:\.|::|\\)){0,12}(?:[A-Z][\w$]{0,80}?)?(?:Error|Exception|Failure|Fault)(?: \[\w{1,60}\])?(?::(?: |$)|$)/,
    before: 4,
    after: 8,
  },

  // Package managers and build tools.
  {
    name: 'npm and node-gyp',
    kind: 'reason',
    words: ['npm err', 'gyp err'],
    pattern:
      /^npm (?:ERR!|error) (?!A complete log|For a full report|To see a list|\/|[A-Z]:\\)\S|^npm (?:ERR!|error) {2,12}\S|^(?:node-pre-)?gyp ERR! (?:build error|configure error|stack Error|find)/,
    before: 0,
    after: 0,
  },
  {
    name: 'yarn and pnpm',
    kind: 'reason',
    words: ['error ', 'yn0', 'err_pnpm'],
    pattern: /^error [A-Z"']|^➤ YN00(?:0[19]|18|27|28|35|41|66|80): |^\s{0,4}ERR_PNPM_\w/,
    before: 0,
    after: 4,
  },
  {
    name: 'go mod',
    kind: 'reason',
    words: ['go: '],
    pattern:
      /^go: (?!downloading|finding|found|added|upgraded|downgraded|removed|extracting|creating|to add|warning)\S/,
    before: 0,
    after: 1,
  },
  {
    name: 'apt',
    kind: 'reason',
    words: ['e: ', 'err:', 'unmet dependencies'],
    pattern: /^E: \S|^Err:\d{1,4} |\bunmet dependencies:/,
    before: 0,
    after: 1,
  },
  {
    name: 'docker build, the step',
    kind: 'reason',
    words: ['> ['],
    pattern: /^ {1,3}> \[[^\]]{1,100}\] /,
    before: 0,
    after: 12,
  },
  {
    name: 'docker',
    kind: 'reason',
    words: [
      'failed to solve',
      'failed to build',
      'unable to prepare context',
      'error response from daemon',
      'cannot connect to the docker',
    ],
    pattern:
      /\bfailed to (?:solve|build)\b|^unable to prepare context|^(?:docker: )?Error response from daemon|\bCannot connect to the Docker daemon/i,
    before: 0,
    after: 1,
  },
  {
    name: 'gradle',
    kind: 'reason',
    words: ['what went wrong', ' failed'],
    pattern: /^\* What went wrong:|^> Task \S{1,200} FAILED$|^\S.{0,300} > .{1,300} FAILED$/,
    before: 0,
    after: 6,
    telling: 2,
  },
  {
    name: 'conflict of pip',
    kind: 'reason',
    words: ['the conflict is caused by'],
    pattern: /^The conflict is caused by:/,
    before: 2,
    after: 6,
    telling: 2,
  },
  {
    name: 'output of what pip runs',
    kind: 'reason',
    words: ['lines of output]'],
    pattern: /^ {0,12}╰─> \[\d{1,7} lines of output\]/,
    before: 2,
    after: 4_000,
    telling: 2,
    endsUnindented: true,
  },
  {
    name: 'imports of go, images of docker',
    kind: 'reason',
    words: [
      'import cycle not allowed',
      'exclude all go files',
      'no go files in',
      'not allowed',
      'is not in std',
      'cannot find package',
      'no required module provides',
      'missing go.sum entry',
      'importable package',
      'found packages',
      'no matching manifest',
    ],
    pattern:
      /\bimport cycle not allowed\b|: build constraints exclude all Go files in \S|: no Go files in \S|: use of (?:internal|vendored) package \S{1,300} not allowed|^package \S{1,300} is not in std\b|\bcannot find package "\S|\bno required module provides package \S|\bmissing go\.sum entry for\b|\bis a program, not an importable package|: found packages \S{1,200} \(|\bno matching manifest for \S/,
    before: 4,
    after: 4,
  },
  {
    name: 'a rule of maven',
    kind: 'reason',
    words: ['failed with message'],
    pattern: /^\[(?:WARNING|ERROR)\] Rule \d{1,4}: \S{1,300} failed with message:/,
    before: 0,
    after: 4,
  },
  {
    name: 'format of rust',
    kind: 'reason',
    words: ['diff in '],
    pattern: /^Diff in \S{1,400}(?: at line \d{1,7}|:\d{1,7})?:/,
    before: 0,
    after: 8,
  },
  {
    name: 'npm audit',
    kind: 'reason',
    words: ['severity: '],
    pattern: /^Severity: (?:low|moderate|high|critical)$/,
    before: 1,
    after: 3,
  },
  {
    name: 'a program of another machine, a refused push',
    kind: 'reason',
    words: ['exec format error', 'denied: '],
    pattern: /\bexec format error\b|^(?:denied|unauthorized): \S|\bdenied: requested access to the resource is denied/i,
    before: 1,
    after: 0,
  },
  {
    name: 'maven and sbt',
    kind: 'reason',
    words: ['[error]'],
    pattern:
      /^\[(?:ERROR|error)\] {1,8}(?!\[Help|-> \[Help|To see the full|Re-run Maven|For more information|After correcting)\S/,
    before: 0,
    after: 1,
  },
  {
    name: 'make and ninja',
    kind: 'reason',
    words: ['stop.', 'no rule to make', 'failed: ', 'ninja: error'],
    pattern: /^\S.{0,300}\*\*\* .{1,400}\. {1,2}Stop\.$|\bNo rule to make target\b|^FAILED: \S|^ninja: error: /,
    before: 0,
    after: 3,
  },
  {
    name: 'kubernetes',
    kind: 'reason',
    words: ['backoff', 'errimagepull', 'createcontainerconfigerror'],
    pattern: /\b(?:CrashLoopBackOff|ImagePullBackOff|ErrImagePull|CreateContainerConfigError)\b/,
    before: 1,
    after: 2,
  },
  {
    name: 'git and ansible',
    kind: 'reason',
    words: ['fatal: ', 'remote: ', 'conflict (', '[rejected]', '[remote rejected]'],
    pattern:
      /^fatal: |^remote: (?:error|fatal): |^remote: .{0,80}\b(?:denied|not found)|^CONFLICT \(|^ ! \[(?:remote )?rejected\]/,
    before: 1,
    after: 1,
  },

  // The shell, the network, time.
  {
    name: 'shell',
    kind: 'reason',
    words: [
      'not found',
      'no such file',
      'permission denied',
      'eacces',
      'eperm',
      'enoent',
      'unbound variable',
      'cannot execute',
      'syntax error',
      'operation not permitted',
      "can't ",
      'cannot open',
      'cannot create',
    ],
    pattern:
      /: (?:can't cd to|(?:can't|cannot) (?:open|create)) \S|: (?:command not found|not found|cannot execute\b.{0,80}|.{1,80}: unbound variable)$|\bcommand not found: |\bNo such file or directory\b|\bPermission denied\b|\b(?:EACCES|EPERM|ENOENT)\b|\bOperation not permitted\b|^\S{1,200}: (?:line )?\d{1,6}: (?:\S{1,100}: )?[Ss]yntax error/i,
    before: 1,
    after: 1,
  },
  {
    name: 'network',
    kind: 'reason',
    words: [
      'econn',
      'enotfound',
      'eai_again',
      'ehostunreach',
      'connection refused',
      'connection reset',
      'resolve host',
      'connect to',
      'name resolution',
      'service not known',
      'tls handshake',
      'certificate',
      'curl: (',
    ],
    pattern:
      /\b(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|connection refused|connection reset by peer|could not resolve host|(?:couldn't|failed to|could not) connect to\b|temporary failure in name resolution|name or service not known|TLS handshake timeout|certificate (?:verify failed|has expired)|self[- ]signed certificate)|^curl: \(\d{1,3}\) /i,
    before: 1,
    after: 1,
  },
  {
    name: 'refused downloads',
    kind: 'reason',
    words: [
      'server error',
      'bad gateway',
      'unavailable',
      'gateway time',
      'returned error',
      'error 4',
      'error 5',
      'status',
      'http error',
      'too many requests',
      'toomanyrequests',
      '404 not found',
    ],
    pattern:
      /\b(?:toomanyrequests:|5\d\d (?:Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)|429 Too Many Requests|404 Not Found|returned error: [45]\d\d|(?:HTTP )?ERROR:? [45]\d\d\b|status(?: code)?:? [45]\d\d\b)/i,
    before: 1,
    after: 1,
  },
  {
    name: 'timeouts',
    kind: 'reason',
    words: ['timed out', 'timed-out', 'etimedout', 'deadline exceeded', 'exceeded', 'timeout after'],
    pattern:
      /\b(?:timed[- ]out|ETIMEDOUT|deadline exceeded|exceeded (?:timeout|the maximum)|timeout (?:of )?\d{1,9} ?m?s exceeded|timeout after)\b/i,
    before: 1,
    after: 1,
  },
  {
    name: 'exit codes',
    kind: 'summary',
    words: ['exit', 'non-zero'],
    pattern:
      /\b(?:exit(?:ed)?(?: with)?(?: exit)? (?:code|status|value):?|exited with|returned a non-zero code:|non-zero exit (?:code|status|value):?|Exit status:?) '?-?(?!0\b)\d{1,10}\b/i,
    before: 1,
    after: 0,
  },
  {
    name: 'messages of hosts',
    kind: 'reason',
    words: ['##[error]', '::error', '🚨'],
    pattern: /^(?:##\[error\]|::error[ :]|🚨 )/,
    before: 0,
    after: 0,
  },
  {
    name: 'error: at the start of a line',
    kind: 'reason',
    words: ['error', 'fatal'],
    pattern: /^(?:Error|ERROR|error|FATAL|Fatal|Fatal error|FATAL ERROR): \S/,
    before: 1,
    after: 2,
  },

  // What may be an error.
  {
    name: 'levels of logs',
    kind: 'sign',
    words: ['error', 'fatal', 'critical', 'severe'],
    pattern: /\b(?:ERROR|FATAL|CRITICAL|SEVERE)\b(?=.{0,8}\w)|"level": ?"(?:error|fatal)"|\blevel=(?:error|fatal)\b/,
    before: 0,
    after: 1,
  },
  {
    name: 'error: within a line',
    kind: 'sign',
    words: ['error'],
    pattern: /\berror(?:\[\w{1,20}\])?: \S/i,
    before: 0,
    after: 1,
  },
  {
    name: 'what failed or could not be done',
    kind: 'sign',
    words: ['fail', 'exception', 'cannot', 'could not', "couldn't", 'unable to'],
    pattern: /\b(?:failed|failure|FAIL|exception|cannot|could not|couldn't|unable to)\b/i,
    before: 0,
    after: 1,
  },
]

/** The shape of a line, and what of the line told it. */
export type FoundShape = { readonly shape: ErrorShape; readonly found: string }

/** The shape of a line that was freed of what a host put before it, or null. */
export function findShape(line: string): FoundShape | null {
  const { anyWord, wordAt, shapesWith } = wordIndex()
  if (!anyWord.test(line) || PASSED.test(line)) return null
  const text = line.replace(FALSE_FRIENDS, '')
  const words = new Set<string>()
  for (const [, word = ''] of text.matchAll(wordAt)) words.add(word.toLowerCase())
  if (words.size === 0) return null
  const possible = shapesWith(words)
  const isQuiet = QUIET.test(text)
  for (const shape of possible) {
    if (isQuiet && shape.kind === 'sign') continue
    const found = shape.pattern.exec(text)
    if (found) return { shape, found: found[0] }
  }
  return null
}

/** What finds the words of the shapes, and which shapes have them. */
const wordIndex = lazily(() => {
  // The longest first, for of two that begin at the same place only the first is found.
  const words = [...new Set(ERROR_SHAPES.flatMap((shape) => shape.words))].sort((a, b) => b.length - a.length)
  const anyOfWords = words.map((word) => word.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|')
  // With those of the words that it begins with.
  const shapesOf = new Map(
    words.map((word) => [word, ERROR_SHAPES.filter((shape) => shape.words.some((one) => word.startsWith(one)))]),
  )
  // Most lines have one of a few sets of words.
  const known = new Map<string, readonly ErrorShape[]>()
  return {
    anyWord: new RegExp(anyOfWords, 'i'),
    // Finds also words that overlap.
    wordAt: new RegExp(`(?=(${anyOfWords}))`, 'gi'),
    shapesWith(found: ReadonlySet<string>): readonly ErrorShape[] {
      const key = [...found].join('\n')
      const before = known.get(key)
      if (before) return before
      const possible = new Set([...found].flatMap((word) => shapesOf.get(word) ?? []))
      const shapes = ERROR_SHAPES.filter((shape) => possible.has(shape))
      if (known.size < MAX_KNOWN) known.set(key, shapes)
      return shapes
    },
  }
})

const MAX_KNOWN = 1_000

/** Tests that passed, whatever their names. */
const PASSED =
  /^(?:#|ℹ) (?:fail|cancelled) 0$|^\s{0,40}(?:[✓✔√✅]|ok \d|PASS(?:ED)?\b|--- (?:PASS|SKIP)|\[ {0,7}(?:OK|PASSED) {0,7}\]|Passed )|\.\.\. (?:ok|ignored)$| PASSED(?: {1,80}\[ {0,2}\d{1,3}%\])?$|\.{3} {1,8}Passed\b/

/** Phrases with the words of errors in them that are none. */
const FALSE_FRIENDS = new RegExp(
  [
    // None of them: `0 errors`, `no failed tests`, `errors: 0`.
    String.raw`\b(?:0|no|zero|without|without any) (?:failed tests?|(?:errors?|failures?|failed|failing|exceptions?)\b|Error\(s\))`,
    String.raw`\b(?:errors?|failures?|failed(?: tests?)?|fail|exceptions?) {0,8}[:=] {0,8}(?:0(?![.\d])|none\b|null\b|false\b|\[\]|"")`,
    // What deals with them.
    String.raw`\b(?:error|exception|failure|fail)[- ](?:handl|report|logg|track|pag|boundar|recover|budget|free\b|tolerant|over\b|fast\b|prone)\w{0,20}`,
    String.raw`\bon[- ]failure\b`,
    // Flags: `--no-error`, `-Werror=format`.
    String.raw`(?<![^\s'"=])--?[\w-]{0,40}?(?:error|fail|exception)[\w=-]{0,60}`,
    // Files, where nothing is said to be wrong in them.
    String.raw`(?:errors?|exceptions?|failures?|failed|fail)[\w.-]{0,60}\.(?:[cm]?[jt]sx?|go|py|rs|rb|php|java|kt|cs|swift|c|cc|cpp|h|hpp|md|html?|css|json|ya?ml|snap|svg|png|log|txt|o|class)\b(?![:(]\d)`,
  ].join('|'),
  'gi',
)

/** Lines that say of themselves that they are no error. */
const QUIET =
  /^\s{0,12}\[?(?:INFO|DEBUG|TRACE|WARN(?:ING)?|NOTE|HINT)\b|^[^:\s][^:]{0,300}:\d{1,7}(?::\d{1,7})?: (?:warning|note): /i

/** The line without what hosts and tools put before each: times, containers, steps of docker build, frames of terraform. */
export function withoutPrefixes(line: string): string {
  let text = line
  for (let round = 0; round < 3; round++) {
    const bare = text.replace(PREFIX, '')
    if (bare.length === text.length) break
    text = bare
  }
  return text
}

const PREFIX =
  /^(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?(?: \d\d[OE]\+?)? ?|\[?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]? |#\d{1,4} (?:\d{1,6}\.\d{1,3} )?|\d{1,5}\.\d{2,3} |[A-Za-z][\w.-]{0,60} {0,30}\| |│ | {2,60}(?:\| |\+ (?=Exception Group Traceback))|@?[A-Za-z][\w./-]{0,80}:[A-Za-z][\w.-]{0,40}: )/
