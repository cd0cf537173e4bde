const NAME_SHAPE = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/
export const ENV_VAR_NAME_RULE =
  'must be letters, digits and underscores, not start with a digit, and be at most 255 characters long'
export const MAX_ENV_VAR_LENGTH = 32_768
export const MAX_ENV_VARS = 200

/** The name in `text`, or null: what a POSIX shell takes as a variable, as CircleCI asks. */
export function parseEnvVarName(text: string): string | null {
  return NAME_SHAPE.test(text) ? text : null
}

// Of a shorter value the last four characters would be half of it or more.
const SHORTEST_SHOWN = 8

/** What is ever shown of a value: `xxxx` and its last four characters, of a short one nothing. */
export function maskedValueOf(value: string): string {
  return value.length < SHORTEST_SHOWN ? 'xxxx' : `xxxx${value.slice(-4)}`
}
