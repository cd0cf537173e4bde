// What we use of jose, as a module to load when it is first needed: a bundler that sees `import('jose')` keeps all of it.
export { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
