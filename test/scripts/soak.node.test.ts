import { expect, it } from 'vitest'
import { walkLimits } from '../../scripts/measure/limits/walk.ts'
import { seeded } from '../../scripts/measure/random.ts'

// The schedules of the soak are played by test/prove/sim.
it('walks over tokens with any limits on the whole Worker, as npm run soak does, and finds every answer right', async () => {
  const { wrong, tokens, answers, asked } = await walkLimits(seeded(5), 3_000)
  expect(wrong).toEqual([])
  expect(tokens).toBeGreaterThan(2)
  expect(Object.keys(answers)).toEqual(expect.arrayContaining(['200', '401']))
  expect(asked.personal).toBeGreaterThan(0)
})
