import type { Command } from 'commander'
import { lineFor } from '../ci/words.ts'
import { CliError } from '../terminal/exit.ts'
import { reportJob } from '../terminal/report.ts'
import { type AccompanyOptions, accompany, attempt, finishStep, withAccompaniment } from './accompany.ts'
import { filledOption, withJob, withServer } from './common.ts'

export function addStep(program: Command): void {
  withAccompaniment(
    withJob(
      withServer(
        program.command('step').description('run a command as a step of the build that this job has, with its log'),
        false,
      ),
    )
      .argument('<name>', 'what the step is called', filledOption)
      .argument('<command...>', 'the command and its arguments, after --'),
  ).action(runStep)
}

function runStep(name: string, command: string[], options: AccompanyOptions): Promise<void> {
  let num: number | null = null
  return accompany(command, options, {
    stepName: lineFor(name, 1_000) ?? 'step',
    isStep: true,
    async begin({ server, job, step }) {
      num = (await reportJob(server, job, { status: 'running' })).build_num
      await step?.begin(server, num)
    },
    beCanceled: async () => {}, // Whether the whole job is canceled is for `report finish` to say.
    async finish(context) {
      const { server, job, step, problems } = context
      await attempt(problems, async () => {
        num ??= (await reportJob(server, job, { status: 'running' })).build_num
        if (step && !(await finishStep(step, num, context))) throw tooOld()
      })
    },
  })
}

function tooOld(): CliError {
  return new CliError('failed', 'The server keeps no steps by themselves: it is older than this buildpass.')
}
