import { Command, CommanderError } from 'commander'
import { RELAY_VERB } from './logs/capture.ts'
import { type RelayPlan, relay } from './logs/relay.ts'
import { EXAMPLES } from './terminal/examples.ts'
import { EXIT, EXIT_MEANING, OTHER_CODES } from './terminal/exit.ts'
import { reportFailure, tableText } from './terminal/output.ts'
import { replaceOutputStreams, say } from './terminal/say.ts'
import { addDownload } from './verbs/download.ts'
import { addLogin } from './verbs/login.ts'
import { addReport } from './verbs/report.ts'
import { addRun } from './verbs/run.ts'
import { addShare } from './verbs/share.ts'
import { addStatus } from './verbs/status.ts'
import { addStep } from './verbs/step.ts'
import { addTests } from './verbs/tests.ts'
import { addToken } from './verbs/token.ts'
import { addUpload } from './verbs/upload.ts'
import { VERSION } from './version.ts'

replaceOutputStreams()

const program = new Command('buildpass')
  .description('Report builds and move artifacts, from any CI or shell, to a Buildpass server.')
  .version(VERSION)
  .enablePositionalOptions()
  .showHelpAfterError('(buildpass help <verb> shows what there is)')
  .exitOverride()
  .configureOutput({ writeOut: (text) => say('stdout', text), writeErr: (text) => say('stderr', text) })

addRun(program)
addStep(program)
addReport(program)
addUpload(program)
addDownload(program)
addStatus(program)
addTests(program)
addShare(program)
addToken(program)
addLogin(program)
program.command(`${RELAY_VERB} <plan>`, { hidden: true }).action((plan: string) => relay(JSON.parse(plan) as RelayPlan))
addHelpTexts(program, [])

program.addHelpText(
  'after',
  () => `
The token comes from BUILDPASS_TOKEN, else from the CI's ID token (keyless), else from buildpass login.

Exit codes:
${tableText([
  ...Object.entries(EXIT).map(([name, code]) => [`  ${code}`, EXIT_MEANING[name as keyof typeof EXIT]]),
  ...Object.entries(OTHER_CODES).map(([code, meaning]) => [`  ${code}`, meaning]),
]).join('\n')}`,
)

try {
  await program.parseAsync()
} catch (error) {
  // Help and version that were asked for are no error; everything else of the parser's is wrong usage.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
  else process.exitCode = reportFailure(error, false)
}

function addHelpTexts(command: Command, names: readonly string[]): void {
  const examples = EXAMPLES.get(names.join(' '))
  if (examples) command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
  for (const sub of command.commands) addHelpTexts(sub, [...names, sub.name()])
}
