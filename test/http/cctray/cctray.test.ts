import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { wholeReach } from '../../../src/domain/access/limits/reach.ts'
import { slugText } from '../../../src/domain/project.ts'
import {
  branchPipelinesQuery,
  defaultBranchPipelinesQuery,
  defaultBranchStatesQuery,
} from '../../../src/storage/builds/branches/branch-feeds.ts'
import { seedMember, seedProject } from '../../support/seed/seed.ts'
import { seedBuild } from '../../support/seed/seed-builds.ts'
import { seedPerson, seedProjectToken } from '../../support/worker/call.ts'
import { ask } from '../../support/worker/client.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores } from '../../support/worker/stores.ts'

type Row = Record<string, string>

/** The rows of a feed as an XML parser reads them. */
function rowsOf(xml: string): Row[] {
  const rows: Row[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => void (name === 'Project' && rows.push(attributes as Row)))
  parser.write(xml).close()
  return rows
}

async function seedFeeds() {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  await seedBuild(stores, project, { pipeline: 'p1', branch: 'main', status: 'failed', stoppedAt: 1_500_000_000_000 })
  await seedBuild(stores, project, { pipeline: 'p2', branch: 'main', status: 'running' })
  await seedBuild(stores, project, { pipeline: 'p3', branch: 'feature/a"<b>&\'c', status: 'success' })
  await seedBuild(stores, project, { pipeline: 'p4', tag: 'v1', status: 'success' })
  const { secret } = await seedProjectToken(stores, project, 'status')
  return { stores, project, token: secret, path: `/${slugText(project)}` }
}

describe('the feed of a project', () => {
  it('has one row for each branch with builds, the newest first, and keeps the last result while building', async () => {
    const { project, token, path } = await seedFeeds()
    const response = await ask(`${path}.cc.xml`, { token })
    expect(response.headers.get('Content-Type')).toBe('application/xml; charset=utf-8')
    const name = `${project.org}/web`
    expect(rowsOf(await response.text())).toEqual([
      expect.objectContaining({ name: `${name}/feature/a"<b>&'c`, activity: 'Sleeping', lastBuildStatus: 'Success' }),
      {
        name,
        activity: 'Building',
        lastBuildStatus: 'Failure',
        lastBuildLabel: '1',
        lastBuildTime: '2017-07-14T02:40:00.000Z',
        webUrl: `https://builds.test${path}?branch=main`,
      },
    ])
  })

  it('shows the result of a pipeline in which a run hangs once its job ran again', async () => {
    const { stores, project, token, path } = await seedFeeds()
    await seedBuild(stores, project, { pipeline: 'p5', branch: 'main', status: 'running' })
    await seedBuild(stores, project, { pipeline: 'p5', branch: 'main', attempt: 2, status: 'success' })
    const [main] = rowsOf(await (await ask(`${path}/tree/main.cc.xml`, { token })).text())
    expect(main).toMatchObject({ activity: 'Sleeping', lastBuildStatus: 'Success' })
  })

  it('answers under the long host name, to a token in the URL, and with 304 to what the reader has', async () => {
    const { token, path } = await seedFeeds()
    const url = `${path.replace('/gh/', '/github/')}.cc.xml?circle-token=${token}`
    const first = await ask(url)
    expect([first.status, first.headers.get('Cache-Control')]).toEqual([200, 'private, no-cache'])
    await first.text()
    const again = await ask(url, { headers: { 'If-None-Match': first.headers.get('ETag') ?? '' } })
    expect(again.status).toBe(304)
  })
})

describe('the feed of a branch', () => {
  it.each([
    ['main', 'main'],
    ['feature%2Fa%22%3Cb%3E%26%27c', 'feature/a"<b>&\'c'],
    ['feature/a%22%3Cb%3E%26%27c', 'feature/a"<b>&\'c'],
  ])('of %s has its one row', async (onPath, branch) => {
    const { project, token, path } = await seedFeeds()
    const rows = rowsOf(await (await ask(`${path}/tree/${onPath}.cc.xml`, { token })).text())
    expect(rows.map((row) => row.name)).toEqual([
      branch === 'main' ? `${project.org}/web` : `${project.org}/web/${branch}`,
    ])
  })

  it('without builds has none', async () => {
    const { token, path } = await seedFeeds()
    const response = await ask(`${path}/tree/other.cc.xml`, { token })
    expect([response.status, rowsOf(await response.text())]).toEqual([200, []])
  })
})

describe('the feed of a person', () => {
  it('has each of their projects once, also one that never built', async () => {
    const { stores, project } = await seedFeeds()
    const { user, token } = await seedPerson(stores, project)
    const empty = await seedProject(stores.db)
    await seedMember(stores.db, empty, user, 'member')
    const rows = rowsOf(await (await ask('/cc.xml', { token })).text())
    expect(rows.map((row) => [row.name, row.activity, row.lastBuildStatus])).toEqual(
      [
        [`${project.org}/web`, 'Building', 'Failure'],
        [`${empty.org}/web`, 'Sleeping', 'Unknown'],
      ].sort(([one = ''], [other = '']) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1)),
    )
    for (const row of rows) expect(Date.parse(row.lastBuildTime ?? '')).toBeGreaterThan(0)
  })
})

describe('a refusal', () => {
  it.each([
    ['a build-artifacts token', 403, 'Permission denied'],
    ['no token', 404, 'Project not found'],
    ['a malformed token', 401, 'Invalid API token.'],
  ])('of %s is XML and %i', async (who, status, message) => {
    const { stores, project, path } = await seedFeeds()
    const { secret } = await seedProjectToken(stores, project, 'view-builds')
    const token = who === 'no token' ? {} : { token: who === 'a malformed token' ? 'x' : secret }
    const response = await ask(`${path}.cc.xml`, token)
    expect([response.status, response.headers.get('Cache-Control')]).toEqual([status, 'no-store'])
    expect(await response.text()).toContain(`<message>${message}</message>`)
  })
})

it('reads no whole table', async () => {
  const { db } = await openTestStores()
  const dialect = new SQLiteAsyncDialect()
  for (const query of [
    branchPipelinesQuery('p', null),
    branchPipelinesQuery('p', 'main'),
    branchPipelinesQuery('p', ['release/*', 'main']),
    defaultBranchPipelinesQuery(['p']),
    defaultBranchStatesQuery(db, wholeReach('u'), null),
    defaultBranchStatesQuery(db, { userId: 'u', projects: ['p'], organization: null }, ['main']),
    defaultBranchStatesQuery(db, { userId: 'u', projects: null, organization: { vcs: 'gh', org: 'a' } }, null),
  ])
    expect(
      (await scansOf(db, 'toSQL' in query ? query : dialect.sqlToQuery(query))).filter(
        (step) => !/SCAN (?:[bs]$|row VIRTUAL)/.test(step),
      ),
    ).toEqual([])
})
