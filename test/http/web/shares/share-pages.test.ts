import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../../src/domain/day.ts'
import { type ListedShare, listShares } from '../../../../src/storage/shares/shares.ts'
import { seedSession } from '../../../support/seed/seed.ts'
import { seedShare } from '../../../support/seed/seed-share.ts'
import { browse } from '../../../support/server/browse.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { seedArtifact, seedWorld, type World } from '../../../support/worker/world.ts'

let stores: TestStores
let world: World
let session: Awaited<ReturnType<typeof seedSession>>
beforeEach(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'public')
  session = await seedSession(stores, world.users.member)
})

const FORM_ID = 'a'.repeat(22)
const formPath = () => `/${world.slug}/1/share/0/out/report.txt`
const shares = (): Promise<readonly ListedShare[]> =>
  listShares(stores.db, world.project.id, { after: null, limit: 10 })
const textOf = async (path: string, as: typeof session | null = session) =>
  (await browse(path, as ? { session: as } : {})).text()

describe('Share beside a file', () => {
  it('is there for members, on the page of a build and as it goes on, and for nobody else', async () => {
    const stranger = await seedSession(stores, world.users.stranger)
    const link = `<a class="share" href="${formPath()}">`
    for (const path of [`/${world.slug}/1`, `/live/${world.slug}/1`, `/${world.slug}/1?folder=0/out/`]) {
      expect(await textOf(path)).toContain(link)
      for (const other of [stranger, null]) expect(await textOf(path, other)).not.toContain('/share/')
    }
  })

  it('leads to a form that shows the link once, and makes one however often it is sent', async () => {
    expect(await textOf(formPath())).toContain('Share report.txt')
    const form = { expires: '30', uses: '5', show_name: 'yes', label: 'for Jo', once: FORM_ID }
    const first = await browse(formPath(), { session, form })
    expect([first.status, first.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    const [link = ''] = /https:\/\/builds\.test\/s\/bps_[0-9A-Za-z]{42}/.exec(await first.text()) ?? []
    expect((await browse(new URL(link).pathname)).status).toBe(200)
    const again = await browse(formPath(), { session, form })
    expect([again.status, await again.text()]).toEqual([409, expect.not.stringContaining('/s/bps_')])
    const [share, ...others] = await shares()
    expect(others).toEqual([])
    expect(share).toMatchObject({ label: 'for Jo', maxUses: 5, showsName: true, of: { kind: 'build', num: 1 } })
    expect(Math.round(((share?.expiresAt ?? 0) - Date.now()) / DAY_MS)).toBe(30)
    for (const path of ['/shares', '/1', '']) expect(await textOf(`/${world.slug}${path}`)).not.toContain(link)
  })

  it.each([
    ['out/site/index.html', '?as=report', ', with every file of out/site/'],
    ['out/report.txt', '', 'opens it in the browser</label>'],
  ])('%s%s asks whether it is shown or downloaded', async (path, query, words) => {
    await seedArtifact(stores, world.project, world.build, { path: 'out/site/index.html', text: 'x' })
    const form = `/${world.slug}/1/share/0/${path}`
    if (query) expect(await textOf(`/${world.slug}/1`)).toContain(`href="${form}${query}"`)
    const text = await textOf(form + query)
    expect(text).toContain(words)
    expect(text).toMatch(new RegExp(`value="${query ? 'report' : 'file'}" checked=""`))
    for (const as of ['report', 'file']) await browse(form, { session, form: { expires: '7', as } })
    expect((await shares()).map(({ thing }) => thing.kind).toSorted()).toEqual(['path', 'report'])
  })

  it('does not offer to show what browsers only save', async () => {
    await seedArtifact(stores, world.project, world.build, { path: 'app.zip', text: 'x' })
    const form = `/${world.slug}/1/share/0/app.zip`
    expect(await textOf(form)).not.toContain('name="as"')
    await browse(form, { session, form: { expires: '7', as: 'report' } })
    expect(await shares()).toMatchObject([{ thing: { kind: 'path' } }])
  })

  it('says nothing of the file unless it is asked to', async () => {
    await browse(formPath(), { session, form: { expires: '7', uses: '', label: '' } })
    expect(await shares()).toMatchObject([{ label: null, maxUses: null, showsName: false }])
  })

  it.each([
    [{ expires: '8' }, 'Choose when the link ends.'],
    [{ expires: '7', uses: '0' }, 'Say a whole number from 1 to 1000000, or nothing.'],
    [{ expires: '7', uses: '1000001' }, 'Say a whole number from 1 to 1000000, or nothing.'],
    [{ expires: '7', uses: 'many' }, 'Say a whole number from 1 to 1000000, or nothing.'],
    [{ expires: '7', label: 'x'.repeat(101) }, 'The label must be 1 to 100 characters long.'],
  ])('filled in as %o says what is wrong, and makes nothing', async (form, rule) => {
    const answer = await browse(formPath(), { session, form })
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(rule)])
    expect(await shares()).toEqual([])
  })

  it('is not there for a file that is not there', async () => {
    for (const path of ['/1/share/0/other.txt', '/2/share/0/out/report.txt', '/1/share/x/out/report.txt'])
      expect((await browse(`/${world.slug}${path}`, { session })).status).toBe(404)
  })
})

describe('the list of share links', () => {
  it('tells of each what it opens, by whom, how often, and how it ends', async () => {
    await seedShare(stores, world, { label: 'for Jo', maxUses: 3 })
    await seedShare(stores, world, { of: { kind: 'latest', branch: null }, expiresAt: Date.now() - 1 })
    const text = await textOf(`/${world.slug}/shares`)
    for (const words of [
      'for Jo',
      'out/report.txt',
      'build #1',
      '0 of 3',
      world.users.member.login,
      'newest of the default branch',
      'Expired',
      'Never',
    ])
      expect(text).toContain(words)
  })

  it('has a button that ends one, by any member', async () => {
    const { id, path } = await seedShare(stores, world, { madeBy: world.users.admin })
    const ended = await browse(`/${world.slug}/shares/${id}/end`, { session, form: {} })
    expect([ended.status, ended.headers.get('Location')]).toEqual([303, `/${world.slug}/shares`])
    expect(await shares()).toEqual([])
    expect((await browse(path)).status).toBe(404)
  })

  it('says how one is made where there is none', async () => {
    expect(await textOf(`/${world.slug}/shares`)).toContain('“Share” beside a file')
  })

  it('is reached from the project by its members, and from its settings', async () => {
    const admin = await seedSession(stores, world.users.admin)
    expect(await textOf(`/${world.slug}`)).toContain(`href="/${world.slug}/shares"`)
    expect(await textOf(`/${world.slug}`, null)).not.toContain('/shares')
    expect(await textOf(`/${world.slug}/settings`, admin)).toContain(`href="/${world.slug}/shares"`)
  })

  it('goes on over pages', async () => {
    for (let i = 0; i < 51; i++) await seedShare(stores, world, { label: `number ${i}.` })
    const first = await textOf(`/${world.slug}/shares`)
    const [, older = ''] = /href="([^"]+\?after=[^"]+)"/.exec(first) ?? []
    const second = await textOf(older)
    const numbersOn = (text: string) => [...text.matchAll(/number (\d+)\./g)].map(([, n]) => Number(n))
    expect([...numbersOn(first), ...numbersOn(second)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 51 }, (_, i) => i),
    )
    expect(second).toContain('Newest')
  })
})

it('the audit log tells in words who made and ended a link', async () => {
  const admin = await seedSession(stores, world.users.admin)
  const { id } = await seedShare(stores, world, { label: 'for Jo' })
  await browse(`/${world.slug}/shares/${id}/end`, { session, form: {} })
  const text = await textOf(`/${world.slug}/settings/audit`, admin)
  for (const words of [
    'Made the share link <b>for Jo</b>',
    'Ended the share link <b>for Jo</b>',
    'path: out/report.txt',
  ])
    expect(text).toContain(words)
})
