import type { Metafile } from 'esbuild'

export type BundledPackage = {
  readonly name: string
  readonly sizeBytes: number
  /** A file of ours, or another package, that imports it; null of our own code. */
  readonly from: string | null
}

const OURS = 'our own code'

/** What a bundle is made of, the largest first. */
export function packagesIn({ inputs, outputs }: Metafile): readonly BundledPackage[] {
  const [, output] = Object.entries(outputs).find(([file]) => file.endsWith('.js')) ?? []
  const sizes = new Map<string, number>()
  for (const [file, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    const name = packageOf(file)
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput)
  }
  return [...sizes]
    .map(([name, sizeBytes]) => ({ name, sizeBytes, from: name === OURS ? null : importerOf(name, inputs) }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
}

function packageOf(file: string): string {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? OURS
}

function importerOf(name: string, inputs: Metafile['inputs']): string | null {
  const importers = Object.entries(inputs).filter(([, { imports }]) =>
    imports.some(({ path }) => packageOf(path) === name),
  )
  const ours = importers.find(([file]) => packageOf(file) === OURS)
  const [other = null] = importers.map(([file]) => packageOf(file)).filter((importer) => importer !== name)
  return ours ? ours[0].replace(/^(?:\.\.\/)+/, '') : other
}
