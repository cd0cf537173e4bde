declare module 'picomatch' {
  type Options = { dot?: boolean; nonegate?: boolean; flags?: string }
  type Scanned = { readonly base: string; readonly glob: string; readonly isGlob: boolean; readonly parts?: string[] }
  const picomatch: {
    (glob: string, options?: Options): (path: string) => boolean
    scan(glob: string, options?: Options & { parts?: boolean }): Scanned
  }
  export default picomatch
}
