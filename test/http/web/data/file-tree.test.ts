import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Folder, treeOf } from '../../../../src/http/web/data/file-tree.ts'

type File = { readonly path: string; readonly sizeBytes: number }

function file(path: string, sizeBytes = 1): File {
  return { path, sizeBytes }
}

/** The tree as indented lines. */
function drawn({ folders, files }: Folder<File>, indent = ''): string[] {
  return [
    ...folders.flatMap((folder) => [`${indent}${folder.name}/ ${folder.count}`, ...drawn(folder, `${indent}  `)]),
    ...files.map(({ name }) => indent + name),
  ]
}

function pathsIn({ folders, files }: Folder<File>, before = ''): string[] {
  return [
    ...folders.flatMap((folder) => pathsIn(folder, `${before}${folder.name}/`)),
    ...files.map(({ name }) => before + name),
  ]
}

describe('the tree of files', () => {
  it('has folders before files, by name, and writes lone folders in one line', () => {
    const files = ['deploy.log', 'a b.txt', 'logs/eu/west/x.log', 'logs/eu/west/a.log', 'dist/app.js', 'dist/css/a.css']
    expect(drawn(treeOf(files.map((path) => file(path))))).toEqual([
      'dist/ 2',
      '  css/ 1',
      '    a.css',
      '  app.js',
      'logs/eu/west/ 2',
      '  a.log',
      '  x.log',
      'a b.txt',
      'deploy.log',
    ])
  })

  it('tells a file and a folder of one name apart', () => {
    expect(drawn(treeOf([file('a'), file('a/b')]))).toEqual(['a/ 1', '  b', 'a'])
  })

  it('holds every file once, and its sums are right', () => {
    const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'é')
    const paths = fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/')))
    fc.assert(
      fc.property(paths, (some) => {
        const tree = treeOf(some.map((path, i) => file(path, i)))
        expect(pathsIn(tree).sort()).toEqual([...some].sort())
        expect(tree.count).toBe(some.length)
        expect(tree.sizeBytes).toBe(some.reduce((sum, _, i) => sum + i, 0))
      }),
    )
  })
})
