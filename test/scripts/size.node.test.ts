import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { buildWorker, gzipKibOf, SIZE_LIMIT_KIB } from '../../scripts/deploy/worker-bundle.ts'

it('the Worker that is deployed is no larger than its limit, compressed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-size-test-'))
  try {
    const file = join(folder, 'worker.js')
    await buildWorker(file)
    expect(gzipKibOf(file)).toBeLessThanOrEqual(SIZE_LIMIT_KIB)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
