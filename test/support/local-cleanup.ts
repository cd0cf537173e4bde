import { afterAll } from 'vitest'
import { cleanUpLocalServers } from './local-server.ts'

// A test that failed before it stopped its server leaves nothing behind either.
afterAll(cleanUpLocalServers)
