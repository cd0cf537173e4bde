import { beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../cli/terminal/exit.ts'
import { mintSecret } from '../../src/domain/access/secret.ts'
import { type Cli, openCli } from '../support/server/cli.ts'

const VERBS = [
  'run',
  'step',
  'report start',
  'report finish',
  'upload',
  'download',
  'status',
  'tests',
  'share',
  'login',
  'logout',
].concat(
  ...['mute', 'unmute', 'muted'].map((verb) => `tests ${verb}`),
  ...['list', 'end'].map((verb) => `share ${verb}`),
  ...['create', 'list', 'rotate', 'delete'].map((verb) => `token ${verb}`),
)
/** An empty one is none, as an empty variable is: the CI, Git or the login says the rest. */
const OR_ELSE = ['--url', '--project', '--id', '--tag', '--revision']
const OF_THE_JOB = ['--job', '--workflow', '--branch']
const THE_JOBS = ['run', 'step', 'report start', 'report finish', 'upload']

let cli: Cli
beforeAll(async () => {
  cli = openCli({
    BUILDPASS_URL: 'http://127.0.0.1:9',
    BUILDPASS_RETRY_SECONDS: '0',
    BUILDPASS_PROJECT: 'gh/acme/web',
    BUILDPASS_TOKEN: mintSecret('personal'),
  })
})

const NO_BUG = /bug in buildpass|\n {4}at /

describe.each(VERBS)('buildpass %s', (verb) => {
  it('names each option that is empty, unless that says no more than leaving it out', async () => {
    const { stdout } = await cli.run([...verb.split(' '), '--help'])
    const options = [...stdout.matchAll(/^ {2}(--[a-z-]+) <[a-z]+>/gm)].map(([, name = '']) => name)
    expect(options.length).toBeGreaterThan(0)
    const isFree = (name: string) =>
      OR_ELSE.includes(name) || name === '--prefix' || (OF_THE_JOB.includes(name) && THE_JOBS.includes(verb))
    for (const name of options.filter((one) => !isFree(one))) {
      const { code, stderr } = await cli.run([...verb.split(' '), name, ''])
      expect([name, code, stderr]).toEqual([name, EXIT.usage, expect.stringContaining(`'${name} <`)])
      expect(stderr).not.toMatch(NO_BUG)
    }
  })
})

it.each([
  'upload',
  'download',
  'token rotate',
  'token delete',
  'tests mute',
  'tests unmute',
  'share',
  'share end',
  'run --',
])('an empty word after buildpass %s is no bug', async (verb) => {
  const { code, stderr } = await cli.run([...verb.split(' '), ''])
  expect([code === EXIT.ok, code === 1 && stderr === '', NO_BUG.test(stderr)]).toEqual([false, false, false])
})

describe('the end of a token that is to be made', () => {
  const create = (expires: string) =>
    cli.run(['token', 'create', '--personal', '--label', 'x', '--expires', expires], { env: {} })

  it.each([
    ...['99999999d', '99999999h9', '1e9d', '-1d', '90', '90 d', 'Never', 'tomorrow'],
    ...['2027-02-31', '2027-04-31', '2027-13-01', '2027-1-1', '10000-01-01', '2027-01-31x'],
    ...['2027-02-31T00:00:00Z', '2027-01-31T25:00:00Z', '2027-01-31T12:00'],
  ])('is not %j, which is refused by name', async (expires) => {
    const { code, stderr } = await create(expires)
    expect([code, stderr]).toEqual([
      EXIT.usage,
      expect.stringMatching(/--expires <when>.*90d, 12h, 2027-01-31 or never/),
    ])
    expect(stderr).not.toMatch(NO_BUG)
  })

  it.each(['99999h', '365d', '9999-12-31', '2028-02-29', '2027-01-31T12:00:00+01:00', 'never'])(
    'can be %s, which the server is asked for',
    async (expires) => expect(await create(expires)).toMatchObject({ code: EXIT.unreachable }),
  )

  it.each(['31d', '99999999d', '721h', 'x'])('and its overlap with the next is not %s', async (overlap) => {
    const { code, stderr } = await cli.run(['token', 'rotate', 'id', '--overlap', overlap])
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringMatching(/--overlap <time>.*at most 30d/)])
  })
})

describe('the limits of a token that is to be made', () => {
  it.each([
    [['--personal', '--access', 'most'], '--access'],
    [['--scope', 'status', '--access', 'read'], '--access: only a personal token'],
    [['--scope', 'status', '--reach', 'gh/acme/web'], '--reach: only a personal token'],
    [['--scope', 'all', '--only', 'badges'], '--only badges: wants --scope status'],
    [['--scope', 'status', '--only', 'feeds'], '--only'],
    [['--personal', '--only', 'badges'], '--only badges: wants --scope status'],
    [['--personal', '--cidr', ''], '--cidr'],
    [['--personal', '--branch', 'main'], '--branch, --path: only a project token'],
    [['--scope', 'status', '--path', 'a'], '--path: wants --scope view-builds or all'],
    [['--personal', '--not-before', 'tomorrow'], '--not-before'],
    [['--personal', '--organization', 'gh/acme'], '--personal, --organization: only one'],
    [['--scope', 'all', '--organization', 'acme'], 'It must be like gh/acme'],
    [['--organization', 'gh/acme'], 'Which scope?'],
  ])('are not %j, which is refused by name', async (args, said) => {
    const { code, stderr } = await cli.run(['token', 'create', '--label', 'x', ...args])
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringContaining(said)])
    expect(stderr).not.toMatch(NO_BUG)
  })
})

describe('words that are none of a closed list', () => {
  it.each(['bogus', 'Successful', 'None', 'constructor'])('--filter %s is refused by name', async (filter) => {
    const { code, stderr } = await cli.run(['download', '--filter', filter])
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringMatching(/--filter <which>.*successful, completed/)])
  })

  it('how a build ended is said once', async () => {
    const { code, stderr } = await cli.run(['report', 'finish', '--status', 'success', '--exit-code', '1'])
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringContaining('--status and --exit-code: only one of them')])
  })

  it.each(['rotate', 'delete'])('token %s takes nothing for an id that would be another path', async (verb) => {
    for (const id of ['.', '..', 'a/b', 'a?b', '%2e', ' ']) {
      const ended = await cli.run(['token', verb, '--personal', '--', id])
      expect(ended).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('no id of a token') })
    }
  })

  it.each(['rotate', 'delete'])('token %s needs an id', async (verb) => {
    const { code, stderr } = await cli.run(['token', verb, ''])
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringContaining('must not be empty')])
  })
})
