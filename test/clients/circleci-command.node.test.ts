import { beforeAll, describe, expect, it } from 'vitest'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

// What CircleCI's own command asks (CircleCI-Public/circleci-cli at 5bb7183, built from its source), recorded between it and
// `npm start`, with names in the place of ids. It asks for JSON always, and reads strictly: an id that is no UUID, a time that
// is not RFC 3339 or a count that is no whole number makes it fail.

type Asked = { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: object }
const get = (path: string): Asked => ({ method: 'GET', path })
const post = (path: string, body?: object): Asked => ({ method: 'POST', path, ...(body ? { body } : {}) })

const project = get('/api/v3/projects?filter[slug]=gh/acme/web')
const search = (filter: string, limit: number) =>
  post('/api/v3/runs/search', {
    scope: { project_ids: ['{project}'], from: '2026-01-01T00:00:00Z', to: '{now}' },
    filter,
    page: { cursor: '', limit },
  })
const run = get('/api/v3/runs/{run}')
const workflows = get('/api/v3/workflows?filter[run_id]={run}')
const jobs = get('/api/v3/jobs?filter[workflow_id]={workflow}')
const job = get('/api/v3/jobs/{job}')
const output = (part: string, step: number) =>
  get(`/api/v3/jobs/{job}/${part}?filter[execution]=0&filter[step_num]=${step}`)
const artifact = (rest: string) => get(`/output/job/{job}/artifacts/${rest}`)

const COMMANDS: Readonly<Record<string, readonly Asked[]>> = {
  'auth me': [get('/api/v3/users?filter[user_id]=me')],
  'my runs': [get('/api/v3/runs?filter[user_id]=me&page[limit]=20')],
  'project list': [get('/api/v1.1/projects')],
  'project get': [get('/api/v2/project/gh/acme/web')],
  'org list': [get('/api/v2/me/collaborations')],
  'pipeline list': [project, get('/api/v3/pipelines?filter[project_id]={project}')],
  'run list': [project, search('', 10)],
  'run list --branch main --limit 3': [project, search('pipeline.git.branch == "main"', 3)],
  'run get': [project, search('pipeline.git.branch == "main"', 1), workflows, jobs],
  'run get <id>': [run, workflows, jobs],
  'run get <id> --failure-report': [run, workflows, jobs, job, output('stdout/condensed', 3)],
  'run watch <id>': [run, workflows, jobs],
  'workflow list <run>': [workflows],
  'workflow get <id>': [get('/api/v3/workflows/{workflow}'), jobs],
  'job get <id>': [job],
  'job output list <id>': [job, ...[0, 1, 2, 3].flatMap((step) => [output('stderr', step), output('stdout', step)])],
  'job output get <id> --condensed': [output('stdout/condensed', 3)],
  'job resource-usage get <id>': [get('/api/v3/jobs/{job}/resource-usage')],
  'artifact <job> -o': [
    get('/api/v3/jobs/{job}/artifacts'),
    artifact('0/screenshots/checkout.png'),
    artifact('1/screenshots/mobile/checkout.png'),
  ],
  'testresult list <job>': [get('/api/v3/jobs/{job}/tests')],
  'workflow rerun <id>': [post('/api/v3/workflows/{workflow}/rerun', { is_from_failed: false })],
  'workflow cancel <id>': [post('/api/v3/workflows/{workflow}/cancel')],
}

/** Nothing measures jobs, and the demo has no CI to start them again: 501 is not asked again. */
const STATUS: Readonly<Record<string, number>> = {
  'job resource-usage get <id>': 404,
  'workflow rerun <id>': 501,
  'workflow cancel <id>': 501,
}
/** What a project's token is not for. */
const OF_ALL: Readonly<Record<string, number>> = {
  'auth me': 401,
  'my runs': 401,
  'project list': 401,
  'org list': 401,
  'workflow rerun <id>': 403,
  'workflow cancel <id>': 403,
}

let server: SharedServer
let ids: Readonly<Record<string, string>>

const named = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '')

function ask({ method, path, body }: Asked, token: string | undefined): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json', 'Content-Type': 'application/json' }
  const sent = body === undefined ? {} : { body: named(JSON.stringify(body)) }
  return fetch(server.origin + encodeURI(named(path)), { method, headers, redirect: 'manual', ...sent })
}

beforeAll(async () => {
  server = await openSharedServer('read')
  ids = { now: new Date().toISOString() }
  const first = async (asked: Asked, fits: (one: Thing) => boolean = () => true) => {
    const { data } = (await (await ask(asked, server.demo.tokens.personal)).json()) as { data: readonly Thing[] }
    return data.find(fits)?.id ?? ''
  }
  const isFailed = ({ attributes }: Thing) => [attributes.outcome, attributes.current_outcome].includes('failed')
  ids = { ...ids, project: await first(project) }
  ids = { ...ids, run: await first(search('pipeline.git.branch == "main"', 20), isFailed) }
  ids = { ...ids, workflow: await first(workflows, isFailed) }
  ids = { ...ids, job: await first(jobs, isFailed) }
})
type Thing = {
  readonly id: string
  readonly attributes: { readonly outcome?: string; readonly current_outcome?: string }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** What a strict reader would stumble over, by path. */
function oddities(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => {
    const at = `${path}.${name}`
    if (name === 'id' && !UUID.test(part)) return [at]
    if (name.endsWith('_at') && part !== null && !RFC_3339.test(part)) return [at]
    if (/^(?:num|number|execution|exit_code)$|_bytes$/.test(name) && !Number.isSafeInteger(part)) return [at]
    return oddities(part, at)
  })
}

describe.each([
  ['a personal token', 'personal', STATUS],
  ['an All token', 'all', { ...STATUS, ...OF_ALL }],
] as const)('CircleCI’s own command with %s', (_, holder, statuses: Readonly<Record<string, number>>) => {
  it.each(Object.entries(COMMANDS))('%s', async (command, requests) => {
    for (const asked of requests) {
      const response = await ask(asked, server.demo.tokens[holder])
      const text = await response.text()
      const status = asked.path.startsWith('/output/') ? 302 : (statuses[command] ?? 200)
      expect([
        asked.path,
        response.status,
        response.headers.get('Deprecation'),
        response.headers.get('Sunset'),
      ]).toEqual([asked.path, status, null, null])
      if (!asked.path.startsWith('/api/v3/') || /\/std(?:out|err)/.test(asked.path)) continue
      if (status >= 400) expect(JSON.parse(text)).toMatchObject({ error: { title: expect.any(String) } })
      else if (asked.path.endsWith('/tests'))
        for (const line of text.trim().split('\n'))
          expect(JSON.parse(line)).toMatchObject({ name: expect.any(String), run_time: expect.any(Number) })
      else expect(oddities(JSON.parse(text))).toEqual([])
    }
  })
})
