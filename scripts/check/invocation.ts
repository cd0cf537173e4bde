import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { deploymentOf } from '../deploy/deployment.ts'

type Parsed<T extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>

/**
 * What was said to one of our scripts: its options, and from `least` to `most` words besides. An option whose default is
 * a number takes one above 0; `--env` is the environment that all that follows means.
 */
export function parseInvocation<T extends ParseArgsOptionsConfig>(
  usage: string,
  options: T,
  [least, most]: readonly [least: number, most: number] = [0, 0],
): Parsed<T> {
  const parsed = parseOrRefuse(usage, options)
  const { values, positionals } = parsed
  for (const [name, { default: usual }] of Object.entries(options)) {
    const said = (values as Record<string, unknown>)[name]
    if (usual && Number(usual) && !(Number(said) > 0 && Number(said) < Number.POSITIVE_INFINITY))
      refuseInvocation(usage, `--${name} takes a number above 0, not "${said}".`)
  }
  if (positionals.length > most) refuseInvocation(usage, `There is no place for "${positionals[most]}".`)
  if (positionals.length < least) refuseInvocation(usage, 'Something is missing.')
  if ('env' in values && values.env !== undefined) chooseEnvironment(usage, String(values.env))
  return parsed
}

/** Ends the script: it says what is wrong with how it was called, and how it is. */
export function refuseInvocation(usage: string, reason: string): never {
  console.error(`${reason} Usage: ${usage}`)
  process.exit(2)
  // The Workers' types of `process` do not say that nothing comes after it.
  throw new Error(reason)
}

function parseOrRefuse<T extends ParseArgsOptionsConfig>(usage: string, options: T): Parsed<T> {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    if (!isWrongUse(error)) throw error
    const [, name] = /^Option '(--[a-z-]+).*' argument is ambiguous/.exec(error.message) ?? []
    if (name) {
      const value = process.argv[process.argv.lastIndexOf(name) + 1]
      return refuseInvocation(usage, `${name} takes a value, and "${value}" looks like an option.`)
    }
    // Its first sentence says what is wrong; the others advise for scripts of another kind.
    const [sentence = ''] = error.message.split(/\.\s|\n/)
    return refuseInvocation(usage, `${sentence.replace(/\.$/, '')}.`)
  }
}

function isWrongUse(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

/** The scripts that ask wrangler, and those that these start, mean that environment then. */
function chooseEnvironment(usage: string, name: string): void {
  if (!deploymentOf(name))
    refuseInvocation(
      usage,
      `--env takes the name of an environment, of lower-case letters, digits and dashes like "staging", not "${name}".`,
    )
  process.env.BUILDPASS_ENV = name
}
