import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { makeStateDir, runNpmScript } from '../support/server/local-server.ts'

it('docs/scale.md and docs/operations.md show what the model computes', async () => {
  const quick = inject('isProof') ? [] : ['--quick']
  const { exitCode, output } = await runNpmScript('scale', ['--check', ...quick], makeStateDir())
  expect([exitCode, output]).toEqual([0, expect.stringContaining('docs/operations.md is what the model says')])
})

/** What a million badge reads may cost, in dollars. */
const GOALS = { 'many teams': 0.7, 'a large host': 0.7, 'a very large host': 0.7, 'a popular project': 0.45 }

it.each(Object.entries(GOALS))('a million badge reads of "%s" cost at most $%d', (load, goal) => {
  const [cells = []] = rowsOf('load').filter(([name]) => name === load)
  expect(Number(cells[rowsOf('load')[0]?.indexOf('$ per million reads') ?? -1]?.slice(1))).toBeLessThanOrEqual(goal)
})

/** The table of docs/scale.md that begins with this column, its head first. */
function rowsOf(title: string): readonly (readonly string[])[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/scale.md'), 'utf8')
  const [table = ''] = text.slice(text.indexOf(`| ${title} |`)).split('\n\n')
  return table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
