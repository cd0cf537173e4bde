import { describe, expect, it } from 'vitest'
import type { LocalFile } from '../../cli/files/find-files.ts'
import { planPacks } from '../../cli/packs/plan-packs.ts'

const MIB = 1024 ** 2

function files(count: number, { sizeBytes = 1, name = (i: number) => `f-${i}` } = {}): LocalFile[] {
  return Array.from({ length: count }, (_, i) => {
    const path = name(i)
    return { file: `/x/${path}`, path, sizeBytes, modifiedMs: 0, contentType: 'text/plain' }
  })
}
const shape = ({ packs, loose, beyond }: ReturnType<typeof planPacks>) => ({
  packs: packs.map((pack) => pack.files.length),
  loose: loose.length,
  beyond: beyond.length,
})

describe('which files go together', () => {
  it.each([
    ['fewer than 16 go by themselves', files(15), { packs: [], loose: 15, beyond: 0 }],
    ['16 are a pack', files(16), { packs: [16], loose: 0, beyond: 0 }],
    [
      '20,000 are a pack, and few that are left go by themselves',
      files(20_015),
      { packs: [20_000], loose: 15, beyond: 0 },
    ],
    ['more are two', files(20_016), { packs: [20_000, 16], loose: 0, beyond: 0 }],
    ['a pack has at most 1 GiB', files(80, { sizeBytes: 31 * MIB }), { packs: [33, 33], loose: 14, beyond: 0 }],
    ['files of 32 MiB go by themselves', files(40, { sizeBytes: 32 * MIB }), { packs: [], loose: 40, beyond: 0 }],
    [
      'a pack has at most 8 MiB of paths',
      files(10_000, { name: (i) => `${i}`.padStart(1_000, 'x') }),
      { packs: [8_388, 1_612], loose: 0, beyond: 0 },
    ],
    [
      'a build has at most 20 packs',
      files(33 * 22, { sizeBytes: 31 * MIB }),
      { packs: Array.from({ length: 20 }, () => 33), loose: 0, beyond: 66 },
    ],
    [
      'a name with a backslash is another in a zip',
      files(20, { name: (i) => `a\\${i}` }),
      { packs: [], loose: 20, beyond: 0 },
    ],
    ['so is one like a drive', files(20, { name: (i) => `c:/${i}` }), { packs: [], loose: 20, beyond: 0 }],
  ])('%s', (_, found, planned) => {
    expect(shape(planPacks(found))).toEqual(planned)
  })

  it('is named by their paths: the same for the same, whatever is in them', () => {
    const nameOf = (some: LocalFile[]) => planPacks(some).packs[0]?.name
    expect(nameOf(files(16))).toBe(nameOf(files(16, { sizeBytes: 7 })))
    expect(nameOf(files(16))).not.toBe(nameOf(files(17)))
    expect(nameOf(files(16))).toMatch(/^files-[0-9a-f]{16}$/)
  })
})
