import { MIN_MASKED_LENGTH } from './mask.ts'

/** A shorter value of a variable is too likely to stand in a log by chance. */
const MIN_SECRET_LENGTH = 8

const SECRET_NAME = /TOKEN|SECRET|PASSWORD|KEY|^AWS_/i

/**
 * What is masked in a log: the values of variables whose names look secret, and those that were named by hand; each also
 * as base64, in a URL and in JSON.
 */
export function maskedValues(
  env: NodeJS.ProcessEnv,
  byHand: { readonly values: readonly string[]; readonly names: readonly string[] },
): readonly Buffer[] {
  const found = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && SECRET_NAME.test(name) ? linesOf(value, MIN_SECRET_LENGTH) : [],
  )
  const named = [...byHand.values, ...byHand.names.map((name) => env[name] ?? '')].flatMap((value) =>
    linesOf(value, MIN_MASKED_LENGTH),
  )
  return [...new Set([...found, ...named])].flatMap(formsOf)
}

/** A value of several lines is masked line by line: a log may put something before each. */
function linesOf(value: string, minLength: number): readonly string[] {
  return value
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= minLength)
}

function formsOf(line: string): readonly Buffer[] {
  const plain = Buffer.from(line)
  const written = [encodeURIComponent(line.toWellFormed()), JSON.stringify(line).slice(1, -1)]
  const texts = new Set([...base64Of(plain), ...written])
  return [plain, ...[...texts].map((text) => Buffer.from(text)).filter(({ length }) => length >= MIN_MASKED_LENGTH)]
}

/**
 * The base64 of the bytes alone and within a longer text: there they begin at one of three places of a group, and only
 * the characters that are theirs alone are the same.
 */
function base64Of(bytes: Buffer): readonly string[] {
  const alone = [bytes.toString('base64')]
  const within = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const bits = 8 * (before + bytes.length)
    return text.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6))
  })
  return [...alone, ...within].flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')])
}
