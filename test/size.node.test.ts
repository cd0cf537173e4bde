import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { buildWorker, SIZE_LIMIT_KIB } from '../scripts/worker-bundle.ts'

it('the Worker that is deployed is no larger than its limit, compressed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-size-test-'))
  try {
    const file = join(folder, 'worker.js')
    await buildWorker(file)
    expect(gzipSync(readFileSync(file), { level: 9 }).length / 1024).toBeLessThanOrEqual(SIZE_LIMIT_KIB)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
