import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { webhookHeadersFor } from '../../../src/domain/notices/standard-webhook.ts'
import { type Project, slugText } from '../../../src/domain/project.ts'
import { putChoices } from '../../../src/storage/notices/choices.ts'
import { insertListener, listListeners, resumeListener, tryListener } from '../../../src/storage/notices/listeners.ts'
import {
  confirmAddress,
  deleteAddress,
  findAddress,
  mintMailCode,
  putAddress,
} from '../../../src/storage/notices/mail-addresses.ts'
import { listInbox } from '../../../src/storage/notices/notices.ts'
import { listOutbox } from '../../../src/storage/notices/outbox.ts'
import { deleteMember } from '../../../src/storage/people/members.ts'
import { outbox } from '../../../src/storage/schema/schema-outbox.ts'
import { seedMember, seedProject, seedUser } from '../../support/seed/seed.ts'
import { seedBuild } from '../../support/seed/seed-builds.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { SLACK, seedChannel, TEAMS, titlesIn } from '../../support/worker/channels.ts'
import { openOutside, type SentRequest } from '../../support/worker/outside.ts'
import { createQueue } from '../../support/worker/play-queue.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { runUpkeepOf } from '../../support/worker/upkeep.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let stores: TestStores
let project: Project
let slug: string
let admin: { id: string; login: string }

beforeEach(async () => {
  stores = await openTestStores()
  project = await seedProject(stores.db)
  slug = slugText(project)
  admin = await seedUser(stores.db)
  await seedMember(stores.db, project, admin, 'admin')
})

afterEach(() => {
  vi.restoreAllMocks()
})

async function open(answers: readonly (Response | Error)[] = []) {
  const outside = await openOutside(answers)
  return { outside, queue: createQueue(stores, outside) }
}

/** The default branch turns to the other colour. */
async function turn(to: 'red' | 'green', branch = 'main') {
  const status = to === 'red' ? 'failed' : 'success'
  await seedBuild(stores, project, { status, branch, beganAt: stores.clock.now })
}

const to = (url: string) => (one: SentRequest) => one.url === url

describe('a channel', () => {
  it('is told in the words of Slack, with nothing in names that Slack takes for a sign of its own', async () => {
    const { outside, queue } = await open()
    await seedChannel(stores, outside, project.id, { kind: 'slack' })
    await turn('green')
    await queue.pass(MINUTE)
    await seedBuild(stores, project, {
      status: 'failed',
      job: '<!channel> & @here',
      login: null,
      beganAt: stores.clock.now,
    })
    await queue.pass(MINUTE)
    expect(outside.sent.map(({ json }) => json)).toEqual([
      {
        attachments: [
          {
            color: 'danger',
            fallback: `main of ${slug} broke`,
            title: `main of ${slug} broke`,
            title_link: `https://builds.example.com/${slug}/2`,
            text: 'Failed: &lt;!channel&gt; &amp; @\u200bhere (2)',
            mrkdwn_in: [],
          },
        ],
      },
    ])
  })

  it('is told in a card of Teams, whose texts have no marking', async () => {
    const { outside, queue } = await open()
    await seedChannel(stores, outside, project.id, { kind: 'teams' })
    await turn('green')
    await queue.pass(MINUTE)
    await seedBuild(stores, project, { status: 'failed', job: '[x](https://evil.example)', beganAt: stores.clock.now })
    await queue.pass(MINUTE)
    const [card] = outside.sent.map(({ json }) => json)
    expect(card.type).toBe('message')
    const [{ contentType, content }] = card.attachments
    expect(contentType).toBe('application/vnd.microsoft.card.adaptive')
    expect(content.actions).toEqual([
      { type: 'Action.OpenUrl', title: 'See why', url: `https://builds.example.com/${slug}/2` },
    ])
    const texts = content.body.flatMap(({ items }: { items: { type: string; inlines: { text: string }[] }[] }) =>
      items.map(({ type, inlines }) => [type, inlines[0]?.text]),
    )
    expect(texts).toEqual([
      ['RichTextBlock', `main of ${slug} broke`],
      ['RichTextBlock', 'Failed: [x](https://evil.example) (2)'],
      ['RichTextBlock', 'By ada'],
    ])
  })

  it('that is a webhook gets signed notices, and no builds', async () => {
    const { outside, queue } = await open()
    const url = 'https://hooks.example.com/notices'
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const listener = { kind: 'webhook', url, notices: ['branch.broken'] } as const
    await insertListener(stores, project.id, { listener, secret, keys: outside.dataKeys }, INSTANCE)
    for (const colour of ['green', 'red', 'green'] as const) {
      await turn(colour)
      await queue.pass(MINUTE)
    }
    expect(outside.sent).toHaveLength(1)
    const [{ headers, text, json }] = outside.sent as [SentRequest]
    const sentAt = Number(headers.get('webhook-timestamp')) * 1000
    const id = headers.get('webhook-id') ?? ''
    expect(Object.fromEntries(headers)).toMatchObject(await webhookHeadersFor(secret, id, sentAt, text))
    expect(json).toMatchObject({
      type: 'notices',
      data: {
        notices: [{ kind: 'branch.broken', project: slug, title: `main of ${slug} broke`, about: { branch: 'main' } }],
      },
    })
  })

  it('gets what is more than five in ten minutes as one digest', async () => {
    const { outside, queue } = await open()
    await seedChannel(stores, outside, project.id, { kind: 'slack' })
    await seedChannel(stores, outside, project.id, { kind: 'teams' })
    for (let n = 0; n < 10; n++) {
      await turn(n % 2 === 0 ? 'green' : 'red')
      await queue.pass(10_000)
    }
    expect(outside.sent.filter(to(SLACK)).map((one) => titlesIn(one).length)).toEqual([1, 1, 1, 1, 1])
    await queue.pass(10 * MINUTE)
    for (const url of [SLACK, TEAMS]) {
      const sent = outside.sent.filter(to(url))
      expect(sent.map((one) => titlesIn(one).length)).toEqual([1, 1, 1, 1, 1, 4])
    }
    const digest = outside.sent.filter(to(SLACK)).at(-1)
    expect(digest?.json.text).toBe(`4 notices of ${slug}`)
    expect(queue.waiting).toEqual([])
    expect((await listOutbox(stores.db, project.id)).every(({ state }) => state === 'delivered')).toBe(true)
  })

  it('is told in their order what waited while it did not answer, so that its last word is what holds', async () => {
    const { outside, queue } = await open([new Response(null, { status: 500 }), new Error('broken off')])
    await seedChannel(stores, outside, project.id, { kind: 'slack' })
    for (const colour of ['green', 'red', 'green'] as const) {
      await turn(colour)
      await queue.pass(4_000)
    }
    await queue.pass(HOUR)
    const arrived = outside.sent.slice(2).flatMap(titlesIn)
    expect(arrived).toEqual([`main of ${slug} broke`, `main of ${slug} is fixed`])
  })

  it('is told all of a long digest, and last what holds now', async () => {
    const { outside, queue } = await open()
    await seedChannel(stores, outside, project.id, { kind: 'slack' })
    await seedChannel(stores, outside, project.id, { kind: 'teams' })
    for (let n = 0; n < 36; n++) {
      await turn(n % 2 === 0 ? 'green' : 'red')
      await queue.pass(8_000)
    }
    await queue.pass(HOUR)
    for (const url of [SLACK, TEAMS]) {
      const titles = outside.sent.filter(to(url)).flatMap(titlesIn)
      expect(titles).toHaveLength(35)
      expect(titles.at(-1)).toBe(`main of ${slug} broke`)
    }
    expect(Math.max(...outside.sent.map(({ text }) => new TextEncoder().encode(text).length))).toBeLessThan(28 * 1024)
  })

  it('that refused once is not paused for the time in which nothing was sent, but at a failure a day later', async () => {
    const gone = () => new Response(null, { status: 410 })
    const { outside, queue } = await open([gone(), gone(), gone()])
    const id = await seedChannel(stores, outside, project.id, { kind: 'slack' })
    const paused = async () => (await listListeners(stores.db, project.id)).map(({ pausedAt }) => pausedAt !== null)
    const told = async () => {
      const inbox = await listInbox(stores.db, { userId: admin.id, projects: null })
      return inbox.flatMap(({ facts }) => (facts.kind === 'receiver.paused' ? [facts.receiver.id] : []))
    }
    await turn('green')
    await queue.pass(MINUTE)
    // Gone for good: each is tried once.
    await turn('red')
    await queue.pass(20 * HOUR)
    await turn('green')
    await queue.pass(3 * HOUR)
    expect([outside.sent.length, await paused()]).toEqual([2, [false]])
    await runUpkeepOf(stores, [{ task: 'forgotten messages' }])
    await queue.pass(10 * HOUR)
    expect([outside.sent.length, await paused(), await told()]).toEqual([2, [false], []])
    await turn('red')
    await queue.pass(HOUR)
    expect([outside.sent.length, await paused(), await told()]).toEqual([3, [true], [id]])
  })

  it('that is back hears what waited at once, and when an admin tries it', async () => {
    let isUp = false
    const outside = await openOutside(() => new Response(null, { status: isUp ? 200 : 503 }))
    const queue = createQueue(stores, outside)
    const id = await seedChannel(stores, outside, project.id, { kind: 'slack' })
    for (const colour of ['green', 'red', 'green'] as const) {
      await turn(colour)
      await queue.pass(HOUR)
    }
    isUp = true
    const before = outside.sent.length
    expect(await tryListener(stores, project.id, id, INSTANCE)).toBe(true)
    await queue.pass(10_000)
    expect(outside.sent.slice(before).flatMap(titlesIn)).toEqual([
      `main of ${slug} broke`,
      `main of ${slug} is fixed`,
      `A try of ${slug}`,
    ])
  })

  it('that is told of builds is not paused for one message that it refused', async () => {
    const { outside, queue } = await open([new Response(null, { status: 422 })])
    const listener = { kind: 'webhook', url: 'https://hooks.example.com/' } as const
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    await insertListener(stores, project.id, { listener, secret, keys: outside.dataKeys }, INSTANCE)
    await turn('red')
    await queue.pass(30 * HOUR)
    await runUpkeepOf(stores, [{ task: 'forgotten messages' }])
    await turn('green')
    await queue.pass(MINUTE)
    expect(outside.sent).toHaveLength(2)
    expect(await listListeners(stores.db, project.id)).toMatchObject([{ failingSince: null, pausedAt: null }])
  })

  it.each([401, 403, 404])(
    'that is told of builds is not paused a day after one %i, and is well at the next',
    async (status) => {
      const { outside, queue } = await open([new Response(null, { status })])
      const listener = { kind: 'webhook', url: 'https://hooks.example.com/' } as const
      const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
      await insertListener(stores, project.id, { listener, secret, keys: outside.dataKeys }, INSTANCE)
      await turn('red')
      await queue.pass(30 * HOUR)
      await runUpkeepOf(stores, [{ task: 'forgotten messages' }])
      expect(await listListeners(stores.db, project.id)).toMatchObject([
        { failingSince: expect.any(Number), pausedAt: null },
      ])
      await turn('green')
      await queue.pass(MINUTE)
      expect(outside.sent).toHaveLength(2)
      expect(await listListeners(stores.db, project.id)).toMatchObject([{ failingSince: null, pausedAt: null }])
    },
  )

  it('that is told of builds gets what waits for it as soon as anything arrives', async () => {
    let isUp = false
    const outside = await openOutside(() => new Response(null, { status: isUp ? 200 : 503 }))
    const queue = createQueue(stores, outside)
    const listener = { kind: 'webhook', url: 'https://hooks.example.com/' } as const
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    await insertListener(stores, project.id, { listener, secret, keys: outside.dataKeys }, INSTANCE)
    for (const colour of ['green', 'red'] as const) await turn(colour)
    await queue.pass(3 * HOUR)
    isUp = true
    const before = outside.sent.length
    await turn('green')
    await queue.pass(MINUTE)
    const arrived = outside.sent.slice(before).map(({ json }) => json.data.builds[0].build_num)
    expect(arrived.sort()).toEqual([1, 2, 3])
  })

  it('that was down for a minute hears what waited, and what is new, half a minute later', async () => {
    let isUp = false
    const outside = await openOutside(() => new Response(null, { status: isUp ? 200 : 503 }))
    const queue = createQueue(stores, outside)
    await seedChannel(stores, outside, project.id, { kind: 'slack' })
    await turn('green')
    await queue.pass(MINUTE)
    await turn('red')
    await queue.pass(MINUTE)
    isUp = true
    const before = outside.sent.length
    await queue.pass(20_000)
    await turn('green')
    await queue.pass(4_000)
    expect(outside.sent.slice(before).flatMap(titlesIn)).toEqual([`main of ${slug} broke`, `main of ${slug} is fixed`])
  })

  it('that was down for hours hears of it within a quarter of an hour, without anything new', async () => {
    let isUp = false
    const outside = await openOutside(() => new Response(null, { status: isUp ? 200 : 503 }))
    const queue = createQueue(stores, outside)
    await seedChannel(stores, outside, project.id, { kind: 'slack' })
    for (const colour of ['green', 'red', 'green'] as const) {
      await turn(colour)
      await queue.pass(MINUTE)
    }
    await queue.pass(3 * HOUR)
    isUp = true
    const before = outside.sent.length
    await queue.pass(15 * MINUTE + 5_000)
    expect(outside.sent.slice(before).flatMap(titlesIn)).toEqual([`main of ${slug} broke`, `main of ${slug} is fixed`])
  })

  it.each([
    // Half a minute lies between attempts for what is new, but for the first two of the back-off.
    [503, 22],
    // Who is asked for too much is left alone.
    [429, 7],
  ])('that answers %i is not tried more often because much is new', async (status, most) => {
    const outside = await openOutside(() => new Response(null, { status }))
    const queue = createQueue(stores, outside)
    await seedChannel(stores, outside, project.id, { kind: 'slack' })
    for (let n = 0; n < 120; n++) {
      await turn(n % 2 === 0 ? 'green' : 'red')
      await queue.pass(5_000)
    }
    expect(outside.sent.length).toBeLessThanOrEqual(most)
    expect(outside.sent.length).toBeGreaterThan(most - 4)
    // Only what is next has the queue bring it.
    await queue.pass(MINUTE)
    expect(queue.waiting.length).toBeLessThan(4)
  })

  it.each([
    ['that was refused', {}],
    ['whose sender broke off', { attempts: 0, lastAttemptAt: null, claimedUntil: 1 }],
  ])('gets a message %s and that the queue lost when something new is there for it', async (_, lost) => {
    const { outside, queue } = await open([new Response(null, { status: 503 })])
    await seedChannel(stores, outside, project.id, { kind: 'slack' })
    for (const colour of ['green', 'red'] as const) {
      await turn(colour)
      await queue.pass(4_000)
    }
    queue.waiting.splice(0)
    if ('attempts' in lost) await stores.db.update(outbox).set(lost).where(eq(outbox.projectId, project.id))
    await queue.pass(HOUR)
    expect(outside.sent).toHaveLength(1)
    await turn('green')
    await queue.pass(MINUTE)
    expect(outside.sent.slice(1).flatMap(titlesIn)).toEqual([`main of ${slug} broke`, `main of ${slug} is fixed`])
  })

  it('that did not take a message gets the same again, with the same id, until it does', async () => {
    const down = () => new Response(null, { status: 503 })
    const { outside, queue } = await open([down(), down()])
    const listener = { kind: 'webhook', url: 'https://hooks.example.com/', notices: ['branch.fixed'] } as const
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    await insertListener(stores, project.id, { listener, secret, keys: outside.dataKeys }, INSTANCE)
    await turn('red')
    await queue.pass(MINUTE)
    await turn('green')
    await queue.pass(10 * MINUTE)
    expect(outside.sent.map(({ headers }) => headers.get('webhook-id'))).toEqual(
      Array(3).fill(outside.sent[0]?.headers.get('webhook-id')),
    )
    expect(new Set(outside.sent.map(({ json }) => JSON.stringify(json.data))).size).toBe(1)
    expect(await listListeners(stores.db, project.id)).toMatchObject([{ failingSince: null, pausedAt: null }])
  })

  it('that fails for a day is paused, admins are told, and an admin resumes it', async () => {
    const { outside, queue } = await open(Array.from({ length: 300 }, () => new Response(null, { status: 503 })))
    const id = await seedChannel(stores, outside, project.id, { kind: 'slack' })
    await turn('green')
    await queue.pass(MINUTE)
    await turn('red')
    await queue.pass(HOUR)
    expect(await listListeners(stores.db, project.id)).toMatchObject([
      { failingSince: expect.any(Number), problem: 'It answered 503.', pausedAt: null },
    ])
    await queue.pass(24 * HOUR)
    const [paused] = await listListeners(stores.db, project.id)
    expect(paused?.pausedAt).toEqual(expect.any(Number))
    const told = async () => {
      const inbox = await listInbox(stores.db, { userId: admin.id, projects: null })
      return inbox.filter(({ facts }) => facts.kind === 'receiver.paused').map(({ facts }) => facts)
    }
    expect(await told()).toEqual([
      { kind: 'receiver.paused', receiver: { id, kind: 'slack', name: '#slack' }, problem: 'It answered 503.' },
    ])
    const before = outside.sent.length
    await turn('green')
    await queue.pass(HOUR)
    expect(outside.sent).toHaveLength(before)
    expect(await tryListener(stores, project.id, id, INSTANCE)).toBe(false)
    vi.restoreAllMocks()
    const up = await openOutside()
    const again = createQueue(stores, up)
    expect(await resumeListener(stores, project.id, id, INSTANCE)).toBe(true)
    expect(await tryListener(stores, project.id, id, INSTANCE)).toBe(true)
    await turn('red')
    await again.pass(HOUR)
    expect(up.sent.flatMap(titlesIn)).toEqual([`A try of ${slug}`, `main of ${slug} broke`])
    expect(await told()).toHaveLength(1)
  })

  it('of another project hears nothing', async () => {
    const { outside, queue } = await open()
    const other = await seedProject(stores.db)
    await seedChannel(stores, outside, other.id, { kind: 'slack' })
    for (const colour of ['green', 'red'] as const) {
      await turn(colour)
      await queue.pass(MINUTE)
    }
    expect(outside.sent).toEqual([])
  })
})

describe('mail', () => {
  type Mail = { readonly to: string; readonly subject: string; readonly text: string }

  async function openMail(fails = 0) {
    const mails: Mail[] = []
    let left = fails
    const binding = {
      send: async (mail: Mail) => {
        if (left-- > 0) throw new Error('not now')
        mails.push(mail)
        return { messageId: 'x' }
      },
    }
    const outside = await openOutside()
    const mailer = { binding: binding as unknown as SendEmail, from: 'buildpass@example.com' }
    return { mails, queue: createQueue(stores, { ...outside, mailer }) }
  }

  async function confirmed(user: { id: string }, address: string) {
    const code = mintMailCode()
    expect(await putAddress(stores, user.id, { address, code }, actsAs(user.id))).toBe(true)
    expect(await confirmAddress(stores, user.id, code, actsAs(user.id))).toBe(true)
  }

  async function wantsMail(user: { id: string }) {
    const choices = [{ kind: 'branch.broken', place: 'mail' }] as const
    await putChoices(stores, { userId: user.id, projectId: null }, choices, actsAs(user.id))
  }

  it('goes to whoever wants it and has confirmed where, again where it was not taken', async () => {
    const { mails, queue } = await openMail(1)
    await wantsMail(admin)
    await confirmed(admin, 'ada@example.com')
    const other = await seedUser(stores.db)
    await seedMember(stores.db, project, other, 'member')
    await wantsMail(other)
    await putAddress(stores, other.id, { address: 'not-mine@example.com', code: mintMailCode() }, actsAs(other.id))
    await turn('green')
    await queue.pass(MINUTE)
    await turn('red')
    await queue.pass(HOUR)
    expect(mails).toEqual([
      {
        from: { email: 'buildpass@example.com', name: 'Buildpass' },
        to: 'ada@example.com',
        subject: `main of ${slug} broke`,
        text: `main of ${slug} broke\nFailed: test (2)\nBy ada\nhttps://builds.example.com/${slug}/2\n\n-- \nWhat you are told of: https://builds.example.com/account/notices\n`,
      },
    ])
  })

  it('is not sent to somebody who has left meanwhile', async () => {
    const { mails, queue } = await openMail(1)
    const member = await seedUser(stores.db)
    await seedMember(stores.db, project, member, 'member')
    await wantsMail(member)
    await confirmed(member, 'bob@example.com')
    await turn('green')
    await queue.pass(MINUTE)
    await turn('red')
    await queue.pass(3_000)
    await deleteMember(stores, project.id, { user: member, endMade: false }, actsAs(admin.id))
    await queue.pass(HOUR)
    expect(mails).toEqual([])
  })

  it('is confirmed by the code that was sent, typed five times at most within a quarter of an hour', async () => {
    const user = await seedUser(stores.db)
    const [code, wrong] = ['123456', '654321']
    const put = (address: string) => putAddress(stores, user.id, { address, code }, actsAs(user.id))
    const confirm = (typed: string) => confirmAddress(stores, user.id, typed, actsAs(user.id))
    expect(await put('a@example.com')).toBe(true)
    expect(await put('b@example.com')).toBe(false)
    for (let n = 0; n < 5; n++) expect(await confirm(wrong)).toBe(false)
    expect(await confirm(code)).toBe(false)
    stores.clock.advance(MINUTE)
    expect(await put('b@example.com')).toBe(true)
    stores.clock.advance(15 * MINUTE)
    expect(await confirm(code)).toBe(false)
    expect(await put('c@example.com')).toBe(true)
    const stranger = await seedUser(stores.db)
    expect(await confirmAddress(stores, stranger.id, code, actsAs(stranger.id))).toBe(false)
    expect(await confirm(code)).toBe(true)
    expect(await confirm(code)).toBe(false)
    // Nor does removing it let them have one after the other sent.
    await deleteAddress(stores, user.id, actsAs(user.id))
    expect(await findAddress(stores.db, user.id)).toBeNull()
    expect(await put('d@example.com')).toBe(false)
  })
})
