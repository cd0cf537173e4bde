import type { Command } from 'commander'
import { findFiles } from '../files/find-files.ts'
import { uploadAll } from '../files/upload-all.ts'
import { EXIT } from '../terminal/exit.ts'
import { failuresOf, settle, shortfallText, warnOfLeftOut } from '../terminal/outcome.ts'
import { countText, sizeText } from '../terminal/output.ts'
import { reportJob } from '../terminal/report.ts'
import { type CommonOptions, countOption, filledOption, runVerb, withJob, withServer } from './common.ts'

type UploadVerbOptions = CommonOptions & {
  build?: number
  root: string
  prefix: string
  overwrite?: boolean
  parallel: number
  pack: boolean
  strict?: boolean
}

export function addUpload(program: Command): void {
  withJob(withServer(program.command('upload').description('upload files as artifacts of this job’s build')))
    .argument('<glob...>', 'files, folders (all that is in them), or patterns like dist/**/*.tar')
    .option('--build <n>', 'number of the build; else that of this job', countOption(1, 999_999_999))
    .option('--node-index <n>', 'which of several parallel nodes made them', countOption(0, 9_999))
    .option('--root <folder>', 'artifact paths are relative to this folder', filledOption, '.')
    .option('--prefix <path>', 'put before each artifact path', '')
    .option('--overwrite', 'replace other bytes that the build has at a path')
    .option('--no-pack', 'send each file by itself, also where there are many')
    .option('--parallel <n>', 'requests at once', countOption(1, 32), 4)
    .option('--strict', `end with ${EXIT.left_out} when something was left out`)
    .action((globs: string[], options: UploadVerbOptions) =>
      runVerb(options, async ({ server, job, output }) => {
        const found = await findFiles(globs, options)
        if (found.files.length === 0) {
          warnOfLeftOut(found.leftOut, output)
          const nothing = { done: [], failures: found.problems, leftOut: found.leftOut }
          return settle('', { artifacts: [], packs: [], left_out: found.leftOut }, failuresOf(nothing), output)
        }
        // The same job again is the same build, and one that is over stays so.
        const num = options.build ?? (await reportJob(server, job, { status: 'running' })).build_num
        const target = {
          num,
          nodeIndex: job.build.nodeIndex,
          overwrite: options.overwrite ?? false,
          parallel: options.parallel,
          isPacked: options.pack,
        }
        const outcome = await uploadAll(server, found, target, output)
        const { done: artifacts, packs, leftOut } = outcome
        const failures = failuresOf(outcome, options.strict)
        const bytes = artifacts.reduce((sum, { size }) => sum + size, 0)
        const inPacks = packs.length === 0 ? '' : packs.length === 1 ? ', 1 pack' : `, ${packs.length} packs`
        const line = `${countText(artifacts.length)} (${sizeText(bytes)}${inPacks}) in build ${num} of ${server.slug}${shortfallText(outcome)}`
        return settle(line, { build_num: num, artifacts, packs, left_out: leftOut }, failures, output)
      }),
    )
}
