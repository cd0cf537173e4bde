import { describe, expect, it } from 'vitest'
import { matchesAny, patternProblem } from '../../../../src/domain/access/limits/pattern.ts'

describe('a pattern', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['main', ['main'], ['Main', 'mai', 'main2', 'x/main']],
    ['release/*', ['release/1', 'release/'], ['release', 'release/1/2', 'xrelease/1']],
    ['*.xml', ['a.xml', '.xml'], ['a/b.xml', 'a.xmls']],
    ['a/*/c', ['a/b/c', 'a//c'], ['a/b/b/c', 'a/c']],
    ['ab*ba', ['abba', 'abxba'], ['aba', 'ab/ba']],
    ['dist/**', ['dist/a', 'dist/a/b'], ['dist', 'dist/', 'dis', 'dist2/a']],
    ['*', ['a'], ['a/b']],
    ['[a]', ['[a]'], ['a']],
  ])('%s is of %j and not of %j', (pattern, names, others) => {
    for (const name of names) expect([name, matchesAny([pattern], name)]).toEqual([name, true])
    for (const name of others) expect([name, matchesAny([pattern], name)]).toEqual([name, false])
  })

  it.each<readonly [string, RegExp | null]>([
    ['main', null],
    ['a/**', null],
    ['ä/*.xml', null],
    ['', /empty/],
    ['**', /one "\*"/],
    ['a/**/b', /one "\*"/],
    ['*/a/*', /one "\*"/],
    ['*/**', /one "\*"/],
    ['/**', /one "\*"/],
    ['a?', /must not contain "\?"/],
    ['a\nb', /control/],
    ['a'.repeat(251), /at most 250/],
  ])('%j is told what is wrong with it', (text, problem) => {
    if (problem === null) expect(patternProblem(text)).toBeNull()
    else expect(patternProblem(text)).toMatch(problem)
  })
})
