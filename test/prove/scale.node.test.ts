import { expect, it } from 'vitest'
import { makeStateDir, runNpmScript } from '../support/server/local-server.ts'

it('docs/scale.md shows what the model computes', async () => {
  const { exitCode, output } = await runNpmScript('scale', ['--check'], makeStateDir())
  expect([exitCode, output]).toEqual([0, expect.stringContaining('is what the model says')])
})
