import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { reportBuild } from '../../../support/worker/as-instance.ts'
import { type Ask, ask } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { reportOf, seedLog, seedWorld } from '../../../support/worker/world.ts'

const encoder = new TextEncoder()

/** A build with one step, and how a reporter and a reader reach its log. */
async function open() {
  const stores = await openTestStores()
  const world = await seedWorld(stores, 'private')
  const reported = await reportBuild(stores, world.project.id, reportOf({ status: 'running' }))
  if (!('build' in reported)) throw new Error('no build')
  const { build } = reported
  const path = `/api/buildpass/v1/projects/${world.slug}/builds/${build.num}/steps`
  const token = world.secrets.member
  const post = (json: unknown) => ask(path, { method: 'POST', token, json })
  await post({ key: 'one', name: 'npm test' })
  const put = (offset: number, body: string | Uint8Array, query = '') =>
    ask(`${path}/0/log?offset=${offset}${query}`, { method: 'PUT', token, body })
  const get = (query = '', options: Ask = {}) => ask(`${path}/0/log${query}`, { token: world.secrets.all, ...options })
  const condensed = (options: Ask = {}) => ask(`${path}/0/log/condensed`, { token: world.secrets.all, ...options })
  /** Once what is done behind the answer is done. */
  const packed = async () => {
    for (let tries = 0; tries < 200; tries++) {
      const row = await env.DB.prepare("select state from logs where build_id = ? and step = 0 and stream = 'stdout'")
        .bind(build.id)
        .first()
      if (row?.state === 'packed') return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error('the log was not packed')
  }
  const parts = async () => {
    const { results } = await env.DB.prepare(
      'select object_key, offset, size_bytes from log_parts where build_id = ? order by offset',
    )
      .bind(build.id)
      .all()
    return results
  }
  return { stores, world, build, path, post, put, get, condensed, packed, parts }
}

const said = async (response: Promise<Response>) => {
  const { status, body } = await response.then(async (answer) => ({ status: answer.status, body: await answer.json() }))
  return [status, body]
}
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`).join('')

describe('a step', () => {
  it('has a place among those of its build, the same for the same key', async () => {
    const { post } = await open()
    expect(await said(post({ key: 'two', name: 'lint' }))).toEqual([200, { step: 1 }])
    expect(await said(post({ key: 'one', name: 'npm test', status: 'failed', exit_code: 2 }))).toEqual([
      200,
      { step: 0 },
    ])
    expect(await said(post({ key: 'three', name: 'build' }))).toEqual([200, { step: 2 }])
  })

  it('is shown as its reporter told it last, with the time at which it began', async () => {
    const { post, path, world } = await open()
    await post({ key: 'two', name: 'lint', start_time: '2026-11-29T09:00:00Z' })
    await post({ key: 'two', name: 'lint', status: 'failed', end_time: '2026-11-29T09:00:05Z', exit_code: 2 })
    const build = await (await ask(path.replace('/steps', ''), { token: world.secrets.all })).json<{
      steps: unknown[]
    }>()
    expect(build.steps[1]).toMatchObject({
      name: 'lint',
      actions: [
        {
          name: 'lint',
          step: 1,
          status: 'failed',
          start_time: '2026-11-29T09:00:00.000Z',
          end_time: '2026-11-29T09:00:05.000Z',
          exit_code: 2,
        },
      ],
    })
  })

  it.each([
    [{ name: 'x' }, 'key: '],
    [{ key: 'k' }, 'name: '],
    [{ key: 'k', name: 'x', status: 'odd' }, 'status: must be one of running'],
    [{ key: 'k', name: 'x', exit_code: 1.5 }, 'exit_code: must be a whole number'],
  ])('with %j is refused by its field', async (json, message) => {
    const { post } = await open()
    const [status, body] = await said(post(json))
    expect([status, body]).toEqual([400, expect.objectContaining({ message: expect.stringContaining(message) })])
  })

  it('beyond the 500th is refused', async () => {
    const { post, build } = await open()
    const steps = JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ name: `s${i}`, actions: [] })))
    await env.DB.prepare('update builds set steps = ? where id = ?').bind(steps, build.id).run()
    expect(await said(post({ key: 'more', name: 'x' }))).toEqual([
      409,
      expect.objectContaining({ code: 'limit_reached' }),
    ])
  })
})

describe('a log', () => {
  it('is given out as it came in, while it grows and once it has ended', async () => {
    const { put, get, packed } = await open()
    expect(await said(put(0, 'one\n'))).toEqual([200, { offset: 4, final: false }])
    expect(await said(put(4, 'two\nthr'))).toEqual([200, { offset: 11, final: false }])
    const open_ = await get()
    expect([open_.headers.get('X-Terminal'), open_.headers.get('X-Log-Lines'), await open_.text()]).toEqual([
      'false',
      '3',
      'one\ntwo\nthr',
    ])
    expect(await said(put(11, 'ee\n', '&final=true'))).toEqual([200, { offset: 14, final: true }])
    await packed()
    const ended = await get()
    expect([ended.headers.get('X-Terminal'), await ended.text()]).toEqual(['true', 'one\ntwo\nthree\n'])
    expect(ended.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
  })

  it('takes the same bytes again, and what is new of bytes that overlap', async () => {
    const { put, get } = await open()
    await put(0, 'one\n')
    expect(await said(put(0, 'one\n'))).toEqual([200, { offset: 4, final: false }])
    expect(await said(put(2, 'e\ntwo\n'))).toEqual([200, { offset: 8, final: false }])
    expect(await (await get()).text()).toBe('one\ntwo\n')
  })

  it('refuses a gap, other bytes, and more after its end, and says what is wanted', async () => {
    const { put, get } = await open()
    expect(await said(put(5, 'x'))).toEqual([409, expect.objectContaining({ code: 'log_offset', offset: 0 })])
    await put(0, 'one\n')
    expect(await said(put(6, 'x'))).toEqual([409, expect.objectContaining({ code: 'log_offset', offset: 4 })])
    expect(await said(put(0, 'two\n'))).toEqual([409, expect.objectContaining({ code: 'log_differs', offset: 4 })])
    await put(4, '', '&final=true')
    expect(await said(put(4, 'more'))).toEqual([409, expect.objectContaining({ code: 'log_complete', offset: 4 })])
    expect(await said(put(0, 'one\n', '&final=true'))).toEqual([200, { offset: 4, final: true }])
    expect(await (await get()).text()).toBe('one\n')
  })

  it('is whole whatever the pieces in which it comes, and however many', async () => {
    const { put, get, packed, parts } = await open()
    const bytes = encoder.encode(`${lines(1, 3_000)}é\u001b[31mred\u001b[0m`)
    let at = 0
    for (let piece = 1; at < bytes.length; piece++) {
      const size = (piece * 7_919) % 1_500
      const response = await put(at, bytes.subarray(at, at + size))
      expect(response.status).toBe(200)
      at = Math.min(bytes.length, at + size)
    }
    expect((await parts()).length).toBeLessThan(40)
    await put(bytes.length, '', '&final=true')
    await packed()
    expect(await parts()).toHaveLength(1)
    expect(new Uint8Array(await (await get()).arrayBuffer())).toEqual(bytes)
  })

  it('of two writers at once keeps the bytes of each offset once', async () => {
    const { put, get } = await open()
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((letter) => put(0, letter.repeat(9))))
    const statuses = await Promise.all(answers.map(async ({ status }) => status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(await (await get()).text()).toMatch(/^(.)\1{8}$/)
  })

  it('gives lines, the last lines, a range, what is new, and no colours where they are not wanted', async () => {
    const { put, get, packed } = await open()
    await put(0, lines(1, 2_500))
    const size = encoder.encode(lines(1, 2_500)).length
    const check = async () => {
      expect(await (await get('?lines=999-1002')).text()).toBe(lines(999, 1_002))
      expect(await (await get('?lines=2499-9999')).text()).toBe(lines(2_499, 2_500))
      expect(await (await get('?tail=3')).text()).toBe(lines(2_498, 2_500))
      const part = await get('', { headers: { Range: 'bytes=7-13' } })
      expect([part.status, await part.text(), part.headers.get('Content-Range')]).toEqual([
        206,
        'line 2\n',
        `bytes 7-13/${size}`,
      ])
      expect(await (await get(`?offset=${size - 10}`)).text()).toBe('line 2500\n')
      const head = await get('', { method: 'HEAD' })
      expect([head.headers.get('Content-Length'), await head.text()]).toEqual([String(size), ''])
    }
    await check()
    await put(size, '\u001b[31mred\u001b[0m\n')
    expect(await (await get('?ansi=strip&tail=1')).text()).toBe('red\n')
    expect((await (await get('?ansi=strip')).text()).endsWith('line 2500\nred\n')).toBe(true)
    await put(size + 13, '', '&final=true')
    await packed()
    expect(await (await get('?lines=2500-2501')).text()).toBe('line 2500\n\u001b[31mred\u001b[0m\n')
  })

  it('waits for more where it is asked to', async () => {
    const { put, get } = await open()
    await put(0, 'one\n')
    const waiting = get('?offset=4&wait=10')
    await put(4, 'two\n')
    expect(await (await waiting).text()).toBe('two\n')
    await put(8, '', '&final=true')
    const ended = await get('?offset=8&wait=10')
    expect([ended.headers.get('X-Terminal'), await ended.text()]).toEqual(['true', ''])
  })

  it('over 64 MiB keeps its first and its last 16 MiB, and says what is left out', async () => {
    const { put, get, packed } = await open()
    const chunk = new Uint8Array(4 * 1024 * 1024).fill(97)
    const mib = 1024 * 1024
    for (let at = 0; at < 72 * mib; at += chunk.length) {
      chunk.fill(97 + ((at / chunk.length) % 26))
      chunk[chunk.length - 1] = 10
      expect((await put(at, chunk)).status).toBe(200)
    }
    await put(72 * mib, 'the end\n', '&final=true')
    await packed()
    const head = await get('', { method: 'HEAD' })
    const [, from, to] = /^(\d+)-(\d+)$/.exec(head.headers.get('X-Log-Cut') ?? '') ?? []
    expect(Number(from)).toBeGreaterThanOrEqual(16 * mib)
    expect(Number(from)).toBeLessThan(17 * mib)
    expect(72 * mib + 8 - Number(to)).toBeGreaterThanOrEqual(16 * mib)
    expect(await (await get('?tail=1')).text()).toBe('the end\n')
    const cut = await get('', { headers: { Range: `bytes=${Number(from)}-${Number(from) + 60}` } })
    expect(await cut.text()).toContain(
      `[buildpass: ${(Number(to) - Number(from)).toLocaleString('en')} bytes are left out here]`,
    )
  })

  it('of which the reporter left out the middle says so', async () => {
    const { put, get } = await open()
    const chunk = new Uint8Array(4 * 1024 * 1024).fill(97)
    expect(await said(put(9e9, 'x', '&cut=true'))).toEqual([
      409,
      expect.objectContaining({ code: 'log_offset', offset: 0 }),
    ])
    for (let at = 0; at < 16 * 1024 * 1024; at += chunk.length) await put(at, chunk)
    expect(await said(put(9e9, 'tail\n', '&cut=7&final=true'))).toEqual([200, { offset: 9e9 + 5, final: true }])
    const tail = await get('?tail=1')
    expect([await tail.text(), tail.headers.get('X-Log-First-Line')]).toEqual(['tail\n', '8'])
    expect((await get('', { method: 'HEAD' })).headers.get('X-Log-Cut')).toBe(`${16 * 1024 * 1024}-9000000000`)
  })

  it('is condensed to what tells why the step failed', async () => {
    const { put, condensed, packed } = await open()
    const text = `${lines(1, 500)}src/cart.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n${lines(502, 900)}`
    await put(0, text)
    const check = async (complete: boolean) => {
      const body = await (await condensed()).json<{ lines: { number: number; text: string; why: string }[] }>()
      expect(body).toMatchObject({ complete, total_lines: 900 })
      expect(body.lines.find(({ why }) => why === 'error')).toMatchObject({
        number: 501,
        text: expect.stringContaining('TS2322'),
      })
      expect(body.lines.at(-1)).toEqual({ number: 900, text: 'line 900', why: 'end' })
      expect(body.lines.length).toBeLessThanOrEqual(200)
    }
    await check(false)
    await put(encoder.encode(text).length, '', '&final=true')
    await packed()
    await check(true)
  })

  it('is condensed to a text, too, with the numbers of its lines', async () => {
    const { put, condensed } = await open()
    await put(0, `${lines(1, 40)}src/cart.ts(3,7): error TS2322: Type 'string'.\n${lines(42, 90)}`)
    const text = await condensed({ headers: { Accept: 'text/plain' } })
    expect(text.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
    const shown = (await text.text()).split('\n')
    expect(shown).toContain("41  src/cart.ts(3,7): error TS2322: Type 'string'.")
    expect([shown[0], shown.at(-2), shown.at(-1)]).toEqual(['    …', '90  line 90', ''])
    expect(shown.filter((line) => line.endsWith('…'))).toHaveLength(2)
  })

  it('is given whole where the part was asked for of an earlier one', async () => {
    const { put, get } = await open()
    await put(0, 'one\n')
    const before = (await get()).headers.get('ETag') ?? ''
    const part = () => get('', { headers: { Range: 'bytes=2-', 'If-Range': before } })
    expect([(await part()).status, await (await part()).text()]).toEqual([206, 'e\n'])
    await put(4, 'two\n')
    expect([(await part()).status, await (await part()).text()]).toEqual([200, 'one\ntwo\n'])
  })

  it('is not there for a step without one, and a step is not there beyond the last', async () => {
    const { path, put, world } = await open()
    const at = (rest: string) => ask(`${path}/${rest}`, { token: world.secrets.all })
    expect(await said(at('0/log'))).toEqual([404, expect.objectContaining({ code: 'log_not_found' })])
    expect(
      await said(ask(`${path}/7/log?offset=0`, { method: 'PUT', token: world.secrets.member, body: 'x' })),
    ).toEqual([404, expect.objectContaining({ code: 'step_not_found' })])
    await put(0, 'x')
    expect(await said(at('0/log?stream=stderr'))).toEqual([404, expect.objectContaining({ code: 'log_not_found' })])
  })

  it.each([
    ['?lines=0-4', 'lines: must be two line numbers'],
    ['?lines=9-4', 'lines: must be two line numbers'],
    ['?tail=0', 'tail: must be a whole number'],
    ['?ansi=x', 'ansi: must be keep or strip'],
    ['?stream=x', 'stream: must be one of stdout, stderr'],
    ['?wait=60', 'wait: must be a whole number from 0 to 20'],
  ])('asked for by %s is refused by that name', async (query, message) => {
    const { put, get } = await open()
    await put(0, 'x\n')
    expect(await said(get(query))).toEqual([
      400,
      expect.objectContaining({ message: expect.stringContaining(message) }),
    ])
  })

  it('of more than 4 MiB at once is refused', async () => {
    const { put } = await open()
    expect((await put(0, new Uint8Array(4 * 1024 * 1024 + 1))).status).toBe(413)
  })

  it('is read by who reads artifacts, and by nobody with a Status token', async () => {
    const { stores, world } = await open()
    expect(await seedLog(stores, world.build.id, 'x\n')).toBe(1)
    const path = `/api/buildpass/v1/projects/${world.slug}/builds/1/steps/1/log`
    expect((await ask(path, { token: world.secrets['view-builds'] })).status).toBe(200)
    expect((await ask(path, { token: world.secrets.status })).status).toBe(403)
  })
})
