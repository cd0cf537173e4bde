import { describe, expect, it } from 'vitest'
import { parseMailAddress } from '../../../../src/domain/notices/mail-address.ts'
import { listChoices } from '../../../../src/storage/notices/choices.ts'
import { findAddress } from '../../../../src/storage/notices/mail-addresses.ts'
import { seedMember, seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { browse } from '../../../support/server/browse.ts'
import { freshAddress } from '../../../support/sign/addresses.ts'
import { openTestApp, SPENT } from '../../../support/worker/app.ts'
import { ORIGIN } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'

describe('what a person chooses', () => {
  it('is kept for all and for one project, which begins with what is for all, and can be taken back', async () => {
    const { stores, person, project, slug, session } = await withPerson()
    const saved = await browse('/account/notices', {
      session,
      form: { 'place:branch.broken': 'off', 'place:test.flaky': 'mail' },
    })
    expect([saved.status, saved.headers.get('Location')]).toEqual([303, '/account/notices'])
    const form = { project: slug, 'place:branch.broken': 'bell' }
    const ofProject = await browse('/account/notices', { session, form })
    expect(ofProject.headers.get('Location')).toBe(`/account/notices?project=${slug}`)
    const chosen = async (id: string | null) =>
      (await listChoices(stores.db, person.id, id)).filter((one) => one.chosen !== null || one.kind === 'test.flaky')
    expect(await chosen(project.id)).toEqual([
      { kind: 'branch.broken', chosen: 'bell', usual: 'off' },
      { kind: 'test.flaky', chosen: null, usual: 'mail' },
    ])
    const page = await (await browse(`/account/notices?project=${slug}`, { session })).text()
    expect(page).toMatch(/name="place:branch\.broken" value="bell" checked/)
    expect(page).toMatch(/name="place:test\.flaky" value="usual" checked/)
    await browse('/account/notices', { session, form: { ...form, 'place:branch.broken': 'usual' } })
    expect(await chosen(project.id)).toEqual([{ kind: 'test.flaky', chosen: null, usual: 'mail' }])
  })

  it('is of their own projects alone, and of what there is', async () => {
    const { session } = await withPerson()
    const { slug } = await withPerson()
    expect((await browse(`/account/notices?project=${slug}`, { session })).status).toBe(404)
    const form = { project: slug, 'place:branch.broken': 'off' }
    expect((await browse('/account/notices', { session, form })).status).toBe(404)
    expect((await browse('/account/notices?project=%22%3E%3Cscript%3E', { session })).status).toBe(404)
    expect((await browse('/account/notices', { session, form: { 'place:test': 'bell' } })).status).toBe(400)
    expect((await browse('/account/notices', { session, form: { 'place:branch.broken': 'loud' } })).status).toBe(400)
    const page = await (await browse('/account/notices', { session })).text()
    expect(page).not.toContain(slug)
  })
})

describe('mail', () => {
  it('is said to be off where the deployment sends none', async () => {
    const { stores, person, session } = await withPerson()
    const page = await (await browse('/account/notices', { session })).text()
    expect(page).toContain('This deployment sends no mail')
    expect(page).not.toContain('name="address"')
    const typed = await browse('/account/notices/mail', { session, form: { address: 'ada@example.com' } })
    expect([typed.status, await findAddress(stores.db, person.id)]).toEqual([422, null])
  })

  it('goes to an address once the code is typed that was sent there, and is shown nowhere else', async () => {
    const { address, post, page, sent } = await withMail()
    expect((await post('', { address: ' ada@example.com ' })).headers.get('Location')).toBe('/account/notices#mail')
    const [{ to, code }] = sent()
    expect([to, code]).toEqual(['ada@example.com', expect.stringMatching(/^\d{6}$/)])
    expect(await page()).toContain('Not confirmed yet')
    expect(await page()).not.toContain(code)
    const wrong = await post('/confirm', { code: code === '000000' ? '000001' : '000000' })
    expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('That is not the code')])
    expect(await address()).toEqual({ address: 'ada@example.com', isConfirmed: false })
    const spaced = `${code.slice(0, 3)} ${code.slice(3)}`
    expect((await post('/confirm', { code: spaced })).status).toBe(303)
    expect(await address()).toEqual({ address: 'ada@example.com', isConfirmed: true })
    // Sent twice by a double click.
    expect((await post('/confirm', { code: spaced })).status).toBe(303)
    expect((await post('/remove', {})).status).toBe(303)
    expect(await address()).toBeNull()
  })

  it('is confirmed by no code that was guessed at five times, or is older than a quarter of an hour', async () => {
    const { stores, address, post, sent } = await withMail()
    await post('', { address: 'ada@example.com' })
    const [{ code }] = sent()
    const wrong = code === '000000' ? '000001' : '000000'
    for (let tries = 0; tries < 5; tries++) expect((await post('/confirm', { code: wrong })).status).toBe(422)
    expect((await post('/confirm', { code })).status).toBe(422)
    stores.clock.advance(61_000)
    await post('', { address: 'ada@example.com' })
    const again = sent().at(-1)?.code ?? ''
    stores.clock.advance(15 * 60_000)
    expect((await post('/confirm', { code: again })).status).toBe(422)
    expect(await address()).toEqual({ address: 'ada@example.com', isConfirmed: false })
  })

  it('sends one code a minute, and lets nobody try codes without end', async () => {
    const { post, sent } = await withMail()
    await post('', { address: 'ada@example.com' })
    const soon = await post('', { address: 'eve@example.com' })
    expect([soon.status, await soon.text()]).toEqual([422, expect.stringContaining('less than a minute ago')])
    expect(sent()).toHaveLength(1)
    const limited = await withMail({ signIns: SPENT })
    expect((await limited.post('/confirm', { code: '123456' })).status).toBe(429)
    expect((await limited.post('', { address: 'ada@example.com' })).status).toBe(429)
  })

  it('that cannot be sent is said, and its code is in no log', async () => {
    const { stores, post, sent } = await withMail({}, new Error('E_RECIPIENT_NOT_ALLOWED'))
    const failed = await post('', { address: 'ada@example.com' })
    expect([failed.status, failed.headers.get('Set-Cookie')]).toEqual([
      303,
      expect.stringContaining('flash=mail-unsent'),
    ])
    expect([stores.warnings, sent()]).toEqual([['mail_code_unsent'], []])
  })

  it.each([
    '',
    'ada',
    'ada@example',
    'a@b@example.com',
    'ada@example.com, eve@example.com',
    'Ada <ada@example.com>',
    'ada@example.com\r\nBcc: eve@example.com',
    '"><script>alert(1)</script>@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(250)}.com`,
    'a\u202eda@example.com',
    'ada@example..com',
  ])('goes to no address like %j', async (text) => {
    expect(parseMailAddress(text)).toBeNull()
    const { address, post, sent } = await withMail()
    const refused = await post('', { address: text })
    expect(refused.status).toBe(422)
    expect(await refused.text()).not.toContain('<script>alert')
    expect([await address(), sent()]).toEqual([null, []])
  })
})

async function withPerson() {
  const stores = await openTestStores()
  const { db } = stores
  const [person, project] = [await seedUser(db), await seedProject(db)]
  await seedMember(db, project, person, 'member')
  const session = await seedSession(stores, person)
  return { stores, person, project, slug: `gh/${project.org}/${project.repo}`, session }
}

type Mail = { readonly to: string; readonly text: string }

/** A person of a deployment that sends mail, or fails to. */
async function withMail(limits: { readonly signIns?: RateLimit } = {}, fault?: Error) {
  const { stores, person, session } = await withPerson()
  const mails: Mail[] = []
  const send = async (mail: Mail) => {
    if (fault) throw fault
    mails.push(mail)
    return { messageId: '1' }
  }
  const vars = { EMAIL: { send } as unknown as SendEmail, MAIL_FROM: 'builds@example.com' }
  const { ask } = await openTestApp({ stores, vars, limits })
  const headers = { Cookie: session.cookie, Accept: 'text/html', 'CF-Connecting-IP': freshAddress() }
  return {
    stores,
    address: () => findAddress(stores.db, person.id),
    page: async () => (await ask('/account/notices', { headers })).text(),
    post: (path: string, form: Record<string, string>) =>
      ask(`/account/notices/mail${path}`, {
        method: 'POST',
        headers: {
          ...headers,
          ...{ Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' },
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ form_token: session.formToken, ...form }).toString(),
      }),
    sent: () =>
      mails.map(({ to, text }) => ({ to, code: /^ {4}(\d+)$/m.exec(text)?.[1] ?? '' })) as [
        { to: string; code: string },
      ],
  }
}
