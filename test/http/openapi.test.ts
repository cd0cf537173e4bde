import * as v from 'valibot'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUILDPASS_ROUTES } from '../../scripts/openapi/buildpass-routes.ts'
import type { ApiRouteName, RouteDoc } from '../../scripts/openapi/route-doc.ts'
import { V1_ROUTES } from '../../scripts/openapi/v1-routes.ts'
import { V2_ROUTES } from '../../scripts/openapi/v2-routes.ts'
import { ask } from '../support/client.ts'
import { type SeededToken, seedToken } from '../support/seed.ts'
import { openTestStores } from '../support/stores.ts'
import { seedWorld, type World } from '../support/world.ts'

const DOCS: Partial<Record<ApiRouteName, RouteDoc>> = { ...BUILDPASS_ROUTES, ...V1_ROUTES, ...V2_ROUTES }
const WITH_SCHEMA = Object.entries(DOCS).flatMap(([name, { body }]) =>
  body?.schema ? [[name, body.schema, body.example] as const] : [],
)

it.each(WITH_SCHEMA)(
  'the example of %s passes the schema that its handler validates with',
  (_name, schema, example) => {
    expect(v.safeParse(schema(), example).issues).toBeUndefined()
  },
)

describe('the Worker takes the documented example', () => {
  let world: World
  let projectToken: SeededToken
  let personalToken: SeededToken
  beforeAll(async () => {
    const stores = await openTestStores()
    world = await seedWorld(stores, 'private')
    projectToken = await seedToken(stores, { kind: 'project', project: world.project, scope: 'all' })
    personalToken = await seedToken(stores, { kind: 'personal', user: world.users.admin })
  })

  const OURS = '/api/buildpass/v1/projects/:vcs/:org/:repo'
  const THEIRS = '/api/v1.1/project/:vcs/:org/:repo'
  const CASES: readonly (readonly [ApiRouteName, number, (world: World) => Record<string, string>])[] = [
    ['POST /api/buildpass/v1/projects', 201, () => ({})],
    ['POST /api/buildpass/v1/leaks', 202, () => ({})],
    [`PATCH ${OURS}`, 200, () => ({})],
    [`PUT ${OURS}/members/:login`, 200, ({ users }) => ({ login: users.stranger.login })],
    [`PUT ${OURS}/retention`, 200, () => ({})],
    [`PUT ${OURS}/dispatch-target`, 200, () => ({})],
    [`POST ${OURS}/listeners`, 201, () => ({})],
    [`POST ${OURS}/webhooks`, 201, () => ({})],
    [`POST ${OURS}/publishers`, 201, () => ({})],
    [`POST ${OURS}/builds`, 201, () => ({})],
    [`PATCH ${OURS}/builds/:num`, 200, ({ build }) => ({ num: String(build.num) })],
    [`PUT ${OURS}/builds/:num/tests`, 200, ({ build }) => ({ num: String(build.num) })],
    [`POST ${THEIRS}/token`, 201, () => ({})],
    [`POST ${THEIRS}/token/:id/rotate`, 201, () => ({ id: projectToken.id })],
    [`POST ${THEIRS}/envvar`, 201, () => ({})],
    ['POST /api/v2/project/:vcs/:org/:repo/envvar', 201, () => ({})],
    ['POST /api/v1.1/user/token', 201, () => ({})],
    ['POST /api/v1.1/user/token/:id/rotate', 201, () => ({ id: personalToken.id })],
  ]

  it.each(CASES)('of %s', async (name, status, partsOf) => {
    const doc = DOCS[name]
    const [vcs = '', org = '', repo = ''] = world.slug.split('/')
    const parts: Record<string, string> = { vcs, org, repo, ...partsOf(world) }
    const [method = '', route = ''] = name.split(' ')
    const path = route.replace(/:(\w+)/g, (_, part) => parts[part] ?? '')
    const { type = 'application/json', example } = doc?.body ?? {}
    const response = await ask(path, {
      method,
      token: name === 'POST /api/buildpass/v1/projects' ? world.secrets.owner : world.secrets.admin,
      headers: { 'Content-Type': type },
      body: typeof example === 'string' ? example : JSON.stringify(example),
    })
    expect(`${response.status} ${response.status === status ? '' : await response.text()}`).toBe(`${status} `)
    expect(Object.keys(doc?.answers ?? {})).toContain(String(status))
  })
})
