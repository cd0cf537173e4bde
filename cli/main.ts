import { Command, CommanderError } from 'commander'
import { EXAMPLES } from './examples.ts'
import { EXIT, EXIT_MEANING } from './exit.ts'
import { addDownload } from './verbs/download.ts'
import { addLogin } from './verbs/login.ts'
import { addReport } from './verbs/report.ts'
import { addRun } from './verbs/run.ts'
import { addStatus } from './verbs/status.ts'
import { addToken } from './verbs/token.ts'
import { addUpload } from './verbs/upload.ts'
import { VERSION } from './version.ts'

const program = new Command('buildpass')
  .description('Report builds and move artifacts, from any CI or shell, to a Buildpass server.')
  .version(VERSION)
  .enablePositionalOptions()
  .showHelpAfterError('(buildpass help <verb> shows what there is)')
  .exitOverride()

addRun(program)
addReport(program)
addUpload(program)
addDownload(program)
addStatus(program)
addToken(program)
addLogin(program)
addHelpTexts(program, [])

program.addHelpText(
  'after',
  () => `
The token comes from BUILDPASS_TOKEN, else from the CI's ID token (keyless), else from buildpass login.

Exit codes:
${Object.entries(EXIT)
  .map(([name, code]) => `  ${code}  ${EXIT_MEANING[name as keyof typeof EXIT]}`)
  .join('\n')}
  126, 127 and 128+n of "run": the command could not be started, was not found, was ended by signal n`,
)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Help and version that were asked for are no error; everything else of the parser's is wrong usage.
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
}

function addHelpTexts(command: Command, names: readonly string[]): void {
  const examples = EXAMPLES.get(names.join(' '))
  if (examples) command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
  for (const sub of command.commands) addHelpTexts(sub, [...names, sub.name()])
}
