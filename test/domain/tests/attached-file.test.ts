import { describe, expect, it } from 'vitest'
import { attachedFileOf } from '../../../src/domain/tests/attached-file.ts'

const FILES = ['out/shot.png', 'shot.png', 'web/out/shot.png', 'log.txt'].map((path) => ({ path }))
const pathOf = (attached: string) => attachedFileOf(FILES)(attached)?.path ?? null

describe('a file that a report attaches is', () => {
  it.each([
    ['out/shot.png', 'out/shot.png'],
    ['./out//shot.png', 'out/shot.png'],
    ['out\\shot.png', 'out/shot.png'],
    ['shot.png', 'shot.png'],
    ['/home/ci/web/out/shot.png', 'web/out/shot.png'],
    ['C:\\ci\\out\\shot.png', 'out/shot.png'],
    // The end of an absolute path has to be more than a name: any folder may have a log.txt.
    ['/home/ci/log.txt', null],
    ['/log.txt', 'log.txt'],
    ['other/out/shot.png', null],
    ['../out/shot.png', null],
    ['', null],
    [`/${'a/'.repeat(500)}x`, null],
  ])('%j the artifact %j', (attached, path) => expect(pathOf(attached)).toBe(path))
})
