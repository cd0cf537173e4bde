import { expect, inject, it } from 'vitest'
import { makeStateDir, runNpmScript } from '../support/server/local-server.ts'

it('docs/scale.md shows what the model computes', async () => {
  const quick = inject('isProof') ? [] : ['--quick']
  const { exitCode, output } = await runNpmScript('scale', ['--check', ...quick], makeStateDir())
  expect([exitCode, output]).toEqual([0, expect.stringContaining('is what the model says')])
})
