declare const BUILDPASS_VERSION: string | undefined

/** Put in by the bundler from package.json. */
export const VERSION: string = typeof BUILDPASS_VERSION === 'string' ? BUILDPASS_VERSION : '0.0.0-source'
