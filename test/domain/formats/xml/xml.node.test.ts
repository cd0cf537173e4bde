import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

// A Worker has 128 MiB. What V8 keeps of a text that was added up would be a multiple of its characters.
it.each([
  ['carriage returns', '<a>', '\r', '</a>'],
  ['a comment', '<a><!--', '- ', '--></a>'],
  ['a CDATA section', '<a><![CDATA[', '] ', ']]></a>'],
  ['an instruction', '<a><?b ', '? ', '?></a>'],
  ['lines in a value', '<a b="', '\n', '"/>'],
  ['references in a value', '<a b="', '&lt;', '"/>'],
])('10 MiB of %s are read in a heap of 100 MB', async (_, before, unit, after) => {
  const script = `import { readXml } from './src/domain/formats/xml/xml.ts'
    const document = ${JSON.stringify(before)} + ${JSON.stringify(unit)}.repeat(${(10 * 1024 * 1024) / unit.length}) + ${JSON.stringify(after)}
    function* pieces() { for (let at = 0; at < document.length; at += 262_144) yield document.slice(at, at + 262_144) }
    console.log(readXml(pieces(), { open: () => {}, text: () => {}, close: () => {}, damage: () => {} }).ok)`
  const node = ['--no-warnings', '--max-old-space-size=100', '--input-type=module', '-e', script]
  expect((await promisify(execFile)(process.execPath, node)).stdout).toBe('true\n')
})
