import { describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { appendToLog } from '../../../../src/storage/logs/append-log.ts'
import { stepAction } from '../../../support/seed/step-action.ts'
import { reportBuild } from '../../../support/worker/as-instance.ts'
import { type Ask, ask } from '../../../support/worker/client.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { reportOf, seedLog, seedWorld } from '../../../support/worker/world.ts'

async function open(over: Parameters<typeof reportOf>[0] = {}) {
  const stores = await openTestStores()
  const world = await seedWorld(stores, 'private')
  const reported = await reportBuild(stores, world.project.id, reportOf({ status: 'running', ...over }))
  if (!('build' in reported)) throw new Error('no build')
  const { build } = reported
  const read = async (path: string, options: Ask = {}) => {
    const response = await ask(`/api/v3/jobs/${build.id}/${path}`, { token: world.secrets.all, ...options })
    return {
      status: response.status,
      terminal: response.headers.get('X-Terminal'),
      text: await response.text(),
      response,
    }
  }
  const said = async (path: string, options: Ask = {}) => {
    const { status, terminal, text } = await read(path, options)
    return [status, terminal, text]
  }
  const append = (
    offset: number,
    text: string,
    more: { step?: number; stream?: 'stdout' | 'stderr'; isFinal?: boolean } = {},
  ) => {
    const { step = 0, stream = 'stdout', isFinal = false } = more
    const bytes = Uint8Array.from(new TextEncoder().encode(text))
    return appendToLog(
      stores,
      { buildId: build.id, step, stream },
      { offset, bytes, isFinal, cutNewlines: null },
      INSTANCE,
    )
  }
  return { stores, world, build, read, said, append }
}

describe('the log of a step', () => {
  it('is given byte by byte, and followed by a range until its end', async () => {
    const { stores, build, said, read, append } = await open()
    await seedLog(stores, build.id, '\u001b[31mred\u001b[0m ü\n')
    const first = '\u001b[31mred\u001b[0m ü\n'
    const length = new TextEncoder().encode(first).length
    expect(await said('stdout?filter[step_num]=0')).toEqual([200, 'false', first])
    // Nothing new yet: no 416, which clients take for an error.
    expect(await said('stdout?filter[step_num]=0', { headers: { Range: `bytes=${length}-` } })).toEqual([
      200,
      'false',
      '',
    ])
    await append(length, 'more\n', { isFinal: true })
    const { response, ...rest } = await read('stdout?filter[step_num]=0&filter[execution]=0', {
      headers: { Range: `bytes=${length}-` },
    })
    expect(rest).toEqual({ status: 206, terminal: 'true', text: 'more\n' })
    expect(response.headers.get('Content-Range')).toBe(`bytes ${length}-${length + 4}/${length + 5}`)
    expect(await said('stdout?filter[step_num]=0', { headers: { Range: 'bytes=99-' } })).toEqual([200, 'true', ''])
    expect(await said('stdout?filter[step_num]=0', { method: 'HEAD' })).toEqual([200, 'true', ''])
  })

  it('takes no parameters of the log of our own API', async () => {
    const { stores, build, said } = await open()
    await seedLog(stores, build.id, '\u001b[31mone\u001b[0m\ntwo\n')
    for (const query of ['lines=2-2', 'tail=1', 'ansi=strip', 'offset=4'])
      expect(await said(`stdout?filter[step_num]=0&${query}`)).toEqual([200, 'false', '\u001b[31mone\u001b[0m\ntwo\n'])
  })

  it('has what went to stderr apart, and its lines that matter', async () => {
    const { stores, build, said, append } = await open()
    const lines = Array.from({ length: 400 }, (_, i) => `line ${i}`).join('\n')
    await seedLog(stores, build.id, `${lines}\nError: no such file\n    at run (a.js:1:2)\n`)
    await append(0, 'oops\n', { stream: 'stderr' })
    expect(await said('stderr?filter[step_num]=0')).toEqual([200, 'false', 'oops\n'])
    const [status, terminal, text] = await said('stdout/condensed?filter[step_num]=0')
    expect([status, terminal]).toEqual([200, 'false'])
    expect(text).toContain('Error: no such file')
    expect(String(text).split('\n').length).toBeLessThan(210)
  })

  it('is found by the number of its step in its execution, or by its position', async () => {
    const steps = [
      { name: 'a', actions: [stepAction({ step: 0 }), stepAction({ step: 0, index: 1 })] },
      { name: 'b', actions: [stepAction({ step: 101 })] },
      { name: 'c', actions: [stepAction({ step: 0, index: 1 })] },
    ]
    const { said, append } = await open({ steps })
    for (const step of [0, 1, 2]) await append(0, `log ${step}\n`, { step })
    expect(await said('stdout?filter[step_num]=101')).toEqual([200, 'false', 'log 1\n'])
    expect(await said('stdout?filter[step_num]=1&filter[execution]=1')).toEqual([200, 'false', 'log 2\n'])
    for (const query of [
      'filter[step_num]=1',
      'filter[step_num]=101&filter[execution]=1',
      'filter[step_num]=0&filter[execution]=2',
      'filter[step_num]=9007199254740993',
    ])
      expect((await said(`stdout?${query}`))[0]).toBe(404)
  })

  it('is empty while more may come, and then says where it may be', async () => {
    const buildUrl = 'https://ci.example.com/7'
    const steps = [
      { name: 'a', actions: [stepAction({ status: 'success' })] },
      { name: 'b', actions: [stepAction({ status: 'running', step: 1 })] },
    ]
    const line = `The output of this step was not sent here. It may be at ${buildUrl}\n`
    const running = await open({ steps, buildUrl })
    expect(await running.said('stdout?filter[step_num]=1')).toEqual([200, 'false', ''])
    expect(await running.said('stderr?filter[step_num]=1')).toEqual([200, 'false', ''])
    expect(await running.said('stdout?filter[step_num]=0')).toEqual([200, 'true', line])
    expect(await running.said('stdout/condensed?filter[step_num]=0')).toEqual([200, 'true', line])
    expect(await running.said('stderr?filter[step_num]=0')).toEqual([200, 'true', ''])
    expect(
      await running.said('stdout?filter[step_num]=0', { headers: { Range: `bytes=${line.length - 2}-` } }),
    ).toEqual([206, 'true', '7\n'])
    expect(await running.said('stdout?filter[step_num]=0', { headers: { Range: `bytes=${line.length}-` } })).toEqual([
      200,
      'true',
      '',
    ])
    const over = await open({ steps, buildUrl, status: 'failed' })
    expect(await over.said('stdout?filter[step_num]=1')).toEqual([200, 'true', line])
    // A step of a job that sends its logs has printed nothing.
    await running.append(0, 'x\n', { step: 1 })
    expect(await running.said('stdout?filter[step_num]=0')).toEqual([200, 'true', ''])
  })

  it.each([
    ['stdout', 400, 'filter[step_num]: is required'],
    ['stdout?filter[step_num]=x', 400, 'filter[step_num]: must be a whole number from 0'],
    ['stdout?filter[step_num]=0&filter[execution]=-1', 400, 'filter[execution]: must be a whole number from 0'],
    ['stdout?filter[step_num]=0&filter[x]=1', 400, 'filter[x]: is none of filter[execution], filter[step_num]'],
    ['stdout?filter[step_num]=7', 404, 'Step not found'],
    ['stderr?filter[step_num]=7', 404, 'Step not found'],
    ['stdout/condensed?filter[step_num]=7', 404, 'Step not found'],
  ])('asked for as %s is refused: %i %s', async (path, status, message) => {
    const { read } = await open()
    const { response, text } = await read(path)
    expect([response.status, JSON.parse(text).message]).toEqual([status, message])
  })
})
