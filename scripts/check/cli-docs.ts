import { execFileSync } from 'node:child_process'
import { EXIT, EXIT_MEANING, OTHER_CODES } from '../../cli/terminal/exit.ts'

/** docs/cli.md with its help texts and exit codes as the command at `file` has them now. */
export function withHelpTexts(page: string, file: string): string {
  return page.replace(
    /<!-- (help: ([a-z ]+)|exit codes) -->\n[\s\S]*?<!-- end -->/g,
    (_, what: string, verb?: string) => {
      const text = verb === undefined ? exitCodeTable() : `\`\`\`text\n${helpOf(file, verb)}\n\`\`\``
      return `<!-- ${what} -->\n${text}\n<!-- end -->`
    },
  )
}

function helpOf(file: string, verb: string): string {
  // Commander fits its text to the terminal: here there is none, which is 80 columns.
  return execFileSync(process.execPath, [file, ...verb.split(' '), '--help'], { encoding: 'utf8' }).trimEnd()
}

function exitCodeTable(): string {
  const rows = Object.entries(EXIT).map(
    ([name, code]) => `| ${code} | ${name} | ${EXIT_MEANING[name as keyof typeof EXIT]} |`,
  )
  const others = Object.entries(OTHER_CODES).map(([code, meaning]) => `| ${code} | | ${meaning} |`)
  return ['| code | `error.code` | meaning |', '|---|---|---|', ...rows, ...others].join('\n')
}
