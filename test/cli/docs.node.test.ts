import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { EXAMPLES } from '../../cli/terminal/examples.ts'
import { withHelpTexts } from '../../scripts/check/cli-docs.ts'
import { BUILDKITE, CIRCLECI, GITHUB, GITLAB, JENKINS, WOODPECKER } from '../support/seed/ci-environments.ts'
import { type Cli, openCli } from '../support/server/cli.ts'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8')
const CI_PAGE = read('docs/ci.md')

let server: SharedServer
let cli: Cli
/** Stand-ins for what a CI's machine has. */
let tools: string
beforeAll(async () => {
  server = await openSharedServer('write')
  cli = openCli()
  tools = join(cli.folder, 'tools')
  mkdirSync(tools)
  const tool = (name: string, script: string) => {
    writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(tools, name), 0o755)
  }
  // What would fetch the command from the server takes the one that is under test.
  tool('curl', `[ "$1" = -fsSLo ] || exit 64; cp "${cli.files.cli}" "$2"`)
  tool(
    'make',
    `mkdir -p dist reports; echo app > dist/app.txt; echo '<testsuite><testcase name="a" classname="b"/></testsuite>' > reports/junit.xml`,
  )
  tool('node', `exec "${process.execPath}" "$@"`)
  tool('buildpass', `exec "${process.execPath}" "${cli.files.cli}" "$@"`)
})

const snippets = (language: string) =>
  [...CI_PAGE.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text ?? '')

/** Runs a snippet's script as the CI would, in its environment. */
async function runScript(name: string, script: string, env: object) {
  const cwd = join(cli.folder, `job-${name}`)
  mkdirSync(cwd)
  const child = spawn('bash', ['-e', '-c', script.replaceAll('$$', '$').replaceAll('/tmp/buildpass.mjs', './b.mjs')], {
    cwd,
    env: {
      HOME: cwd,
      ...env,
      PATH: `${tools}:${process.env.PATH}`,
      BUILDPASS_URL: server.origin,
      BUILDPASS_TOKEN: server.demo.tokens.personal,
      BUILDPASS_PROJECT: 'gh/acme/docs',
    } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise((done) => child.once('close', done))
  return { code, output }
}

describe('docs/ci.md', () => {
  const first = (language: string) => parse(snippets(`yaml ${language}`)[0] ?? '')
  const scripts: [string, object, () => string][] = [
    ['gitlab', GITLAB, () => first('gitlab').test.script.join('\n')],
    [
      'circleci',
      CIRCLECI,
      () =>
        first('circleci')
          .jobs.test.steps.flatMap((step: { run?: string } | string) => (typeof step === 'string' ? [] : [step.run]))
          .join('\n'),
    ],
    ['buildkite', BUILDKITE, () => first('buildkite').steps[0].command],
    [
      'jenkins',
      JENKINS,
      () => [...(snippets('groovy')[0] ?? '').matchAll(/sh '(.*)'/g)].map(([, line]) => line).join('\n'),
    ],
    ['woodpecker', WOODPECKER, () => first('woodpecker').steps[0].commands.join('\n')],
  ]

  it.each(scripts)('has a snippet for %s that reports, with tests and artifacts', async (name, env, script) => {
    const { code, output } = await runScript(name, script(), env)
    expect(output).toContain('1 test: 1 passed, 0 failed')
    expect(output).toContain('uploaded dist/app.txt')
    expect(output).not.toContain('not reported')
    expect(code).toBe(0)
  })

  it('has snippets for GitHub Actions that use inputs which the Action has', async () => {
    const action = parse(read('action.yml'))
    const steps = snippets('yaml github').flatMap((text) => parse(text).jobs.test.steps)
    const uses = steps.filter(({ uses }: { uses?: string }) => uses?.startsWith('acme/buildpass@'))
    expect(uses).toHaveLength(5)
    for (const { with: inputs = {} } of uses)
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)))

    const inputs = Object.fromEntries(
      Object.entries<string>(uses[0].with).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    )
    const script = `make; exec "${process.execPath}" "${cli.files.action}"`
    const { code, output } = await runScript(
      'github',
      script.replace('make; ', 'mkdir -p coverage; touch coverage/lcov.info; '),
      {
        ...GITHUB,
        ...inputs,
        INPUT_URL: server.origin,
        INPUT_MATRIX: 'null',
      },
    )
    expect(output).toContain('uploaded coverage/lcov.info')
    expect(code).toBe(0)
  })

  it('has a snippet for a job of several commands, each of which is a step', async () => {
    const { before_script, script, after_script } = parse(snippets('yaml gitlab')[1] ?? '').test
    const lines = [...before_script, ...script, ...after_script].join('\n')
    const ofThisJob = { CI_JOB_ID: '777001', CI_JOB_STATUS: 'success' }
    const { code, output } = await runScript('steps', lines, { ...GITLAB, ...ofThisJob })
    expect([code, output]).toEqual([0, expect.stringContaining('1 test: 1 passed, 0 failed')])
    const api = `${server.origin}/api/v1.1/project/gh/acme/docs`
    const headers = { 'Circle-Token': server.demo.tokens.personal }
    type Reported = { build_num: number; status: string; steps: { name: string }[] }
    const builds = (await (await fetch(api, { headers })).json()) as Reported[]
    const newest = (await (await fetch(`${api}/${builds[0]?.build_num}`, { headers })).json()) as Reported
    expect([newest.status, newest.steps.map(({ name }) => name)]).toEqual([
      expect.stringMatching(/success|fixed/),
      ['build', 'test'],
    ])
  })

  it('has a script for anything else', async () => {
    const [, text = ''] = /## Anything else[\s\S]*?```sh\n([\s\S]*?)```/.exec(CI_PAGE) ?? []
    const [, command = ''] = text.split('\n')
    const { code, output } = await runScript('else', command.replace('$(git rev-parse HEAD)', '0a1b2c3'), {})
    expect([code, output]).toEqual([0, ''])
  })
})

describe('action.yml', () => {
  const action = parse(read('action.yml'))

  it('runs a file of this repository on a Node that the runner has, and reads every input that it names', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'bin/github-action.mjs' })
    const source = read('cli/ci/github-action.ts')
    for (const name of Object.keys(action.inputs)) expect(source).toMatch(new RegExp(`[iI]nput\\('${name}'[,)]`))
  })
})

describe('docs/cli.md', () => {
  it('has the help of every verb, as it is', () => {
    const page = read('docs/cli.md')
    expect(withHelpTexts(page, cli.files.cli)).toBe(page)
    const verbs = [...EXAMPLES.keys()].filter((verb) => verb !== '')
    for (const verb of verbs) expect(page).toContain(`<!-- help: ${verb} -->`)
  })

  it('names every variable that the command reads, and no other', async () => {
    const { globSync } = await import('tinyglobby')
    const sources = globSync('cli/**/*.ts', { cwd: REPOSITORY }).map(read).join('\n')
    const named = (text: string) => new Set(text.match(/\bBUILDPASS_[A-Z_]+/g))
    const inCode = named(sources)
    inCode.delete('BUILDPASS_VERSION')
    const documented = named(read('docs/cli.md') + CI_PAGE)
    expect([...documented].sort()).toEqual([...inCode].sort())
  })
})
