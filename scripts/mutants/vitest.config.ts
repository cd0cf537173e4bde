import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { STAND_INS } from '../check/test-files.ts'
import { mutation } from './mutation.ts'

const order: readonly string[] = (process.env.MUTANT_TESTS ?? '').split(' ')

/** Runs the files in the order in which they were named: those that are likeliest to notice first. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => order.findIndex((file) => moduleId.endsWith(file))
    return files.toSorted((a, b) => place(a) - place(b))
  }
}

/** The verifier's tests in plain Node, with one mutant of the code (see scripts/mutants/mutants.ts). */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  plugins: [mutation()],
  resolve: STAND_INS.resolve,
  test: {
    include: ['test/**/*.test.ts', 'scripts/mutants/*.test.ts'],
    setupFiles: STAND_INS.setupFiles,
    silent: true,
    fileParallelism: false,
    isolate: false,
    pool: 'threads',
    testTimeout: 30_000,
    sequence: { sequencer: InOrder },
  },
})
