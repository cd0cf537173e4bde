import * as v from 'valibot'
import { MAX_OVERLAP_SECONDS } from '../../domain/access/token.ts'
import { artifactPathProblem } from '../../domain/artifacts/artifact.ts'
import { packNameProblem } from '../../domain/artifacts/pack.ts'
import { parseTime } from '../../domain/formats/rfc3339.ts'
import { parseLabel } from '../../domain/label.ts'

const TIME_RULE = 'must be a time like 2026-01-31T12:00:00Z (RFC 3339)'

/** A time, as epoch milliseconds. */
export function time(rule = TIME_RULE) {
  return v.pipe(
    v.string(rule),
    v.check((text) => parseTime(text) !== null, rule),
    v.transform((text) => Date.parse(text)),
  )
}

export function futureTime() {
  return v.pipe(
    time(),
    v.check((at) => at > Date.now(), 'must be in the future'),
  )
}

/** Where in its build an artifact is. */
export function artifactPath() {
  return textBy(artifactPathProblem)
}

/** A file, or the folder of an index.html, which may have its slash. */
export function reportPath() {
  return v.pipe(
    textBy((text) => artifactPathProblem(text.replace(/\/$/, ''))),
    v.transform((text) => text.replace(/\/$/, '')),
  )
}

export function packName() {
  return textBy(packNameProblem)
}

/** A text that breaks no rule of `problemOf`. */
function textBy(problemOf: (text: string) => string | null) {
  return v.pipe(
    v.string('must be a string'),
    v.rawCheck(({ dataset, addIssue }) => {
      const problem = dataset.typed ? problemOf(dataset.value) : null
      if (problem) addIssue({ message: problem })
    }),
  )
}

/** What something is for, in a person's words. */
export function label() {
  return v.pipe(
    v.string('must be a string'),
    v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
      const parsed = parseLabel(dataset.value)
      if (parsed.ok) return parsed.label
      addIssue({ message: parsed.rule })
      return NEVER
    }),
  )
}

/** Text of bounded length with something in it, without the control characters that no list could show. */
export function line(maxLength: number) {
  const rule = `must be 1 to ${maxLength} characters long`
  return v.pipe(
    v.string('must be a string'),
    v.minLength(1, rule),
    v.maxLength(maxLength, rule),
    v.check((text) => !/\p{Cc}/u.test(text) && text.isWellFormed(), 'must not contain control characters'),
  )
}

/** Longer text, in which lines may end. */
export function prose(maxLength: number) {
  return v.pipe(
    v.string('must be a string'),
    v.maxLength(maxLength, `must be at most ${maxLength} characters long`),
    v.check((text) => !/[^\P{Cc}\t\n\r]/u.test(text) && text.isWellFormed(), 'must not contain control characters'),
  )
}

export function webUrl() {
  const rule = 'must be an http(s) URL'
  return v.pipe(
    v.string(rule),
    v.maxLength(2_048, 'must be at most 2048 characters long'),
    v.check((text) => /^https?:\/\//.test(text) && URL.canParse(text), rule),
  )
}

// Valibot's record leaves these out in silence.
const UNTAKEN_NAMES = ['__proto__', 'prototype', 'constructor']

/** An object of names that the client chooses, and their values. */
export function namedValues<V extends v.GenericSchema>(name: v.GenericSchema<string>, value: V, rule: string) {
  const schema = v.record(name, value, rule)
  const run: (typeof schema)['~run'] = (given, config) => {
    const names = Object.keys(given.value ?? {})
    const dataset = schema['~run'](given, config)
    for (const key of UNTAKEN_NAMES.filter((name) => names.includes(name)))
      v._addIssue(schema, 'key', dataset, config, {
        message: 'is not a name that can be taken',
        path: [{ type: 'object', origin: 'key', input: {}, key, value: undefined }],
      })
    return dataset
  }
  return { ...schema, '~run': run }
}

const OVERLAP_RULE = `must be a whole number from 0 to ${MAX_OVERLAP_SECONDS}`

/** How long a rotated secret goes on beside its successor. */
export function overlapSeconds() {
  return count(0, MAX_OVERLAP_SECONDS, OVERLAP_RULE)
}

export function count(min: number, max: number, rule = `must be a whole number from ${min} to ${max}`) {
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule))
}
